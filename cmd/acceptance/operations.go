package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
)

// testedPackages hold operations, layers and what trains them.
var testedPackages = []string{
	"./graph/...", "./backend/...", "./layers/...", "./activations/...", "./losses/...", "./metrics/...",
	"./optimizers/...", "./initializers/...", "./regularizers/...", ".",
}

// testEvent is a line of go test -json.
type testEvent struct{ Action, Package, Test string }

// testTally counts tests that have no tests within.
type testTally struct {
	passed, failed, skipped         int
	gradients, golden, againstOther int
}

// measureOperations runs the tests and counts what they prove.
func measureOperations(ctx context.Context, s *session) (*result, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1", "-json"}, testedPackages...)...)
	command.Dir = s.root
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	r := &result{}
	tally, failures, err := countTests(output)
	if waited := command.Wait(); err == nil && tally.failed == 0 {
		err = waited
	}
	if err != nil {
		return nil, err
	}
	r.equals("cases failed", float64(tally.failed), 0, "")
	r.atLeast("gradients checked in float64", float64(tally.gradients), 1, "cases")
	r.atLeast("golden vectors from Keras", float64(tally.golden), 1, "cases")
	r.atLeast("CPU engine against the reference", float64(tally.againstOther), 1, "cases")
	r.tell("cases passed in all", float64(tally.passed), "")
	r.tell("cases skipped", float64(tally.skipped), "")
	if len(failures) > 0 {
		r.note("Failed: %s.", strings.Join(failures, ", "))
	}
	return r, nil
}

// countTests reads go test's events to their end. What fails because of
// something within that failed counts once; a package that does not build
// counts as a failure.
func countTests(events io.Reader) (testTally, []string, error) {
	var tally testTally
	var failures []string
	parents, excused := map[string]bool{}, map[string]bool{}
	for decoder := json.NewDecoder(events); ; {
		var e testEvent
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			return tally, failures, nil
		} else if err != nil {
			return tally, failures, err
		}
		name, parent := e.names()
		switch e.Action {
		case "run":
			parents[parent] = true
		case "fail":
			if excused[parent] = true; !excused[name] {
				failures = append(failures, strings.TrimPrefix(name, "github.com/lince-ml/"))
				tally.failed++
			}
		case "pass":
			if !parents[name] && e.Test != "" {
				tally.count(e)
			}
		case "skip":
			if !parents[name] && e.Test != "" {
				tally.skipped++
			}
		}
	}
}

// names returns the full names of the event's test, or else package, and of
// what it is within.
func (e testEvent) names() (name, parent string) {
	if e.Test == "" {
		return e.Package, ""
	}
	name = e.Package + " " + e.Test
	if end := strings.LastIndex(e.Test, "/"); end >= 0 {
		return name, e.Package + " " + e.Test[:end]
	}
	return name, e.Package
}

// count sorts a case that passed by what its test is for.
func (t *testTally) count(e testEvent) {
	t.passed++
	name, _, _ := strings.Cut(e.Test, "/")
	switch {
	case name == "TestConformance" && strings.HasSuffix(e.Package, "backend/cpu"):
		t.againstOther++
	case strings.Contains(name, "Keras") || strings.Contains(name, "Golden"):
		t.golden++
	case name == "TestDerivatives" || strings.Contains(name, "Gradient"):
		t.gradients++
	}
}
