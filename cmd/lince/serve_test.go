package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lince-ml/lince/internal/restclient"
)

// screenOf keeps what a process writes, for who reads it meanwhile.
type screenOf struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *screenOf) Write(text []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(text)
}

func (s *screenOf) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String()
}

// servedBy starts lince serve as a process of its own.
func servedBy(t *testing.T, args ...string) (restclient.Client, *exec.Cmd, *screenOf) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent a signal on Windows")
	}
	cmd := command(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	screen := &screenOf{}
	cmd.Stderr = screen
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // mostly it has ended
	line, err := bufio.NewReader(out).ReadString('\n')
	base, found := strings.CutPrefix(strings.TrimSpace(line), "serving at ")
	if err != nil || !found {
		t.Fatalf("it printed %q %v: %s", line, err, screen)
	}
	return restclient.Client{Base: strings.TrimSuffix(base, "/"), HTTP: &http.Client{Transport: &http.Transport{}}}, cmd, screen
}

// TestServeAnswersReloadsAndStops: the server says what lince predict says, takes
// a new file at SIGHUP, and ends at SIGTERM with what it has begun.
func TestServeAnswersReloadsAndStops(t *testing.T) {
	path := trained(t)
	client, cmd, screen := servedBy(t, path, "--poll", "0", "other="+path)
	picture := filepath.Join(drawn(t, 1, "star"), "star")
	entries, err := os.ReadDir(picture)
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	picture = filepath.Join(picture, entries[0].Name())
	content, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	said := decode[[]answer](t, succeed(t, "predict", path, picture, "--json"))[0].Predictions
	for _, model := range []string{"model", "other"} {
		rows, err := client.Rows(t.Context(), model, "", []any{restclient.B64(content)})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%v %v", rows, err)
		}
		for _, p := range said {
			got := float64(rows[0][len(rows[0])-1])
			if p.Index == 0 {
				got = 1 - got
			}
			if len(rows[0]) > 1 {
				got = float64(rows[0][p.Index])
			}
			if d := got - p.Probability; d > 1e-5 || d < -1e-5 {
				t.Errorf("%s: class %d is %v, lince predict says %v", model, p.Index, got, p.Probability)
			}
		}
	}
	header, png, err := client.Do(t.Context(), http.MethodPost, "/v1/models/model/explain", nil, content)
	if err != nil || header.Get("Content-Type") != "image/png" || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("explain: %v %v", header, err)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); client.Get(t.Context(), "/v1/models/other/versions/2", nil) != nil; time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("SIGHUP loads nothing: %s", screen)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range 3 { // within the notice
		if _, _, err := client.Do(t.Context(), http.MethodPost, "/classify", nil, content); err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v: %s", err, screen)
	}
}

func TestServeRefusesWrongFlags(t *testing.T) {
	path := trained(t)
	empty := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{
		{[]string{"serve"}, misused, "serve takes MODEL..."},
		{[]string{"serve", path, "--tls-cert", "a.pem"}, misused, "belong together"},
		{[]string{"serve", path, "--tls-cert", "a.pem", "--tls-key", "b.pem"}, failed, "a.pem"},
		{[]string{"serve", path, "--token", "a", "--token-file", "b"}, misused, "give one"},
		{[]string{"serve", path, "--token-file", empty}, failed, "is empty"},
		{[]string{"serve", path, "--token", " "}, failed, "is empty"},
		{[]string{"serve", path, "--max-body", "much"}, misused, "--max-body"},
		{[]string{"serve", path, "--max-bodies", "much"}, misused, "--max-bodies"},
		{[]string{"serve", path, "--log", "xml"}, misused, "--log"},
		{[]string{"serve", path, "--log-level", "loud"}, misused, "--log-level"},
		{[]string{"serve", path, path}, failed, "two models are named"},
		{[]string{"serve", "a b=" + path}, failed, "cannot be a model's name"},
		{[]string{"serve", "absent.keras"}, failed, "absent.keras"},
		{[]string{"serve", path, "--queue", "-1"}, failed, "Limits.Queue"},
		{[]string{"serve", path, "--addr", "nowhere:x"}, failed, "unknown port"},
	} {
		if o := call(t, c.args...); o.status != c.status || !strings.Contains(o.screen, c.text) {
			t.Errorf("lince %s: status %d, %q; expected %d and %q", strings.Join(c.args, " "), o.status, o.screen, c.status, c.text)
		}
	}
}

// TestServeTrimsItsToken: what stands around a token in the environment is no part
// of it, and a blank one does not open the server.
func TestServeTrimsItsToken(t *testing.T) {
	for _, c := range []struct{ variable, token, fault string }{{" secret\n", "secret", ""}, {"", "", "is empty"}, {" \t", "", "is empty"}} {
		t.Setenv(tokenVariable, c.variable)
		var s serving
		token, err := s.readToken(newServe().Flags())
		if token != c.token || (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: %q %v, expected %q %q", c.variable, token, err, c.token, c.fault)
		}
	}
}

// TestServeTellsAFailedStartOnce.
func TestServeTellsAFailedStartOnce(t *testing.T) {
	if o := call(t, "serve", "absent.keras"); strings.Count(o.screen, "absent.keras") > 2 || strings.Contains(o.screen, "model not loaded") {
		t.Errorf("told more than once: %s", o.screen)
	}
}

// TestServeAsksForATokenAndWarns: a token keeps strangers out, and its lack is
// told where they can come.
func TestServeAsksForATokenAndWarns(t *testing.T) {
	path := trained(t)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	client, cmd, _ := servedBy(t, path, "--token-file", file, "--notice", "1ms")
	if err := client.Get(t.Context(), "/v1/models", nil); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("without a token: %v", err)
	}
	client.Token = "secret"
	if err := client.Get(t.Context(), "/v1/models", nil); err != nil {
		t.Error(err)
	}
	client.Token = ""
	if _, page, err := client.Do(t.Context(), http.MethodGet, "/", nil, nil); err != nil || !bytes.Contains(page, []byte("<html")) {
		t.Errorf("the page: %.100s %v", page, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	open, cmd, screen := servedBy(t, path, "--addr", ":0", "--notice", "1ms")
	for begun := time.Now(); !strings.Contains(screen.String(), "everybody who can reach"); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second { // what it prints comes by two pipes
			t.Fatalf("no warning: %s", screen)
		}
	}
	port := open.Base[strings.LastIndexByte(open.Base, ':'):]
	open.Base = fmt.Sprint("http://127.0.0.1", port)
	if err := open.Get(t.Context(), "/v2/health/ready", nil); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
