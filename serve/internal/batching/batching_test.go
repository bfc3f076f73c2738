package batching

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// doubling returns a batcher whose output is twice the input, and the sizes of
// its runs. A run begins when gate lets it.
func doubling(t *testing.T, o Options, gate chan struct{}) (*Batcher, func() []int) {
	t.Helper()
	var mutex sync.Mutex
	var sizes []int
	o.Run = func(_ context.Context, samples []*Sample) error {
		if gate != nil {
			<-gate
		}
		mutex.Lock()
		defer mutex.Unlock()
		sizes = append(sizes, len(samples))
		for _, s := range samples {
			if s.Inputs[0][0] < 0 {
				return errors.New("negative")
			}
			s.Outputs = [][]float32{{2 * s.Inputs[0][0]}}
		}
		return nil
	}
	b := New(o)
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return b, func() []int {
		mutex.Lock()
		defer mutex.Unlock()
		return append([]int{}, sizes...)
	}
}

func of(value float32) *Sample { return &Sample{Inputs: [][]float32{{value}}} }

func reserve(t *testing.T, b *Batcher, n int) *Ticket {
	t.Helper()
	ticket, err := b.Reserve(n)
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// eventually waits for a state that another goroutine brings about.
func eventually(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for range 2000 {
		if reached() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("never came to pass: " + what)
}

func TestSamplesOfManyCallersShareARun(t *testing.T) {
	gate := make(chan struct{})
	b, sizes := doubling(t, Options{Size: 8, Delay: time.Hour, Capacity: 100}, gate)
	const callers = 8
	var group sync.WaitGroup
	tickets := make([]*Ticket, callers)
	for i := range tickets {
		tickets[i] = reserve(t, b, 1)
	}
	for i, ticket := range tickets {
		group.Go(func() {
			s := of(float32(i))
			if err := ticket.Do(t.Context(), []*Sample{s}); err != nil || s.Outputs[0][0] != float32(2*i) {
				t.Errorf("sample %d: %v %v", i, s.Outputs, err)
			}
		})
	}
	close(gate)
	group.Wait()
	if got := sizes(); len(got) != 1 || got[0] != callers {
		t.Errorf("runs of %v samples, expected one of %d", got, callers)
	}
}

func TestWaitsNoLongerThanTheDelay(t *testing.T) {
	b, sizes := doubling(t, Options{Size: 8, Delay: time.Millisecond, Capacity: 100}, nil)
	late := reserve(t, b, 1) // never comes
	defer late.Release()
	s := of(3)
	if err := reserve(t, b, 1).Do(t.Context(), []*Sample{s}); err != nil || s.Outputs[0][0] != 6 {
		t.Errorf("%v %v", s.Outputs, err)
	}
	if got := sizes(); len(got) != 1 {
		t.Errorf("runs %v", got)
	}
}

func TestALoneCallerDoesNotWait(t *testing.T) {
	b, _ := doubling(t, Options{Size: 8, Delay: time.Hour, Capacity: 8}, nil)
	if err := reserve(t, b, 3).Do(t.Context(), []*Sample{of(1), of(2)}); err != nil {
		t.Error(err)
	}
}

func TestMoreSamplesThanARunTakes(t *testing.T) {
	b, sizes := doubling(t, Options{Size: 4, Capacity: 10}, nil)
	samples := make([]*Sample, 10)
	for i := range samples {
		samples[i] = of(float32(i))
	}
	if err := reserve(t, b, 10).Do(t.Context(), samples); err != nil {
		t.Fatal(err)
	}
	for i, s := range samples {
		if s.Outputs[0][0] != float32(2*i) {
			t.Errorf("sample %d: %v", i, s.Outputs)
		}
	}
	if got := sizes(); len(got) != 3 || got[0] != 4 || got[2] != 2 {
		t.Errorf("runs of %v samples", got)
	}
}

func TestFullQueueRefuses(t *testing.T) {
	gate := make(chan struct{})
	b, _ := doubling(t, Options{Size: 1, Capacity: 2}, gate)
	defer close(gate)
	running := reserve(t, b, 1)
	go func() { _ = running.Do(context.Background(), []*Sample{of(1)}) }()
	eventually(t, "the first sample runs", func() bool { return b.Waiting() == 0 })
	first, second := reserve(t, b, 1), reserve(t, b, 1)
	if _, err := b.Reserve(1); !errors.Is(err, ErrFull) || !b.Full() {
		t.Errorf("a third place: %v", err)
	}
	first.Release()
	first.Release()
	if got := b.Waiting(); got != 1 {
		t.Errorf("%d wait after a place was given back, expected 1", got)
	}
	second.Release()
}

func TestCancelledSamplesSpoilNoOthers(t *testing.T) {
	gate := make(chan struct{})
	b, _ := doubling(t, Options{Size: 4, Capacity: 4}, gate)
	running := reserve(t, b, 1)
	go func() { _ = running.Do(context.Background(), []*Sample{of(1)}) }()
	eventually(t, "the first sample runs", func() bool { return b.Waiting() == 0 })
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() { failed <- reserve(t, b, 2).Do(ctx, []*Sample{of(-1), of(-1)}) }()
	eventually(t, "two samples wait", func() bool { return b.Waiting() == 2 })
	good := of(5)
	answered := make(chan error)
	go func() { answered <- reserve(t, b, 1).Do(context.Background(), []*Sample{good}) }()
	eventually(t, "three samples wait", func() bool { return b.Waiting() == 3 })
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled samples: %v", err)
	}
	close(gate)
	if err := <-answered; err != nil || good.Outputs[0][0] != 10 {
		t.Errorf("the other sample: %v %v", good.Outputs, err)
	}
}

func TestErrorsReachTheirCallers(t *testing.T) {
	b, _ := doubling(t, Options{Size: 1, Capacity: 4}, nil)
	if err := reserve(t, b, 1).Do(t.Context(), []*Sample{of(-1)}); err == nil || err.Error() != "negative" {
		t.Errorf("a failing run: %v", err)
	}
	if err := reserve(t, b, 1).Do(t.Context(), []*Sample{{}}); err == nil {
		t.Error("a run that panics gave no error")
	}
	if err := reserve(t, b, 1).Do(t.Context(), []*Sample{of(1)}); err != nil {
		t.Errorf("after failures: %v", err)
	}
}

func TestCloseFinishesWhatWaits(t *testing.T) {
	gate := make(chan struct{})
	b, _ := doubling(t, Options{Size: 1, Capacity: 4}, gate)
	answered := make(chan error, 3)
	for range 3 {
		ticket := reserve(t, b, 1)
		go func() { answered <- ticket.Do(context.Background(), []*Sample{of(1)}) }()
	}
	eventually(t, "all are queued", func() bool { return b.Waiting() == 2 })
	closed := make(chan error)
	go func() { closed <- b.Close(context.Background()) }()
	eventually(t, "nothing new is taken", func() bool {
		ticket, err := b.Reserve(1)
		if err == nil {
			ticket.Release()
		}
		return errors.Is(err, ErrClosed)
	})
	close(gate)
	for range 3 {
		if err := <-answered; err != nil {
			t.Error(err)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestCloseGivesUpInTheEnd(t *testing.T) {
	b := New(Options{Size: 1, Capacity: 4, Run: func(ctx context.Context, _ []*Sample) error {
		<-ctx.Done()
		return ctx.Err()
	}})
	answered := make(chan error, 2)
	for range 2 {
		ticket := reserve(t, b, 1)
		go func() { answered <- ticket.Do(context.Background(), []*Sample{of(1)}) }()
	}
	eventually(t, "one waits, one runs", func() bool { return b.Waiting() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close: %v", err)
	}
	for range 2 {
		if err := <-answered; err == nil {
			t.Error("a sample that was given up has no error")
		}
	}
}
