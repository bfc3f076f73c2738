package serve

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// What becomes of a body that a handler has not read to its end. Left alone,
// net/http reads up to 256 KiB of it before it sends the answer, for as long as
// the client cares to take.
const (
	// arriving is how long an answer is held back for the rest of a small body:
	// mostly it is there already, and the connection can be kept.
	arriving  = 50 * time.Millisecond
	smallBody = 256 << 10
	// lingering is how long the rest of any other is taken after the answer: a
	// client that is still sending when its connection is closed may never see it.
	lingering = time.Second
)

// incoming is the body of a request, which remembers whether its end was read.
type incoming struct {
	io.ReadCloser
	ended bool
	brief bool // what is left may be there already
}

func (b *incoming) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

// incomingOf returns the body of a request. What is not read holds nobody up but
// in HTTP/1; a client that waits to be asked has sent nothing.
func incomingOf(r *http.Request) *incoming {
	return &incoming{
		ReadCloser: r.Body,
		ended:      r.ContentLength == 0 || r.ProtoMajor != 1,
		brief:      r.ContentLength < smallBody && r.Header.Get("Expect") == "",
	}
}

// finish takes the rest of a small body before an answer is written. The
// connection of any other will be closed after it.
func (a *answer) finish() {
	if a.body.ended {
		return
	}
	control := http.NewResponseController(a.ResponseWriter) // an error says that there is no connection
	if a.body.brief {
		_ = control.SetReadDeadline(time.Now().Add(arriving))
		_, _ = io.CopyN(io.Discard, a.body, smallBody)
		_ = control.SetReadDeadline(time.Time{})
	}
	if !a.body.ended {
		a.Header().Set("Connection", "close")
	}
}

// linger sends what was written and takes some of what still comes of the body.
func (a *answer) linger(most int64) {
	if a.body.ended {
		return
	}
	control := http.NewResponseController(a.ResponseWriter)
	_ = control.Flush()
	_ = control.SetReadDeadline(time.Now().Add(lingering))
	_, _ = io.CopyN(io.Discard, a.body, most)
	_ = control.SetReadDeadline(time.Unix(1, 0)) // net/http would read on
}
