package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// pageRows are those of what is seen in a browser.
func pageRows() []row {
	return []row{
		{name: "pages", what: "The live page, the report and the serving page in Chromium: a real training grows and is stopped, a file:// report opens, dropped and photographed pictures are classified; at phone width and by keyboard alone",
			bar:   "all as it should be, no error on a console",
			needs: "Chromium", tested: true, rooms: []string{"internal/browser", "internal/web", "report", "serve", "watch"}, measure: measurePages},
	}
}

// pagePackages have tests that drive pages, by the names that pageTests matches.
var pagePackages = []string{"./watch", "./serve/page", "./report"}

const (
	pageTests = `^TestPage(s|InBrowser)?$`
	// complaint is what package browser says of an error on a page's console.
	complaint = "the page complains: "
)

// measurePages runs the tests that drive the pages.
func measurePages(ctx context.Context, s *session) (*result, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1", "-json", "-run", pageTests}, pagePackages...)...)
	command.Dir = s.root
	command.Env = append(os.Environ(), "LINCE_NEED_BROWSER=1")
	output, err := command.Output()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		return nil, err
	}
	if bytes.Contains(output, []byte("there is no browser among")) {
		return nil, missing{"Chromium"}
	}
	tally, failures, errCount := countTests(bytes.NewReader(output))
	if errCount != nil {
		return nil, errors.Join(fmt.Errorf("reading what go test said: %w", errCount), err)
	}
	r := &result{}
	r.equals("visits that failed", float64(tally.failed), 0, "")
	r.equals("errors on consoles", float64(bytes.Count(output, []byte(complaint))), 0, "")
	r.equals("visits left out", float64(tally.skipped), 0, "")
	r.atLeast("visits to pages", float64(tally.passed), 10, "")
	if len(failures) > 0 {
		r.note("Failed: %s.", strings.Join(failures, ", "))
	}
	r.note("A visit that provokes an error (a file that is no picture, a missing token) first takes the browser's own complaint away.")
	return r, nil
}
