package watch

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/lince-ml/lince/internal/web"
)

//go:embed page
var page embed.FS

// Server serves a page that shows runs.
type Server struct {
	runs    []Run
	token   string // "" where the loopback interface keeps others out
	url     string
	http    *http.Server
	failed  chan error
	streams chan struct{}
	closing chan struct{}
	close   sync.Once
	// patience is how long a page may take for what it is sent.
	patience time.Duration
}

// Start serves the page at an address, HOST:PORT, until Close; port 0 takes a
// free one. On a loopback address it answers requests for that alone, whatever
// name a foreign page may have found for it. On any other address it asks for a
// token, which is part of URL.
func Start(address string, runs ...Run) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("watch: %w; expected HOST:PORT, such as 127.0.0.1:8500, or port 0 for any free one", err)
	}
	token := ""
	at, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !at.IP.IsLoopback() {
		token = rand.Text()
	}
	s := newServer(runs, token)
	s.url = urlOf(at, token)
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: readLimit, ReadTimeout: readLimit, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16}
	go func() { s.failed <- s.http.Serve(listener) }()
	return s, nil
}

func newServer(runs []Run, token string) *Server {
	return &Server{
		runs: runs, token: token, patience: writeLimit,
		failed: make(chan error, 1), streams: make(chan struct{}, maxStreams), closing: make(chan struct{}),
	}
}

// urlOf names the machine where it listens on all its addresses.
func urlOf(at *net.TCPAddr, token string) string {
	host := at.IP.String()
	if at.IP.IsUnspecified() {
		host = "localhost"
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	url := "http://" + net.JoinHostPort(host, strconv.Itoa(at.Port)) + "/"
	if token != "" {
		url += "?token=" + token
	}
	return url
}

// URL returns the address to open in a browser, with the token if one is needed.
func (s *Server) URL() string { return s.url }

// Wait returns when the context is done or serving failed.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		s.failed <- err
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("watch: %w", err)
	}
}

// Close tells open pages what is new, and ends.
func (s *Server) Close() error {
	s.close.Do(func() { close(s.closing) })
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// handler serves everything.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /style.css", web.Style())
	mux.Handle("GET /icon.svg", web.Icon())
	for path, file := range map[string]string{"/{$}": "index.html", "/watch.css": "watch.css", "/watch.js": "watch.js", "/run.js": "run.js", "/chart.js": "chart.js"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, page, "page/"+file)
		})
	}
	mux.HandleFunc("GET /runs", s.list)
	mux.HandleFunc("GET /events", s.stream)
	mux.HandleFunc("GET /runs/{run}/samples.png", s.withRun(func(w http.ResponseWriter, r *http.Request, run Run) {
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFile(w, r, run.files.samples)
	}))
	mux.HandleFunc("POST /runs/{run}/stop", s.withRun(func(w http.ResponseWriter, _ *http.Request, run Run) {
		if err := run.Stop(); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	// A form of another page must not stop a training.
	return web.Guard(s.admit(http.NewCrossOriginProtection().Handler(mux)))
}

// list tells the names of the runs, whose places in the list are their numbers.
func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	names := make([]string, len(s.runs))
	for i, run := range s.runs {
		names[i] = run.Name
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(names) // fails only where the client left
}

func (s *Server) withRun(serve func(http.ResponseWriter, *http.Request, Run)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(r.PathValue("run"))
		if err != nil || i < 0 || i >= len(s.runs) {
			http.Error(w, "there is no such run", http.StatusNotFound)
			return
		}
		serve(w, r, s.runs[i])
	}
}
