package serve

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// answer is a response that remembers what the log and the metrics tell of it.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
	route  string // of the protocol; never a part of what the client sent
	err    error
	body   *incoming
}

func newAnswer(w http.ResponseWriter, r *http.Request) *answer {
	return &answer{ResponseWriter: w, route: "other", body: incomingOf(r)}
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
		a.finish()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(content []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := a.ResponseWriter.Write(content)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// noteError keeps why a request failed for the log.
func noteError(w http.ResponseWriter, err error) {
	if a, ok := w.(*answer); ok && a.err == nil {
		a.err = err
	}
}

// around adds to a handler what all requests share: an id, the log, metrics,
// the checks of who may call, and that a panic costs one request.
func (s *Server) around(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, fail(http.StatusForbidden, "pages of other sites may not call this server"))
	}))
	next = cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		s.bound(w, r, begun)
		id := requestID(r)
		a := newAnswer(w, r)
		a.Header().Set("X-Request-Id", id)
		a.Header().Set("X-Content-Type-Options", "nosniff")
		if !s.ready.Load() {
			a.Header().Set("Connection", "close")
		}
		defer func() {
			cause := recover()
			aborted := cause == http.ErrAbortHandler // the connection is to be closed
			if aborted {
				a.status = cmp.Or(a.status, statusClosed)
			} else if cause != nil {
				a.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
				if a.status == 0 {
					refuse(a, a.err)
				}
			}
			took := time.Since(begun)
			s.meters.answered(a.route, a.status, took)
			s.log(r, a, id, took)
			if aborted {
				panic(cause)
			}
			a.linger(s.limits.Body)
		}()
		ctx, cancel := context.WithTimeout(r.Context(), s.limits.Upload+s.limits.Answer-s.telling())
		defer cancel()
		if err := s.admit(r); err != nil {
			refuse(a, err)
			return
		}
		r = r.WithContext(ctx)
		r.Body = a.body
		next.ServeHTTP(a, r)
		if a.status == 0 {
			a.WriteHeader(http.StatusOK)
		}
	})
}

// bound sets the time that a whole request has, so that no client holds a
// connection longer, whatever its answer is. readBody sets nearer limits.
func (s *Server) bound(w http.ResponseWriter, r *http.Request, begun time.Time) {
	control := http.NewResponseController(w) // an error says that there is no connection, or none any more
	if r.ContentLength != 0 {
		_ = control.SetReadDeadline(begun.Add(s.limits.Upload))
	}
	_ = control.SetWriteDeadline(begun.Add(s.limits.Upload + s.limits.Answer))
}

// requestID returns the client's id of the request, if it is one to be put
// into a log, or a new one.
func requestID(r *http.Request) string {
	given := r.Header.Get("X-Request-Id")
	plain := func(c rune) bool { return c > ' ' && c < 0x7f && c != '"' && c != '\\' }
	if given != "" && len(given) <= 128 && !strings.ContainsFunc(given, func(c rune) bool { return !plain(c) }) {
		return given
	}
	return rand.Text()
}

// admit reports why a request may not come in.
func (s *Server) admit(r *http.Request) error {
	if (s.local.Load() || s.options.Token == "") && !s.knownHost(r.Host) {
		return fail(http.StatusMisdirectedRequest, "this server is not %.100q; it is called by localhost or an address, or by what --host names", r.Host)
	}
	if s.options.Token == "" || open(r.URL.Path) {
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, expected := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.options.Token))
	if strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(given[:], expected[:]) == 1 {
		return nil
	}
	return fail(http.StatusUnauthorized, "this server asks for a token: Authorization: Bearer TOKEN")
}

// open reports whether an address needs no token: health and the page.
func open(path string) bool {
	if path == "/v2/health/live" || path == "/v2/health/ready" {
		return true
	}
	for _, kept := range []string{"/v1", "/v2", "/classify", "/metrics"} {
		if path == kept || strings.HasPrefix(path, kept+"/") {
			return false
		}
	}
	return true
}

// knownHost reports whether a Host header names this server: an address of
// numbers, localhost, or one of Options.Hosts. A name that a stranger's DNS
// makes lead to this machine is none of them.
func (s *Server) knownHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || net.ParseIP(name) != nil ||
		slices.Contains(s.options.Hosts, "*") || slices.Contains(s.options.Hosts, name)
}
