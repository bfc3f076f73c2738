package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Server answers predictions. Its models are loaded; it serves once Serve or
// its Handler is given connections.
type Server struct {
	options  Options
	limits   Limits
	entries  map[string]*entry
	meters   *meters
	bodies   *memory
	buffers  sync.Pool     // of *[]byte, bodies that were read
	decoders chan struct{} // a place per picture that is decoded
	handler  http.Handler
	ready    atomic.Bool
	local    atomic.Bool // bound to a loopback address
	retiring sync.WaitGroup
	refusals pace // of the log's lines on clients' mistakes
	failures pace // and on the server's
}

// New loads the models and returns a server that is ready. The error names
// the file that cannot be served.
func New(ctx context.Context, o Options) (*Server, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: o, limits: o.Limits, entries: map[string]*entry{}, meters: newMeters(),
		bodies: &memory{left: o.Limits.Bodies}, decoders: make(chan struct{}, o.Limits.Decoders),
	}
	for _, model := range o.Models {
		found := &entry{Model: model}
		s.entries[model.Name] = found
		if err := s.load(ctx, found); err != nil {
			return nil, errors.Join(err, s.Close(ctx))
		}
		s.meters.watchQueue(model.Name, found.waiting)
	}
	s.handler = s.around(s.routes())
	s.setReady(true)
	return s, nil
}

func (s *Server) setReady(ready bool) {
	s.ready.Store(ready)
	value := 0.0
	if ready {
		value = 1
	}
	s.meters.ready.Set(value)
}

// Handler returns what answers requests, for a server of one's own, which then
// sets the limits that are about connections itself. Serve does all of that.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers requests on a listener until ctx is done. Then it says that it
// is not ready, after Limits.Notice takes no more connections, finishes the
// requests at hand within Limits.Drain, and returns nil; an error tells what it
// could not finish. The listener is closed, the models are not.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	s.local.Store(isLoopback(listener.Addr()))
	var protocols http.Protocols
	protocols.SetHTTP1(true) // one request at a time per connection, as Limits count
	server := &http.Server{
		Handler: s.handler, Protocols: &protocols, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: s.limits.Header, IdleTimeout: s.limits.Idle,
		ErrorLog: slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug), // mostly about clients
	}
	watching, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	if s.options.Poll > 0 {
		group.Go(func() { s.watch(watching) })
	}
	listener = limitConnections(listener, s.limits.Connections, s.meters.connections)
	if s.options.TLS != nil {
		listener = tls.NewListener(listener, s.options.TLS)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer group.Wait()
	defer stop()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.setReady(false)
	s.options.Log.Info("stopping", "drain", s.limits.Drain.String())
	time.Sleep(s.limits.Notice)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Drain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(errors.New("serve: requests were cut off"), err, server.Close())
	}
	return nil
}

// Close frees the models once their requests are answered, or ctx is done. No
// request may come any more.
func (s *Server) Close(ctx context.Context) error {
	s.setReady(false)
	var errs []error
	for _, found := range s.entries {
		if last := found.replace(nil); last != nil {
			errs = append(errs, last.close(ctx))
		}
	}
	s.retiring.Wait()
	return errors.Join(errs...)
}

// waiting returns the length of the entry's queue.
func (e *entry) waiting() int {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	if e.current == nil {
		return 0
	}
	return e.current.batcher.Waiting()
}
