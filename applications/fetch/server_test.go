package fetch_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lince-ml/lince/applications/fetch"
)

// content is what a server has: no two parts of it are alike.
func content(size int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(size)))
	all := make([]byte, size)
	for i := range all {
		all[i] = byte(random.Uint32())
	}
	return all
}

// server serves a file the way a test wants, request by request.
type server struct {
	*httptest.Server
	content []byte

	mu       sync.Mutex
	requests []*http.Request
	script   []http.HandlerFunc // for the first requests; then the file as it is
}

func newServer(t *testing.T, size int, script ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{content: content(size), script: script}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, r)
	answer := s.serve
	if n < len(s.script) {
		answer = s.script[n]
	}
	s.mu.Unlock()
	answer(w, r)
}

// begin forgets the requests so far and begins another script.
func (s *server) begin(script ...http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.script = nil, script
}

// serve serves the file with ranges and an entity tag.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"one"`)
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.content))
}

// ranges are the Range headers of all requests.
func (s *server) ranges() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, r := range s.requests {
		all = append(all, r.Header.Get("Range"))
	}
	return all
}

// file is the served file as it is published.
func (s *server) file() fetch.File {
	short, wide := md5.Sum(s.content), sha256.Sum256(s.content)
	return fetch.File{Name: "net.h5", URL: s.URL + "/weights/net.h5", MD5: hex.EncodeToString(short[:]), SHA256: hex.EncodeToString(wide[:])}
}

// cut announces the whole rest and ends the connection after so many bytes.
func (s *server) cut(after int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.serve(&shortened{w, after}, r)
	}
}

// shortened aborts an answer after some bytes.
type shortened struct {
	http.ResponseWriter
	left int
}

func (s *shortened) Write(p []byte) (int, error) {
	n := min(len(p), s.left)
	s.ResponseWriter.Write(p[:n])
	if s.left -= n; s.left == 0 {
		if flusher, ok := s.ResponseWriter.(http.Flusher); ok {
			flusher.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

// status answers with a status and a header.
func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for pair := range slices.Chunk(header, 2) {
			w.Header().Set(pair[0], pair[1])
		}
		w.WriteHeader(code)
	}
}

// sends answers with bytes, and with headers that may lie about them.
func sends(code int, body []byte, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status(code, header...)(w, r)
		w.Write(body)
	}
}

// client fetches into a new folder, without much waiting.
func client(t *testing.T) fetch.Client {
	t.Helper()
	return fetch.Client{
		Folder: t.TempDir(), Readable: []string{}, Mirrors: []string{}, Wait: time.Millisecond, Stall: time.Second,
	}
}

// count writes each distinct value with how often it comes in a row.
func count(values []string) string {
	var parts []string
	for len(values) > 0 {
		n := 1
		for n < len(values) && values[n] == values[0] {
			n++
		}
		parts = append(parts, fmt.Sprintf("%d×%q", n, values[0]))
		values = values[n:]
	}
	return strings.Join(parts, " ")
}
