package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"
)

// entry is a model by its name: the edition that answers now, and the file that
// the next one comes from.
type entry struct {
	Model

	loading sync.Mutex // one load at a time
	seen    stamp      // of the file when it was read last, for good or bad

	mutex   sync.RWMutex
	current *edition // nil before the first one and after the end
}

// stamp tells whether a file is another one.
type stamp struct {
	size     int64
	modified time.Time
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime()}, nil
}

// acquire returns the edition that answers now; it stays open until released
// by its users.Done.
func (e *entry) acquire() (*edition, error) {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	if e.current == nil {
		return nil, fail(http.StatusServiceUnavailable, "the model %s is not ready", e.Name)
	}
	e.current.users.Add(1)
	return e.current, nil
}

// replace makes an edition the current one and returns the one before.
func (e *entry) replace(next *edition) *edition {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	former := e.current
	e.current = next
	return former
}

// acquire returns the edition of a model, which must be the given version
// unless that is empty. Its users.Done releases it.
func (s *Server) acquire(name, version string) (*edition, error) {
	found := s.entries[name]
	if found == nil {
		if version != "" {
			return nil, fail(http.StatusNotFound, "Servable not found for request: Specific(%.128s, %.20s)", name, version)
		}
		return nil, fail(http.StatusNotFound, "Servable not found for request: Latest(%.128s)", name)
	}
	e, err := found.acquire()
	if err != nil {
		return nil, err
	}
	if version != "" && version != e.version() {
		e.users.Done()
		return nil, fail(http.StatusNotFound, "Servable not found for request: Specific(%.128s, %.20s)", name, version)
	}
	return e, nil
}

// load reads the file of an entry and lets the edition that it makes answer
// from then on. The former one finishes what it has begun. After an error it
// answers as before.
func (s *Server) load(ctx context.Context, found *entry) error {
	found.loading.Lock()
	defer found.loading.Unlock()
	number := 1
	if current, err := found.acquire(); err == nil {
		number = current.number + 1
		current.users.Done()
	}
	begun := time.Now()
	next, err := s.open(ctx, found, number)
	s.meters.loaded(found.Name, number, err)
	if err != nil {
		return fmt.Errorf("serve: %s: %w", found.Path, err)
	}
	former := found.replace(next)
	s.options.Log.Info("model ready", "model", next.name, "version", next.number, "file", found.Path, "seconds", time.Since(begun).Seconds())
	if former == nil {
		return nil
	}
	s.retiring.Go(func() {
		if err := former.close(context.Background()); err != nil {
			s.options.Log.Error("model not closed", "model", former.name, "version", former.number, "error", err)
		}
	})
	return nil
}

// open reads a file and makes it ready.
func (s *Server) open(ctx context.Context, found *entry, number int) (*edition, error) {
	var err error
	if found.seen, err = stampOf(found.Path); err != nil {
		return nil, err
	}
	model, err := s.options.Load(found.Path)
	if err != nil {
		return nil, err
	}
	next, err := newEdition(ctx, s.options, found.Name, number, model, s.meters)
	if err != nil {
		return nil, errors.Join(err, model.Close())
	}
	return next, nil
}

// reload loads an entry anew, and tells the log where that fails.
func (s *Server) reload(ctx context.Context, found *entry) error {
	err := s.load(ctx, found)
	if err != nil {
		s.options.Log.Error("model not loaded", "model", found.Name, "file", found.Path, "error", err)
	}
	return err
}

// Reload reads the files of all models again. A file that cannot be read leaves
// its model as it was; the errors say which.
func (s *Server) Reload(ctx context.Context) error {
	var errs []error
	for _, model := range s.options.Models {
		errs = append(errs, s.reload(ctx, s.entries[model.Name]))
	}
	return errors.Join(errs...)
}

// watch takes up files that have changed, until ctx is done.
func (s *Server) watch(ctx context.Context) {
	ticker := time.NewTicker(s.options.Poll)
	defer ticker.Stop()
	before := map[string]stamp{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, found := range s.entries {
			now, err := stampOf(found.Path)
			if err != nil {
				continue // it is being replaced, or gone; what is loaded answers
			}
			settled := before[found.Name] == now
			before[found.Name] = now
			if settled && now != found.lastSeen() {
				_ = s.reload(ctx, found) // the log tells
			}
		}
	}
}

func (e *entry) lastSeen() stamp {
	e.loading.Lock()
	defer e.loading.Unlock()
	return e.seen
}
