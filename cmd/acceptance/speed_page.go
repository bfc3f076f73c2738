package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

// measureMachine tells the bounds that speeds are compared with.
func measureMachine(ctx context.Context, _ *session) (*result, error) {
	engine, err := cpu.New(cpu.Options{Threads: 2})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	peak, err := engine.Peak(ctx)
	if err != nil {
		return nil, err
	}
	r := &result{}
	r.tell("multiplications and additions, fused, two threads", peak.FLOPS/1e9, "GFLOP/s")
	r.tell("reading memory, two threads", peak.Bandwidth/1e9, "GB/s")
	return r, nil
}

// The marks between which docs/performance.md holds what was measured.
const (
	speedBegin = "<!-- written by cmd/acceptance: begin -->\n"
	speedEnd   = "<!-- written by cmd/acceptance: end -->\n"
)

// writeSpeeds puts the rows of speed into docs/performance.md.
func (f *office) writeSpeeds() error {
	path := filepath.Join(f.root, "docs", "performance.md")
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(content), speedBegin)
	_, after, ends := strings.Cut(rest, speedEnd)
	if !begins || !ends {
		return errors.New("docs/performance.md lacks the marks between which speeds are written")
	}
	table, err := f.speedTable()
	if err != nil {
		return err
	}
	return maybe.WriteFile(path, []byte(before+speedBegin+"\n"+table+"\n"+speedEnd+after), 0o644)
}

// speedTable renders every race that was run.
func (f *office) speedTable() (string, error) {
	var b strings.Builder
	b.WriteString("| workload | Lince | beside it | ratio | must be | measured |\n|---|---|---|---|---|---|\n")
	for _, r := range speedRows() {
		entry, err := f.ledger.Entry(r.name)
		if err != nil {
			return "", err
		}
		if entry == nil || entry.Failure != "" {
			continue
		}
		for _, line := range raceLines(r.name, entry) {
			b.WriteString(line + "\n")
		}
	}
	return b.String(), nil
}

// raceLines are the lines of one row: figures whose names begin alike belong
// to one race.
func raceLines(name string, entry *ledger.Entry) []string {
	var lines []string
	for i, figure := range entry.Figures {
		what, isRatio := strings.CutSuffix(figure.What, ": ratio")
		if !isRatio {
			continue
		}
		lince, beside := "", []string{}
		for _, other := range entry.Figures[i+1:] {
			who, ours := strings.CutPrefix(other.What, what+": ")
			switch {
			case !ours || other.Unit != "pictures/s":
			case who == "Lince":
				lince = fmt.Sprintf("%.0f", float64(other.Value))
			default:
				beside = append(beside, fmt.Sprintf("%s %.0f", who, float64(other.Value)))
			}
		}
		if !strings.HasPrefix(what, name) {
			what = name + ": " + what
		}
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s, %s |", what, lince, strings.Join(beside, ", "),
			figure.Measured(), figure.Bar(), entry.Begun.UTC().Format("2006-01-02"), entry.Commit))
	}
	return lines
}
