package main

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// watched starts a command whose output names a page, calls visit with the
// page's address, and returns the exit status and what else was printed.
func watched(t *testing.T, visit func(url string), args ...string) (status int, printed string) {
	t.Helper()
	cmd := command(t, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	cmd.Stderr = &screen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := ""
	var all strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if at := strings.Index(lines.Text(), "http://"); at >= 0 && url == "" {
			url = lines.Text()[at:]
		}
		if url != "" && (strings.HasPrefix(lines.Text(), "Epoch 2/") || strings.Contains(lines.Text(), "Ctrl-C ends")) {
			visit(url)
		}
	}
	_ = cmd.Wait() // its status is what is looked at
	return cmd.ProcessState.ExitCode(), all.String() + screen.String()
}

// TestWatchStops: the live page's button ends a training as Ctrl-C does.
func TestWatchStops(t *testing.T) {
	folder, out := drawn(t, 20, "circle", "star"), filepath.Join(t.TempDir(), "pets.keras")
	status, printed := watched(t, func(url string) {
		answer, err := http.Post(url+"runs/0/stop", "", nil)
		if err != nil {
			t.Error(err)
			return
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusNoContent {
			t.Errorf("the button gives status %d", answer.StatusCode)
		}
	}, small(folder, out, "--watch", "--epochs", "500", "--batch", "4")...)
	if status != interrupted || !strings.Contains(printed, "--resume goes on") {
		t.Errorf("exit status %d, expected %d:\n%s", status, interrupted, printed)
	}
	for file, found := range exists(out, "keras", "history.json", "settings.json", "events.jsonl", "samples.png", "backup.keras") {
		if !found {
			t.Errorf("there is no %s after the stop", file)
		}
	}
	settings, err := os.ReadFile(strings.TrimSuffix(out, "keras") + "settings.json")
	if err != nil || bytes.Contains(settings, []byte("watch")) {
		t.Errorf("whether a run is watched is no setting of it: %v\n%s", err, settings)
	}
	if runtime.GOOS != "windows" {
		watchOver(t, out)
	}
}

// watchOver shows the run that is over until Ctrl-C.
func watchOver(t *testing.T, out string) {
	status, printed := interruptAfter(t, "Ctrl-C ends", command(t, "watch", out))
	if status != succeeded || !strings.Contains(printed, "http://127.0.0.1:") {
		t.Errorf("lince watch ends with %d:\n%s", status, printed)
	}
}

func TestWatchRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"watch"}, misused, "watch takes RUN..."},
		{[]string{"watch", filepath.Join(folder, "pets")}, failed, "there is no run"},
		{[]string{"watch", folder}, failed, "holds no run"},
		{small(drawn(t, 2, "circle", "star"), filepath.Join(folder, "a.keras"), "--watch", "--watch-addr", "nowhere"), failed, "--watch-addr nowhere"},
	} {
		if o := call(t, test.args...); o.status != test.status || !strings.Contains(o.screen, test.says) {
			t.Errorf("%v: exit status %d saying %q", test.args, o.status, o.screen)
		}
	}
}
