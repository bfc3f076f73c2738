package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// memory is what all bodies together may take.
type memory struct {
	mutex sync.Mutex
	left  int64
}

func (m *memory) take(bytes int64) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if bytes > m.left {
		return false
	}
	m.left -= bytes
	return true
}

func (m *memory) give(bytes int64) {
	m.mutex.Lock()
	m.left += bytes
	m.mutex.Unlock()
}

// firstChunk is the memory for a body before any of it has come. It grows with
// what comes, so that announcing much and sending little costs little.
const firstChunk = 16 << 10

// readBody returns the body of a request, and the context of its answer, which
// ends while there is time to tell of it. release is to be called when neither
// is needed any more, also after an error.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) (ctx context.Context, body []byte, release func(), err error) {
	ctx, stop := r.Context(), func() {}
	limit, taken := s.limits.Body, int64(0)
	release = func() {
		stop()
		s.bodies.give(taken)
		s.reuse(body)
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return ctx, nil, release, fail(http.StatusUnsupportedMediaType, "bodies with Content-Encoding %.40q are not taken; send it as it is", coding)
	}
	tooLarge := fail(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", limit)
	if r.ContentLength > limit {
		return ctx, nil, release, tooLarge
	}
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(s.limits.Upload)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return ctx, nil, release, err
	}
	most := limit + 1 // one more byte tells that it is too large
	if r.ContentLength >= 0 {
		most = r.ContentLength
	}
	for size := min(firstChunk, most); ; size = min(8*size, most) {
		if !s.bodies.take(size - taken) {
			return ctx, nil, release, fail(http.StatusServiceUnavailable, "the server holds as many bodies as it has memory for; try again later")
		}
		taken = size
		grown := s.buffer(size)
		have := copy(grown, body)
		n, err := fill(grown[have:], r.Body)
		body = grown[:have+n]
		switch {
		case int64(len(body)) > limit:
			return ctx, nil, release, tooLarge
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF) && int64(len(body)) < r.ContentLength:
			return ctx, nil, release, fail(http.StatusBadRequest, "the body is cut off after %d bytes", len(body))
		case errors.Is(err, io.EOF), err == nil && size == most:
			answering, cancel := context.WithTimeout(ctx, s.limits.Answer-s.telling())
			stop = cancel
			return answering, body, release, s.bodyRead(control)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return ctx, nil, release, fail(http.StatusRequestTimeout, "the body took longer than %v to arrive", s.limits.Upload)
		case err != nil:
			return ctx, nil, release, fail(http.StatusBadRequest, "the body cannot be read: %w", err)
		}
	}
}

// fill reads until the memory is full or there is an error: io.EOF at the end of
// the body, io.ErrUnexpectedEOF where it is cut off.
func fill(into []byte, from io.Reader) (n int, err error) {
	for n < len(into) && err == nil {
		var more int
		more, err = from.Read(into[n:])
		n += more
	}
	return n, err
}

// largestReused is the largest buffer of a body that is kept for the next one.
const largestReused = mebibyte

// buffer returns memory for a body of a size; what is in it is another's.
func (s *Server) buffer(size int64) []byte {
	if size > firstChunk && size <= largestReused {
		if kept, ok := s.buffers.Get().(*[]byte); ok && int64(cap(*kept)) >= size {
			return (*kept)[:size]
		}
	}
	return make([]byte, size)
}

// reuse keeps the memory of a body that nobody needs any more.
func (s *Server) reuse(body []byte) {
	if size := cap(body); size > firstChunk && size <= largestReused {
		s.buffers.Put(&body)
	}
}

// telling is the part of Limits.Answer that is kept for writing the answer, so
// that one which took too long can still be told so.
func (s *Server) telling() time.Duration { return min(time.Second, s.limits.Answer/10) }

// bodyRead sets the time for the rest of the request.
func (s *Server) bodyRead(control *http.ResponseController) error {
	err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Now().Add(s.limits.Answer)))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
