package batching

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestPixelsAreReadNoMore: a caller that gives up returns once its pixels are
// gathered, so that it may write them again, and not only when the run is over.
func TestPixelsAreReadNoMore(t *testing.T) {
	gathering, gathered, finish := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var seen byte
	b := New(Options{Size: 1, Capacity: 2,
		Gather: func(samples []*Sample) {
			gathering <- struct{}{}
			<-gathered
			seen = samples[0].Pixels[0]
		},
		Run: func(context.Context, []*Sample) error {
			<-finish
			return nil
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	pixels, ticket, done := []byte{7}, reserve(t, b, 1), make(chan error, 1)
	go func() {
		err := ticket.Do(ctx, []*Sample{{Pixels: pixels}})
		pixels[0] = 9 // the race detector tells if it is still read
		done <- err
	}()
	<-gathering
	cancel()
	select {
	case err := <-done:
		t.Errorf("Do returned %v while its pixels were being read", err)
	case <-time.After(20 * time.Millisecond): // long enough to fail without the wait
	}
	close(gathered)
	if err := <-done; !errors.Is(err, context.Canceled) || seen != 7 {
		t.Errorf("Do: %v, and %d was read, expected 7", err, seen)
	}
	close(finish)
	if err := b.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestGatherMayFail: a mistake in it costs one batch.
func TestGatherMayFail(t *testing.T) {
	b := New(Options{Size: 1, Capacity: 2,
		Gather: func(samples []*Sample) { _ = samples[0].Pixels[0] },
		Run:    func(context.Context, []*Sample) error { return nil },
	})
	if err := reserve(t, b, 1).Do(t.Context(), []*Sample{{}}); err == nil {
		t.Error("a sample without pixels was gathered")
	}
	if err := reserve(t, b, 1).Do(t.Context(), []*Sample{{Pixels: []byte{1}}}); err != nil {
		t.Errorf("after a failure: %v", err)
	}
	if err := b.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
