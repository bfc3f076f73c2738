package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/renameio/v2/maybe"

	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

// office measures rows and keeps the ledger.
type office struct {
	options
	table   []row
	ledger  *ledger.Ledger
	machine ledger.Machine
	commit  string
	out     io.Writer
}

func newOffice(ctx context.Context, o options) (*office, error) {
	book, err := ledger.Open(o.results)
	if err != nil {
		return nil, err
	}
	machine, err := describeMachine()
	if err != nil {
		return nil, err
	}
	f := &office{options: o, table: rows(), ledger: book, machine: machine, commit: describeCommit(ctx, o.root), out: os.Stderr}
	return f, f.checkNames()
}

func (f *office) checkNames() error {
	var names []string
	for _, r := range f.table {
		names = append(names, r.name)
	}
	for _, name := range f.rows {
		if !slices.Contains(names, name) {
			return fmt.Errorf("no row is named %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// state returns a digest of the code that a row's result depends on: the
// library's, the row's own, what rows share, and Keras' half.
func (f *office) state(r row) (string, error) {
	shared := []string{"oracle.py", "examples.go", "photos.go", "compare.go"}
	return ledger.State(f.root, func(name string) bool {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") {
			return r.tested
		}
		if own, ours := strings.CutPrefix(name, "cmd/acceptance/"); ours {
			return own == r.name+".go" || strings.HasPrefix(own, r.name+"_") || slices.Contains(shared, own) || slices.Contains(r.sources, own)
		}
		if room := upperRoom(name); room != "" && !slices.Contains(r.rooms, room) {
			return false
		}
		return slices.Contains([]string{".go", ".s", ".mod", ".sum"}, path.Ext(name))
	})
}

// upperRooms see and serve what the library made. Nothing below knows them, so
// only rows that name one depend on it and on its verb.
var upperRooms = []string{"examples", "explain", "internal/browser", "internal/web", "report", "serve", "watch"}

// upperRoom returns the upper room that a file belongs to, empty for none.
func upperRoom(name string) string {
	if verb, ours := strings.CutPrefix(name, "cmd/lince/"); ours {
		verb, _, _ = strings.Cut(strings.TrimSuffix(verb, ".go"), "_")
		name = verb + "/"
	}
	for _, room := range upperRooms {
		if strings.HasPrefix(name, room+"/") {
			return room
		}
	}
	return ""
}

// run measures the rows that are due, and writes the page after each.
func (f *office) run(ctx context.Context) error {
	var failed []string
	for _, r := range f.table {
		if len(f.rows) > 0 && !slices.Contains(f.rows, r.name) {
			continue
		}
		reached, err := f.visit(ctx, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		if !reached {
			failed = append(failed, r.name)
		}
	}
	if err := f.writePage(); err != nil {
		return err
	}
	if len(failed) > 0 {
		return fmt.Errorf("not reached or not measured: %s", strings.Join(failed, ", "))
	}
	return nil
}

// visit measures a row unless that is done, and reports whether it reaches
// its bar.
func (f *office) visit(ctx context.Context, r row) (bool, error) {
	state, err := f.state(r)
	if err != nil {
		return false, err
	}
	entry, err := f.ledger.Entry(r.name)
	if err != nil {
		return false, err
	}
	if entry.Done(state) && !f.again {
		f.say("%s: measured already", r.name)
		return entry.Reached(), nil
	}
	if f.again {
		if err := f.ledger.Forget(r.name); err != nil {
			return false, err
		}
	}
	entry, err = f.measure(ctx, r, state)
	if lack := (missing{}); errors.As(err, &lack) {
		f.say("%s: not measured: %v", r.name, err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f.tell(entry)
	if err := f.ledger.Record(entry); err != nil {
		return false, err
	}
	return entry.Reached(), f.writePage()
}

// measure measures a row. What goes wrong in it is in the entry; the error is
// for what keeps it from being measured at all.
func (f *office) measure(ctx context.Context, r row, state string) (*ledger.Entry, error) {
	f.say("%s: %s", r.name, r.what)
	if r.timed {
		f.say("  a timing: let nothing else run")
	}
	scratch, err := os.MkdirTemp("", "lince-acceptance-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	s := &session{office: f, row: r, state: state, folder: scratch}
	stamp := f.stamp(state)
	outcome, err := r.measure(ctx, s)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if lack := (missing{}); errors.As(err, &lack) {
		return nil, err
	}
	stamp.Seconds = time.Since(stamp.Begun).Seconds() + s.saved
	entry := &ledger.Entry{Row: r.name, Stamp: stamp}
	if outcome != nil {
		entry.Figures, entry.Notes = outcome.figures, outcome.notes
	}
	if err != nil {
		entry.Failure = strings.ReplaceAll(err.Error(), scratch+string(filepath.Separator), "")
	}
	return entry, nil
}

func (f *office) stamp(state string) ledger.Stamp {
	return ledger.Stamp{State: state, Commit: f.commit, Begun: time.Now(), Machine: f.machine}
}

func (f *office) say(format string, values ...any) { fmt.Fprintf(f.out, format+"\n", values...) }

// tell says what a row came to.
func (f *office) tell(e *ledger.Entry) {
	w := tabwriter.NewWriter(f.out, 0, 4, 2, ' ', 0)
	for _, figure := range e.Figures {
		mark := "ok"
		if !figure.Reached() {
			mark = "NOT REACHED"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", figure.What, figure.Measured(), figure.Bar(), mark)
	}
	w.Flush()
	for _, note := range e.Notes {
		f.say("  %s", note)
	}
	if e.Failure != "" {
		f.say("  FAILED: %s", e.Failure)
	}
}

// list prints the rows and what they came to.
func (f *office) list(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, r := range f.table {
		state, err := f.state(r)
		if err != nil {
			return err
		}
		entry, err := f.ledger.Entry(r.name)
		if err != nil {
			return err
		}
		status := "not measured"
		switch {
		case entry == nil:
		case entry.Failure != "":
			status = "failed"
		case entry.Reached():
			status = "reached"
		default:
			status = "not reached"
		}
		if entry != nil && entry.State != state {
			status += ", by other code"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.name, status, r.bar)
	}
	return w.Flush()
}

const preface = `
What Lince promises, measured by one command that can be stopped and called
again, and that wrote this page:

    go run ./cmd/acceptance

` + "`go run ./cmd/acceptance --help`" + ` tells its options. Every row says when it was
measured, on which machine, and at which commit ("+ changes": with changes not
yet committed). Rows that compare with Keras use Keras 3.15 on TensorFlow 2.21.
`

// writePage renders docs/acceptance.md and the speeds in docs/performance.md;
// a rehearsal leaves them alone, as does what is kept elsewhere.
func (f *office) writePage() error {
	if f.quick || f.aside {
		return nil
	}
	var page []ledger.Row
	for _, r := range f.table {
		entry, err := f.ledger.Entry(r.name)
		if err != nil {
			return err
		}
		page = append(page, ledger.Row{Name: r.name, What: r.what, Bar: r.bar, Needs: r.needs, Entry: entry})
	}
	if err := maybe.WriteFile(filepath.Join(f.root, "docs", "acceptance.md"), []byte(ledger.Markdown("Acceptance", preface, page)), 0o644); err != nil {
		return err
	}
	return f.writeSpeeds()
}
