package serve

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// pace bounds how fast lines are written, so that no client fills a disk at its
// own speed: some at once, and one a second in the long run.
type pace struct {
	mutex sync.Mutex
	spent time.Time // when all lines that were written are a second each ago
	left  int       // lines that were not written since the last one
}

// atOnce is how many lines may be written at once after a rest.
const atOnce = 20

// take reports whether a line may be written now, and how many before it were
// not.
func (p *pace) take(now time.Time) (left int, ok bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if earliest := now.Add(-atOnce * time.Second); p.spent.Before(earliest) {
		p.spent = earliest
	}
	if next := p.spent.Add(time.Second); !next.After(now) {
		left, p.left, p.spent = p.left, 0, next
		return left, true
	}
	p.left++
	return 0, false
}

// log tells of a request: failures of the server as errors, mistakes of clients
// for information, both at a pace, and everything for who wants to know all.
func (s *Server) log(r *http.Request, a *answer, id string, took time.Duration) {
	level, paced := slog.LevelDebug, (*pace)(nil)
	switch {
	case a.status == http.StatusServiceUnavailable: // the metrics count them
	case a.status >= 500:
		level, paced = slog.LevelError, &s.failures
	case a.status >= 400:
		level, paced = slog.LevelInfo, &s.refusals
	}
	log := s.options.Log
	if !log.Enabled(r.Context(), level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("id", id), slog.String("method", shortened(r.Method, 20)), slog.String("path", shortened(r.URL.Path, 200)),
		slog.Int("status", a.status), slog.Int64("bytes", a.bytes), slog.Duration("took", took), slog.String("client", r.RemoteAddr),
	}
	if a.err != nil {
		attributes = append(attributes, slog.Any("error", a.err))
	}
	if paced != nil && !log.Enabled(r.Context(), slog.LevelDebug) {
		left, ok := paced.take(time.Now())
		if !ok {
			return
		}
		if left > 0 {
			attributes = append(attributes, slog.Int("untold", left))
		}
	}
	log.LogAttrs(r.Context(), level, "request", attributes...)
}

func shortened(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}
