// Package batching joins what many callers ask at the same time into one run,
// and refuses what there is no room for.
//
// A caller first reserves places, then prepares its samples, then waits for
// their outputs. So the batcher knows what is about to come: it waits for that,
// up to a limit, and never for what may not come at all. A lone caller is
// served at once.
package batching

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// What Reserve refuses with.
var (
	ErrFull   = errors.New("the queue is full")
	ErrClosed = errors.New("the queue is closed")
)

// Sample is one row of a batch: a slice of values per input, or pixels that
// Gather makes them of, and a slice per output, which the run sets.
type Sample struct {
	Inputs, Outputs [][]float32
	Pixels          []byte

	group *group
}

// group are the samples of one call of Do.
type group struct {
	left int // samples that have not been run
	err  error
	done chan struct{}
}

// Options say how samples are joined.
type Options struct {
	// Size is the most samples in one run, Delay the longest wait for samples
	// that are reserved, Capacity the most samples that wait.
	Size     int
	Delay    time.Duration
	Capacity int
	// Gather, if not nil, takes from 1 to Size samples what their run needs: their
	// Pixels are not read any more. Run, which follows it, computes their outputs.
	// One goroutine calls both. An error is that of all samples.
	Gather func(samples []*Sample)
	Run    func(ctx context.Context, samples []*Sample) error
}

// Batcher joins samples into runs.
type Batcher struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	stopped chan struct{}

	mutex  sync.Mutex
	queue  []*Sample
	coming int // samples that are reserved and not in the queue
	closed bool
	// gathering is held from when samples leave the queue until they are gathered.
	gathering sync.Mutex
	// changed tells the runner to look again: the queue grew, or less is coming.
	changed chan struct{}
}

// New starts a batcher; Close ends it.
func New(o Options) *Batcher {
	b := &Batcher{options: o, stopped: make(chan struct{}), changed: make(chan struct{}, 1)}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	go b.serve()
	return b
}

// Waiting returns how many samples wait or are being prepared.
func (b *Batcher) Waiting() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.queue) + b.coming
}

// Full reports whether there is no place for another sample now.
func (b *Batcher) Full() bool { return b.Waiting() >= b.options.Capacity }

// Ticket is the right to bring samples.
type Ticket struct {
	batcher *Batcher
	samples int
}

// Reserve takes places for samples, which the ticket's Do fills. Release gives
// back what it does not.
func (b *Batcher) Reserve(samples int) (*Ticket, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	if len(b.queue)+b.coming+samples > b.options.Capacity {
		return nil, ErrFull
	}
	b.coming += samples
	return &Ticket{b, samples}, nil
}

// Release gives the places back that Do did not take. It may be called twice.
func (t *Ticket) Release() {
	t.batcher.mutex.Lock()
	t.batcher.coming -= t.samples
	t.samples = 0
	t.batcher.mutex.Unlock()
	t.batcher.wake()
}

// Do returns once all samples have their outputs, or one of their runs failed,
// or ctx is done. In the last case a run may still be reading the Inputs: they
// must not be written again, while Pixels may. Places that the samples do not need
// are given back.
func (t *Ticket) Do(ctx context.Context, samples []*Sample) error {
	if len(samples) > t.samples {
		return fmt.Errorf("batching: %d samples brought for %d places", len(samples), t.samples)
	}
	if len(samples) == 0 {
		t.Release()
		return nil
	}
	b, g := t.batcher, &group{left: len(samples), done: make(chan struct{})}
	for _, s := range samples {
		s.group = g
	}
	b.mutex.Lock()
	b.coming -= t.samples
	t.samples = 0
	b.queue = append(b.queue, samples...)
	b.mutex.Unlock()
	b.wake()
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		b.withdraw(g)
		return ctx.Err()
	}
}

// withdraw takes a group's samples out of the queue, so that others have their
// places, and waits until those that have left it are gathered.
func (b *Batcher) withdraw(g *group) {
	b.mutex.Lock()
	b.queue = slices.DeleteFunc(b.queue, func(s *Sample) bool { return s.group == g })
	b.mutex.Unlock()
	b.gathering.Lock()
	defer b.gathering.Unlock()
}

func (b *Batcher) wake() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// Close refuses new samples, runs those that wait, and returns when they are
// done; when ctx is done before that, they fail.
func (b *Batcher) Close(ctx context.Context) error {
	b.mutex.Lock()
	b.closed = true
	b.mutex.Unlock()
	b.wake()
	defer b.cancel()
	select {
	case <-b.stopped:
		return nil
	case <-ctx.Done():
		b.cancel()
		<-b.stopped
		return ctx.Err()
	}
}

// serve is the life of the goroutine that runs.
func (b *Batcher) serve() {
	defer close(b.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		batch, finished := b.take(timer)
		if finished {
			return
		}
		if len(batch) > 0 {
			b.finish(batch, b.run(batch))
		}
	}
}

// take returns the next samples to run, once there are enough of them, and then
// holds gathering; finished when there never will be any.
func (b *Batcher) take(timer *time.Timer) (batch []*Sample, finished bool) {
	var limit <-chan time.Time // nil until there is a sample that waits
	late := false
	for {
		b.mutex.Lock()
		if n := len(b.queue); n > 0 && (late || n >= b.options.Size || b.coming == 0 || b.closed) {
			batch = slices.Clone(b.queue[:min(n, b.options.Size)])
			b.queue = slices.Delete(b.queue, 0, len(batch))
			b.gathering.Lock()
			b.mutex.Unlock()
			return batch, false
		}
		if len(b.queue) > 0 && limit == nil && !late {
			timer.Reset(b.options.Delay)
			limit = timer.C
		}
		finished = b.closed && len(b.queue) == 0 && b.coming == 0
		b.mutex.Unlock()
		if finished {
			return nil, true
		}
		select {
		case <-b.changed:
		case <-limit:
			late = true
		case <-b.ctx.Done():
			return b.drain(), true
		}
	}
}

// drain fails what is left in the queue.
func (b *Batcher) drain() []*Sample {
	b.mutex.Lock()
	left := slices.Clone(b.queue)
	b.queue = nil
	b.mutex.Unlock()
	b.finish(left, ErrClosed)
	return nil
}

func (b *Batcher) run(batch []*Sample) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("batching: a run failed: %v", cause)
		}
	}()
	b.gather(batch)
	return b.options.Run(b.ctx, batch)
}

func (b *Batcher) gather(batch []*Sample) {
	defer b.gathering.Unlock()
	if b.options.Gather != nil {
		b.options.Gather(batch)
	}
}

// finish tells the groups of what became of their samples.
func (b *Batcher) finish(batch []*Sample, err error) {
	for _, s := range batch {
		g := s.group
		if g.left--; err != nil && g.err == nil {
			g.err = err
		}
		if g.left == 0 {
			close(g.done)
		}
	}
}
