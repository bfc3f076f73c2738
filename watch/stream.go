package watch

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	lookEvery  = 200 * time.Millisecond // for new events
	beatEvery  = 15 * time.Second       // a sign of life where there are none
	readLimit  = 10 * time.Second       // for a client to send its request
	writeLimit = 10 * time.Second       // for a client to take what it is sent
	maxStreams = 64                     // pages that are open at a time
)

// stream sends the events of all runs as server-sent events, and goes on with
// what is new until the client leaves, is too slow, or the server closes. Each
// message is {"run", "anew", "events"}; its id says how far all runs have come,
// so that a client that lost its connection misses and repeats nothing.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("%d pages are open already; close one", maxStreams), http.StatusServiceUnavailable)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	client := client{w: w, control: http.NewResponseController(w), tails: tails(s.runs, r.Header.Get("Last-Event-ID")), failed: map[int]string{}, patience: s.patience}
	if client.send("retry: 2000\n\n") != nil {
		return
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if client.catchUp() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			_ = client.catchUp() // the end of the training; nobody is left to tell of a failure
			return
		case <-ticker.C:
		}
	}
}

// client is a page that follows.
type client struct {
	w       http.ResponseWriter
	control *http.ResponseController
	tails   []*tail
	failed  map[int]string // what it was told last of a run that cannot be read
	sent    time.Time
	// patience is how long it may take for what it is sent.
	patience time.Duration
}

// message is what a page is told at a time.
type message struct {
	Run    int               `json:"run"`
	Anew   bool              `json:"anew,omitempty"`
	Events []json.RawMessage `json:"events,omitempty"`
	Error  string            `json:"error,omitempty"`
}

// catchUp sends all that is new.
func (c *client) catchUp() error {
	for more := true; more; {
		more = false
		for i, t := range c.tails {
			lines, anew, err := t.next()
			if err == nil && len(lines) == 0 && !anew {
				delete(c.failed, i)
				continue
			}
			m := message{Run: i, Anew: anew, Events: lines}
			if err != nil {
				m.Error = err.Error()
			}
			told := c.failed[i]
			if c.failed[i] = m.Error; err != nil && m.Error == told && !anew {
				continue
			}
			content, errJSON := json.Marshal(m)
			if errJSON != nil {
				return errJSON
			}
			if err := c.send(fmt.Sprintf("id: %s\ndata: %s\n\n", position(c.tails), content)); err != nil {
				return err
			}
			more = more || err == nil
		}
	}
	if time.Since(c.sent) >= beatEvery {
		return c.send(": still here\n\n")
	}
	return nil
}

func (c *client) send(text string) error {
	c.sent = time.Now()
	if err := c.control.SetWriteDeadline(c.sent.Add(c.patience)); err != nil {
		return err
	}
	if _, err := c.w.Write([]byte(text)); err != nil {
		return err
	}
	return c.control.Flush()
}
