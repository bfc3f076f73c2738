package main

import (
	"context"
	"os"
	"sync"
)

// inPairs calls measure for the numbers below count, two at a time, each with a
// folder of its own: for rows that are no timings, and whose parts keep one
// processor busy. The first error ends it.
func (s *session) inPairs(ctx context.Context, count int, measure func(ctx context.Context, own *session, number int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	fresh := *s
	fresh.saved = 0
	numbers := make(chan int)
	var workers sync.WaitGroup
	var guard sync.Mutex
	for range 2 {
		workers.Go(func() {
			for number := range numbers {
				own, err := fresh, error(nil)
				if own.folder, err = os.MkdirTemp(s.folder, "pair-"); err == nil {
					err = measure(ctx, &own, number)
				}
				guard.Lock()
				s.saved += own.saved
				guard.Unlock()
				if err == nil {
					err = os.RemoveAll(own.folder)
				}
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for number := range count {
		select {
		case numbers <- number:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(numbers)
	workers.Wait()
	return context.Cause(ctx)
}
