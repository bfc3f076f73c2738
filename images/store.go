package images

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// source gives the pictures of a flow at their target size, as bytes or as
// floats, whichever it has; both are valid until the worker's next picture.
type source interface {
	picture(i int, w *worker) (bytes []byte, floats []float32, err error)
}

// store is the decoded pictures of files: the first ones in memory, the
// others in the disk cache or, without one, decoded on demand.
type store struct {
	paths    []string
	memory   [][]byte
	cache    *Cache
	key      cacheKey
	progress func(done, total int)
}

func newStore(paths []string, flow Flow, p Preprocessing, stored int) *store {
	kept := 0
	if flow.MemoryLimit > 0 {
		kept = int(min(flow.MemoryLimit/int64(stored), int64(len(paths))))
	}
	return &store{paths: paths, memory: make([][]byte, kept), cache: flow.Cache, key: newCacheKey(p), progress: flow.Progress}
}

// prepare decodes every picture once and returns, at the place of each bad
// one, what is wrong with it.
func (s *store) prepare(ctx context.Context, p Preprocessing, workers int) ([]error, error) {
	failures := make([]error, len(s.paths))
	var mutex sync.Mutex
	done := 0
	tell := func() {
		if s.progress == nil {
			return
		}
		mutex.Lock()
		defer mutex.Unlock()
		done++
		s.progress(done, len(s.paths))
	}
	err := parallel(ctx, len(s.paths), workers, func() (func(int), error) {
		l, err := newLoader(p)
		if err != nil {
			return nil, err
		}
		stored := make([]byte, l.stored())
		return func(i int) {
			failures[i] = s.admit(i, l, stored)
			tell()
		}, nil
	})
	return failures, err
}

// admit decodes picture i and keeps it where there is room.
func (s *store) admit(i int, l *loader, buffer []byte) error {
	if i < len(s.memory) {
		buffer = make([]byte, l.stored())
		if err := s.decode(i, l, buffer); err != nil {
			return err
		}
		s.memory[i] = buffer
		return nil
	}
	if s.cache.has(s.paths[i], s.key, l.stored()) {
		return nil
	}
	if err := s.decode(i, l, buffer); err != nil {
		return err
	}
	s.cache.put(s.paths[i], s.key, buffer)
	return nil
}

func (s *store) decode(i int, l *loader, dst []byte) error {
	content, err := l.read(s.paths[i])
	if err != nil {
		return err
	}
	return l.store(dst, content)
}

// picture implements source.
func (s *store) picture(i int, w *worker) ([]byte, []float32, error) {
	stored, err := s.get(i, w)
	if err != nil {
		return nil, nil, fmt.Errorf("images: %s: %w", s.paths[i], err)
	}
	if !w.loader.p.TensorFlowResize {
		return stored, nil, nil
	}
	w.loader.expand(w.values, stored)
	return nil, w.values, nil
}

func (s *store) get(i int, w *worker) ([]byte, error) {
	if i < len(s.memory) {
		return s.memory[i], nil
	}
	if s.cache.get(s.paths[i], s.key, w.stored) {
		return w.stored, nil
	}
	if err := s.decode(i, w.loader, w.stored); err != nil {
		return nil, err
	}
	s.cache.put(s.paths[i], s.key, w.stored)
	return w.stored, nil
}

// drop forgets the pictures at the places of failures.
func (s *store) drop(failures []error) {
	paths, memory := s.paths[:0:0], s.memory[:0:0]
	for i, failure := range failures {
		if failure != nil {
			continue
		}
		paths = append(paths, s.paths[i])
		if i < len(s.memory) {
			memory = append(memory, s.memory[i])
		}
	}
	s.paths, s.memory = paths, memory
}

// parallel calls, for every number below n, a function that start makes once
// for each worker. It stops early when ctx is cancelled or start fails.
func parallel(ctx context.Context, n, workers int, start func() (func(int), error)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	failed := make([]error, min(max(workers, 1), max(n, 1)))
	for k := range failed {
		group.Go(func() {
			work, err := start()
			if err != nil {
				failed[k] = err
				return
			}
			for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
				if failed[k] = ctx.Err(); failed[k] != nil {
					return
				}
				work(i)
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(failed...)
}
