package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

// newTestOffice returns an office in a project of one file, with the given rows.
func newTestOffice(t *testing.T, table ...row) *office {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "docs", "performance.md"), []byte("before\n"+speedBegin+"old\n"+speedEnd+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "code.go"), "package code\n")
	book, err := ledger.Open(filepath.Join(root, ".acceptance"))
	if err != nil {
		t.Fatal(err)
	}
	return &office{options: options{root: root}, table: table, ledger: book, commit: "0123456789", out: io.Discard}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// counted returns a row whose figure is 1, and how often it was measured.
func counted(name string) (row, *int) {
	calls := new(int)
	return row{name: name, what: "A thing", bar: "be 1", measure: func(context.Context, *session) (*result, error) {
		*calls++
		r := &result{}
		r.equals("ones", 1, 1, "")
		return r, nil
	}}, calls
}

func TestRowsAreMeasuredOncePerCode(t *testing.T) {
	one, calls := counted("one")
	f := newTestOffice(t, one)
	run := func(want int) {
		t.Helper()
		if err := f.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if *calls != want {
			t.Fatalf("measured %d times, expected %d", *calls, want)
		}
	}
	run(1)
	run(1)
	writeFile(t, filepath.Join(f.root, "code_test.go"), "package code\n")
	run(1)
	writeFile(t, filepath.Join(f.root, "code.go"), "package code // changed\n")
	run(2)
	f.again = true
	run(3)
}

func TestUpperRoomsCountForTheirRows(t *testing.T) {
	for name, want := range map[string]string{
		"serve/server.go": "serve", "serve/page/page.go": "serve", "cmd/lince/serve.go": "serve", "cmd/lince/watch_stop.go": "watch",
		"internal/web/web.go": "internal/web", "cmd/lince/train.go": "", "backend/cpu/cpu.go": "", "server.go": "", "internal/shapes/shapes.go": "",
	} {
		if got := upperRoom(name); got != want {
			t.Errorf("%s: upper room %q, expected %q", name, got, want)
		}
	}
	low, lowCalls := counted("low")
	high, highCalls := counted("high")
	high.rooms = []string{"serve"}
	f := newTestOffice(t, low, high)
	for i, content := range []string{"package serve\n", "package serve // changed\n"} {
		if err := os.MkdirAll(filepath.Join(f.root, "serve"), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(f.root, "serve", "server.go"), content)
		if err := f.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if *lowCalls != 1 || *highCalls != i+1 {
			t.Fatalf("after change %d the rows were measured %d and %d times, expected 1 and %d", i, *lowCalls, *highCalls, i+1)
		}
	}
}

func TestChosenRowsAlone(t *testing.T) {
	one, first := counted("one")
	two, second := counted("two")
	f := newTestOffice(t, one, two)
	f.rows = []string{"two"}
	if err := f.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if *first != 0 || *second != 1 {
		t.Errorf("measured %d and %d times, expected 0 and 1", *first, *second)
	}
	page := readPage(t, f)
	if !strings.Contains(page, "1 of 2 rows are measured, 1 of them reach their bar.") {
		t.Errorf("the page says\n%s", page)
	}
}

func readPage(t *testing.T, f *office) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(f.root, "docs", "acceptance.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestFailuresAreTold(t *testing.T) {
	calls := 0
	failing := row{name: "failing", what: "A thing", bar: "work", measure: func(context.Context, *session) (*result, error) {
		calls++
		return nil, errors.New("it broke")
	}}
	f := newTestOffice(t, failing)
	for range 2 { // a failure is no measurement: it is tried again
		if err := f.run(t.Context()); err == nil || !strings.Contains(err.Error(), "failing") {
			t.Fatalf("run gives %v", err)
		}
	}
	if page := readPage(t, f); calls != 2 || !strings.Contains(page, "**no**") || !strings.Contains(page, "it broke") {
		t.Errorf("after %d calls the page says\n%s", calls, page)
	}
}

func TestMissingNeedsLeaveARowUnmeasured(t *testing.T) {
	needy := row{name: "needy", what: "A thing", bar: "work", needs: needsKeras, measure: func(context.Context, *session) (*result, error) {
		return nil, missing{needsKeras}
	}}
	f := newTestOffice(t, needy)
	if err := f.run(t.Context()); err == nil {
		t.Error("a row that was not measured counts as reached")
	}
	if page := readPage(t, f); !strings.Contains(page, "Not measured. It needs a Python with Keras") {
		t.Errorf("the page says\n%s", page)
	}
}

// TestPartsAreKept interrupts a row between its parts.
func TestPartsAreKept(t *testing.T) {
	measured := map[string]int{}
	interrupt := true
	parted := row{name: "parted", what: "A thing", bar: "have parts"}
	parted.measure = func(ctx context.Context, s *session) (*result, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r := &result{}
		for _, name := range []string{"first", "second"} {
			value, err := part(ctx, s, name, s.state, func() (float64, error) {
				measured[name]++
				if interrupt {
					cancel()
				}
				return 7, nil
			})
			if err != nil {
				return nil, err
			}
			r.equals(name, value, 7, "")
		}
		return r, nil
	}
	f := newTestOffice(t, parted)
	if err := f.run(t.Context()); err == nil {
		t.Error("an interrupted row counts as reached")
	}
	interrupt = false
	if err := f.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if measured["first"] != 1 || measured["second"] != 1 {
		t.Errorf("parts were measured %v times, expected once each", measured)
	}
}

func TestInterruptionRecordsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stopped := row{name: "stopped", what: "A thing", bar: "go on", measure: func(context.Context, *session) (*result, error) {
		cancel()
		return nil, errors.New("killed")
	}}
	f := newTestOffice(t, stopped)
	if err := f.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("run gives %v", err)
	}
	if entry, err := f.ledger.Entry("stopped"); entry != nil || err != nil {
		t.Errorf("the ledger has %v, %v", entry, err)
	}
}

func TestRehearsalsLeaveThePageAlone(t *testing.T) {
	one, _ := counted("one")
	f := newTestOffice(t, one)
	f.quick = true
	if err := f.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(f.root, "docs", "acceptance.md")); err == nil {
		t.Error("a rehearsal wrote the page")
	}
}

func TestUnknownRow(t *testing.T) {
	one, _ := counted("one")
	f := newTestOffice(t, one)
	f.rows = []string{"on"}
	if err := f.checkNames(); err == nil || !strings.Contains(err.Error(), "one") {
		t.Errorf("checkNames gives %v", err)
	}
}

// TestTable holds the rows to what the page and the ledger need.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rows() {
		if seen[r.name] || r.name == "" || r.what == "" || r.bar == "" || r.measure == nil {
			t.Errorf("row %q is not complete, or there are two", r.name)
		}
		seen[r.name] = true
		sources := r.sources
		if sources == nil {
			sources = []string{r.name + ".go"}
		}
		for _, source := range sources {
			if _, err := os.Stat(source); err != nil {
				t.Errorf("row %s has no file that its state is taken from: %v", r.name, err)
			}
		}
	}
}

// The page of performance keeps what stands around the speeds.
func TestSpeedsAreWritten(t *testing.T) {
	one, _ := counted("one")
	f := newTestOffice(t, one)
	fast := speedRow("seed-infer", race{workload: "seed-infer", batch: 16, peers: []string{onnxRuntime}, must: 2.2, aim: 3})
	r := &result{}
	r.tellRace(race{workload: "seed-infer", batch: 16, peers: []string{onnxRuntime}, must: 2.2},
		[]turn{{Lince: 900, Peers: map[string]float64{onnxRuntime: 300}}})
	if err := f.ledger.Record(&ledger.Entry{Row: fast.name, Figures: r.figures}); err != nil {
		t.Fatal(err)
	}
	if err := f.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(f.root, "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	if !strings.HasPrefix(text, "before\n") || !strings.HasSuffix(text, "after\n") || strings.Contains(text, "old") ||
		!strings.Contains(text, "| seed-infer, batch 16 | 900 | onnxruntime 300 | 3 × | ≥ 2.2 × |") {
		t.Errorf("the page is\n%s", text)
	}
}
