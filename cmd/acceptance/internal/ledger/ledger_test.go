package ledger_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

func TestFigureReached(t *testing.T) {
	nan := ledger.Number(math.NaN())
	for _, c := range []struct {
		value, bound ledger.Number
		relation     ledger.Relation
		want         bool
	}{
		{1, 2, ledger.AtMost, true}, {2, 2, ledger.AtMost, true}, {3, 2, ledger.AtMost, false}, {nan, 2, ledger.AtMost, false},
		{2, 2, ledger.AtLeast, true}, {1, 2, ledger.AtLeast, false}, {nan, 2, ledger.AtLeast, false},
		{1, 2, ledger.Below, true}, {2, 2, ledger.Below, false},
		{0, 0, ledger.Equals, true}, {1, 0, ledger.Equals, false}, {nan, nan, ledger.Equals, false},
		{nan, 0, ledger.Told, true}, {1, 1, "~", false},
	} {
		if got := (ledger.Figure{Value: c.value, Bound: c.bound, Relation: c.relation}).Reached(); got != c.want {
			t.Errorf("%v %s %v: %v, expected %v", c.value, c.relation, c.bound, got, c.want)
		}
	}
}

func TestFigureText(t *testing.T) {
	for _, c := range []struct {
		value ledger.Number
		unit  string
		want  string
	}{{98.05, "%", "98.05 %"}, {0.27094, "s", "0.2709 s"}, {3.46e-8, "", "3.46e-08"}, {10000, "", "10000"}, {0, "KiB", "0 KiB"}} {
		if got := (ledger.Figure{Value: c.value, Unit: c.unit}).Measured(); got != c.want {
			t.Errorf("%v is written %q, expected %q", c.value, got, c.want)
		}
	}
	if got := (ledger.Figure{Bound: 0.3, Relation: ledger.Below, Unit: "s"}).Bar(); got != "< 0.3 s" {
		t.Errorf("the bar is written %q", got)
	}
}

func example() *ledger.Entry {
	return &ledger.Entry{
		Row: "start",
		Figures: []ledger.Figure{
			{What: "time", Value: 0.25, Unit: "s", Relation: ledger.Below, Bound: 0.3},
			{What: "a|b", Value: ledger.Number(math.Inf(1))},
		},
		Notes: []string{"a note\nof two lines"},
		Stamp: ledger.Stamp{
			State: "abc", Commit: "0123456789", Begun: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Seconds: 4.25,
			Machine: ledger.Machine{CPU: "A CPU", Cores: 2, Instructions: "cpu avx2", Platform: "linux/amd64"},
		},
	}
}

func TestEntriesComeBack(t *testing.T) {
	book, err := ledger.Open(filepath.Join(t.TempDir(), "new", "folder"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := book.Entry("start"); got != nil || err != nil {
		t.Fatalf("an empty ledger has %v, %v", got, err)
	}
	want := example()
	if err := book.Record(want); err != nil {
		t.Fatal(err)
	}
	got, err := book.Entry("start")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v came back, %v", got, err)
	}
}

func TestPartsBelongToAState(t *testing.T) {
	book, err := ledger.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	part := &ledger.Part[[]float64]{Result: []float64{1, 2}, Stamp: ledger.Stamp{State: "old"}}
	if err := ledger.RecordPart(book, "row", "set/one", part); err != nil {
		t.Fatal(err)
	}
	read := func(state string) *ledger.Part[[]float64] {
		got, err := ledger.ReadPart[[]float64](book, "row", "set/one", state)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := read("old"); got == nil || !reflect.DeepEqual(got.Result, part.Result) {
		t.Errorf("%+v came back", got)
	}
	if got := read("new"); got != nil {
		t.Errorf("a part of another state came back: %+v", got)
	}
	if err := book.Forget("row"); err != nil {
		t.Fatal(err)
	}
	if got := read("old"); got != nil {
		t.Errorf("a forgotten part came back: %+v", got)
	}
}

func TestDamagedFilesAreNamed(t *testing.T) {
	folder := t.TempDir()
	book, err := ledger.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "start.json"), []byte(`{"figures": [{"value": "x"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := book.Entry("start"); err == nil || !strings.Contains(err.Error(), "start.json") {
		t.Errorf("reading gives %v", err)
	}
}

func TestState(t *testing.T) {
	root := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	state := func() string {
		t.Helper()
		got, err := ledger.State(root, func(name string) bool { return filepath.Ext(name) == ".go" })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	write("a/b.go", "package b")
	first := state()
	write("a/b.md", "text")
	write(".hidden/c.go", "package c")
	if state() != first {
		t.Error("files that do not count change the state")
	}
	write("a/b.go", "package c")
	if state() == first {
		t.Error("another content leaves the state")
	}
	write("a/b.go", "package b")
	write("a/d.go", "")
	if state() == first {
		t.Error("another file leaves the state")
	}
	if ledger.StateOf("ab", "c") == ledger.StateOf("a", "bc") {
		t.Error("texts run together")
	}
}

func TestMarkdown(t *testing.T) {
	broken := example()
	broken.Row, broken.Figures, broken.Failure = "broken", nil, "it\nbroke"
	got := ledger.Markdown("Acceptance", "\nPreface.\n", []ledger.Row{
		{Name: "start", What: "Cold start", Bar: "under 0.3 s", Entry: example()},
		{Name: "broken", What: "Another", Bar: "work", Entry: broken},
		{Name: "open", What: "A third", Bar: "be", Needs: "a Python"},
	})
	want, err := os.ReadFile("testdata/page.md")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the page is\n%s\nexpected\n%s", got, want)
	}
}
