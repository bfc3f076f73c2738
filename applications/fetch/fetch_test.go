package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

// check fails unless the file was fetched whole, under its name, and nothing
// unfinished is left.
func check(t *testing.T, c fetch.Client, s *server, path string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(c.Folder, "net.h5"); path != want {
		t.Errorf("the file is %s, want %s", path, want)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, s.content) {
		t.Errorf("%d bytes were fetched, not the %d that are served: %v", len(got), len(s.content), err)
	}
	if left, _ := filepath.Glob(filepath.Join(c.Folder, "*.partial*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

const size = 300_000

// TestFaults: whatever goes wrong on the way, the file arrives whole.
func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		script func(s *server) []http.HandlerFunc
		ranges string // what was asked for, request by request
	}{
		"nothing wrong": {func(*server) []http.HandlerFunc { return nil }, `1×""`},
		"cut twice": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(100_000), s.cut(100_001)}
		}, `1×"" 1×"bytes=100000-" 1×"bytes=200001-"`},
		"cut often, with progress": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(70_000), s.cut(1), s.cut(70_000), s.cut(1), s.cut(1), s.cut(70_000), s.cut(1), s.cut(1)}
		}, `1×"" 1×"bytes=70000-" 1×"bytes=70001-" 1×"bytes=140001-" 1×"bytes=140002-" 1×"bytes=140003-" 1×"bytes=210003-" 1×"bytes=210004-" 1×"bytes=210005-"`},
		"busy": {func(*server) []http.HandlerFunc {
			return []http.HandlerFunc{status(503, "Retry-After", "0"), status(429), status(500), status(504)}
		}, `5×""`},
		"hangs before the answer": {func(*server) []http.HandlerFunc {
			return []http.HandlerFunc{func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
		}, `2×""`},
		"hangs within the file": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"one"`)
				w.Header().Set("Content-Length", "300000")
				w.Write(s.content[:1000])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}}
		}, `1×"" 1×"bytes=1000-"`},
		"ignores ranges": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(1000), sends(200, s.content)}
		}, `1×"" 1×"bytes=1000-"`},
		"another range": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(1000), sends(206, s.content[999:], "Content-Range", "bytes 999-299999/300000")}
		}, `1×"" 1×"bytes=1000-" 1×""`},
		"nonsense for a range": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(1000), sends(206, s.content[1000:], "Content-Range", "1000")}
		}, `1×"" 1×"bytes=1000-" 1×""`},
		"wrong bytes in the range": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(1000), sends(206, make([]byte, size-1000), "Content-Range", "bytes 1000-299999/300000")}
		}, `1×"" 1×"bytes=1000-" 1×""`},
		"no such range": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{s.cut(1000), status(416, "Content-Range", "bytes */300000")}
		}, `1×"" 1×"bytes=1000-" 1×""`},
		"changed meanwhile": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", `"older"`)
				w.Header().Set("Content-Length", "300000")
				w.Write(make([]byte, 1000))
			}}
		}, `1×"" 1×"bytes=1000-"`}, // If-Range makes the server send all
		"announces too much": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{sends(200, s.content[:200_000], "Content-Length", "300000", "ETag", `"one"`)}
		}, `1×"" 1×"bytes=200000-"`},
		"announces nothing": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
				w.(http.Flusher).Flush()
				w.Write(s.content)
			}}
		}, `1×""`},
		"redirects": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }}
		}, `2×""`},
		"slow": {func(s *server) []http.HandlerFunc {
			return []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "300000")
				for part := range 10 {
					w.Write(s.content[part*30_000 : (part+1)*30_000])
					w.(http.Flusher).Flush()
					time.Sleep(110 * time.Millisecond) // in all longer than Stall
				}
			}}
		}, `1×""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, size)
			s.begin(test.script(s)...)
			c := client(t)
			path, err := c.Get(t.Context(), s.file())
			check(t, c, s, path, err)
			if got := count(s.ranges()); got != test.ranges {
				t.Errorf("asked for %s, want %s", got, test.ranges)
			}
		})
	}
}

// TestFailures: what cannot be mended is an error that says why, and no file.
func TestFailures(t *testing.T) {
	page := sends(200, []byte("<html>please sign in"), "Content-Type", "text/html; charset=utf-8")
	wrong := sends(200, make([]byte, size))
	for name, test := range map[string]struct {
		script   []http.HandlerFunc
		says     string
		requests int
	}{
		"missing":          {[]http.HandlerFunc{status(404)}, "404 Not Found", 1},
		"always busy":      {[]http.HandlerFunc{status(503), status(503), status(503), status(503), status(503)}, "5 failures in a row, the last: the server answers 503", 5},
		"asks to wait":     {[]http.HandlerFunc{status(503, "Retry-After", "4000")}, "asks to wait 1h6m40s", 1},
		"wrong bytes":      {[]http.HandlerFunc{wrong}, "published is", 1},
		"a page":           {[]http.HandlerFunc{page}, "a page instead of the file", 1},
		"announces little": {[]http.HandlerFunc{sends(200, content(size)[:10], "Content-Length", "10")}, "published is", 1},
		"too large":        {[]http.HandlerFunc{status(200, "Content-Length", "1000001")}, "larger than the 1000000 bytes", 1},
		"endless": {[]http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				w.Write(make([]byte, 64<<10))
			}
		}}, "larger than the 1000000 bytes", 1},
		"redirects in a circle": {nil, "more than 10 redirections", 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, size, test.script...)
			if test.script == nil {
				for range 11 {
					s.script = append(s.script, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
				}
			}
			c := client(t)
			c.MaxBytes = 1_000_000
			path, err := c.Get(t.Context(), s.file())
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "fetch: net.h5: ") {
				t.Errorf("expected an error that says %q: %v", test.says, err)
			}
			if _, err := os.Stat(filepath.Join(c.Folder, "net.h5")); path != "" || err == nil {
				t.Error("a file has got its name nevertheless")
			}
			if got := len(s.ranges()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func TestRedirectToPlainHTTP(t *testing.T) {
	plain := newServer(t, 100)
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	file := plain.file()
	file.URL = secure.URL + "/net.h5"
	c := client(t)
	c.HTTP = fetch.NewHTTP()
	c.HTTP.Transport = secure.Client().Transport
	if _, err := c.Get(t.Context(), file); err == nil || !strings.Contains(err.Error(), "from https to http:") {
		t.Errorf("%v", err)
	}
}

// TestResumed: a download that was stopped goes on where it was, from the
// disk.
func TestResumed(t *testing.T) {
	s := newServer(t, size)
	ctx, cancel := context.WithCancel(t.Context())
	s.begin(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", "300000")
		w.Write(s.content[:123_456])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	c := client(t)
	c.Stall = time.Minute
	c.Progress = func(p fetch.Progress) {
		if p.Done == 123_456 && p.Total == size {
			cancel()
		}
	}
	if _, err := c.Get(ctx, s.file()); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	c.Progress = nil
	path, err := c.Get(t.Context(), s.file())
	check(t, c, s, path, err)
	if got, want := count(s.ranges()), `1×"" 1×"bytes=123456-"`; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	if got := s.requests[1].Header.Get("If-Range"); got != `"one"` {
		t.Errorf("If-Range %q", got)
	}
}

func TestMirrors(t *testing.T) {
	official, empty, wrong, good := newServer(t, size, status(500)), newServer(t, size), newServer(t, size), newServer(t, size)
	empty.begin(status(404))
	wrong.begin(sends(200, make([]byte, size)))
	c := client(t)
	t.Setenv(fetch.MirrorVariable, empty.URL+" "+wrong.URL+"/deep/ "+good.URL)
	c.Mirrors = nil
	path, err := c.Get(t.Context(), official.file())
	check(t, c, good, path, err)
	if len(official.ranges()) != 0 || wrong.requests[0].URL.Path != "/deep/net.h5" {
		t.Errorf("%d requests to the official address, %s to a mirror", len(official.ranges()), wrong.requests[0].URL.Path)
	}
	// What one address began another ends.
	c = client(t)
	good.begin(good.cut(1000), status(404))
	official.begin()
	c.Mirrors = []string{good.URL}
	path, err = c.Get(t.Context(), official.file())
	check(t, c, official, path, err)
	if got := official.ranges(); got[0] != "bytes=1000-" {
		t.Errorf("the official address was asked for %q", got)
	}
	c.Mirrors = []string{"ftp://example.org"}
	if _, err := c.Get(t.Context(), fetch.File{Name: "other.h5", URL: official.URL}); err == nil || !strings.Contains(err.Error(), "begins with https://") {
		t.Errorf("%v", err)
	}
}

func TestFoundElsewhere(t *testing.T) {
	s := newServer(t, size)
	keras := t.TempDir()
	t.Setenv("KERAS_HOME", filepath.Dir(keras))
	if got := fetch.KerasFolders()[0]; got != filepath.Join(filepath.Dir(keras), "models") {
		t.Errorf("Keras' folder is %s", got)
	}
	kept := filepath.Join(keras, "net.h5")
	write(t, kept, s.content)
	c := client(t)
	c.Readable = []string{keras}
	if got := c.Find(s.file()); got != kept {
		t.Errorf("found at %q", got)
	}
	if path, err := c.Get(t.Context(), s.file()); path != kept || err != nil {
		t.Errorf("got %s, %v", path, err)
	}
	// A file of Keras' that is not right is left alone and fetched.
	write(t, kept, make([]byte, size))
	path, err := c.Get(t.Context(), s.file())
	check(t, c, s, path, err)
	if entries, err := os.ReadDir(keras); err != nil || len(entries) != 1 {
		t.Errorf("Keras' folder has %v, %v", entries, err)
	}
	if len(s.ranges()) != 1 {
		t.Errorf("%d requests", len(s.ranges()))
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedInCache: a cached file that was changed is fetched again, one
// that was not is not even read.
func TestDamagedInCache(t *testing.T) {
	s := newServer(t, size)
	c := client(t)
	for range 3 {
		path, err := c.Get(t.Context(), s.file())
		check(t, c, s, path, err)
	}
	if len(s.ranges()) != 1 {
		t.Errorf("%d requests for three calls", len(s.ranges()))
	}
	write(t, filepath.Join(c.Folder, "net.h5"), make([]byte, size))
	path, err := c.Get(t.Context(), s.file())
	check(t, c, s, path, err)
}

// TestUnpublished: without a checksum the first file counts.
func TestUnpublished(t *testing.T) {
	s := newServer(t, size)
	file := s.file()
	file.MD5, file.SHA256 = "", ""
	c := client(t)
	path, err := c.Get(t.Context(), file)
	check(t, c, s, path, err)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.begin(sends(200, make([]byte, size)))
	if _, err := c.Get(t.Context(), file); err == nil || !strings.Contains(err.Error(), "remove net.h5.json") {
		t.Errorf("other bytes than at first: %v", err)
	}
	path, err = c.Get(t.Context(), file)
	check(t, c, s, path, err)
	// Without a validator there is nothing to resume by.
	c = client(t)
	s.begin(sends(200, s.content[:1000], "Content-Length", "300000"))
	path, err = c.Get(t.Context(), file)
	check(t, c, s, path, err)
	if got, want := count(s.ranges()), `2×""`; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	// Nothing is no file.
	c = client(t)
	c.Attempts = 2
	s.begin(status(200), status(200))
	if _, err := c.Get(t.Context(), file); err == nil || !strings.Contains(err.Error(), "ended at byte 0") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestFromFolder(t *testing.T) {
	s := newServer(t, size)
	file := s.file()
	file.URL = s.URL + "/published-name.h5"
	from := t.TempDir()
	c := client(t)
	c.From = from
	if _, err := c.Get(t.Context(), file); err == nil || !strings.Contains(err.Error(), "net.h5 or published-name.h5") {
		t.Errorf("an empty folder: %v", err)
	}
	write(t, filepath.Join(from, "published-name.h5"), make([]byte, size))
	if _, err := c.Get(t.Context(), file); err == nil || !strings.Contains(err.Error(), "published-name.h5: its SHA-256") {
		t.Errorf("a wrong file: %v", err)
	}
	write(t, filepath.Join(from, "net.h5"), s.content)
	path, err := c.Get(t.Context(), file)
	check(t, c, s, path, err)
	if len(s.ranges()) != 0 {
		t.Error("something was downloaded")
	}
}

// TestOnce: of many that want a file at once, one fetches it.
func TestOnce(t *testing.T) {
	s := newServer(t, size)
	c := client(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			path, err := c.Weights(t.Context(), applications.WeightFile{Name: "net.h5", URL: s.file().URL, MD5: s.file().MD5})
			if err != nil || path != filepath.Join(c.Folder, "net.h5") {
				t.Errorf("%s, %v", path, err)
			}
		})
	}
	all.Wait()
	if len(s.ranges()) != 1 {
		t.Errorf("%d requests", len(s.ranges()))
	}
}

func TestRefusedFiles(t *testing.T) {
	for says, file := range map[string]fetch.File{
		"no name":        {Name: "../net.h5", URL: "https://example.org/net.h5"},
		`"" is no name`:  {URL: "https://example.org/net.h5"},
		"has 3 digits":   {Name: "a", URL: "https://example.org/a", MD5: "abc"},
		"expected 64":    {Name: "a", URL: "https://example.org/a", SHA256: "abc"},
		"begins with":    {Name: "a", URL: "file:///etc/passwd"},
		"invalid URL":    {Name: "a", URL: "https://example.org/%"},
		"address \"\", ": {Name: "a"},
	} {
		if _, err := client(t).Get(t.Context(), file); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("expected an error that says %q: %v", says, err)
		}
		if got := client(t).Find(file); got != "" {
			t.Errorf("%v is found at %s", file, got)
		}
	}
}

// TestWhole: without a checksum a file that says itself that it is cut off is
// not taken, and one that was taken before gives way.
func TestWhole(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "..", "format", "hdf5", "testdata", "chunks.h5"))
	if err != nil {
		t.Fatal(err)
	}
	weights := applications.WeightFile{Name: "net.h5", URL: "https://example.org/net.h5"}
	c := client(t)
	c.From = t.TempDir()
	source, kept := filepath.Join(c.From, "net.h5"), filepath.Join(c.Folder, "net.h5")
	write(t, source, whole[:len(whole)/2])
	if _, err := c.Weights(t.Context(), weights); err == nil || !strings.Contains(err.Error(), source) {
		t.Errorf("half a file: %v", err)
	}
	if _, err := os.Stat(kept); err == nil {
		t.Error("half a file is kept")
	}
	file := fetch.Published(weights)
	file.Whole = nil // as in a cache of before
	if _, err := c.Get(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	write(t, source, whole)
	path, err := c.Weights(t.Context(), weights)
	if err != nil || path != kept {
		t.Fatalf("the whole file: %q, %v", path, err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, whole) {
		t.Errorf("%d bytes are kept of %d, %v", len(got), len(whole), err)
	}
	s := newServer(t, 0, sends(200, whole[:len(whole)/2]))
	c = client(t)
	weights.URL = s.URL + "/net.h5"
	if path, err := c.Weights(t.Context(), weights); err == nil {
		t.Errorf("half a file from a server is kept as %s", path)
	}
}
