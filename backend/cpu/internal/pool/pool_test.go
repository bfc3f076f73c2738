package pool

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type counter struct {
	items   []atomic.Int32
	workers int
	bad     atomic.Bool
}

func (c *counter) Do(item, worker int) {
	c.items[item].Add(1)
	if worker < 0 || worker >= c.workers {
		c.bad.Store(true)
	}
}

func TestRunDoesEveryItemOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		p := New(workers)
		for _, items := range []int{0, 1, 2, 5, 64, 1000} {
			for round := range 20 {
				c := &counter{items: make([]atomic.Int32, items), workers: workers}
				if err := p.Run(items, c); err != nil {
					t.Fatal(err)
				}
				for i := range c.items {
					if n := c.items[i].Load(); n != 1 || c.bad.Load() {
						t.Fatalf("%d workers, %d items: item %d ran %d times", workers, items, i, n)
					}
				}
				if round == 10 {
					time.Sleep(time.Millisecond) // let the workers fall asleep
				}
			}
		}
		p.Close()
	}
}

func TestConcurrentRunsTakeTurns(t *testing.T) {
	p := New(3)
	defer p.Close()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				c := &counter{items: make([]atomic.Int32, 9), workers: 3}
				if err := p.Run(len(c.items), c); err != nil {
					t.Error(err)
				}
				for i := range c.items {
					if c.items[i].Load() != 1 {
						t.Errorf("item %d ran %d times", i, c.items[i].Load())
					}
				}
			}
		})
	}
	group.Wait()
}

type failing struct{ ran atomic.Int32 }

func (f *failing) Do(item, _ int) {
	f.ran.Add(1)
	if item == 3 {
		panic("broken")
	}
}

func TestPanicBecomesAnError(t *testing.T) {
	p := New(2)
	defer p.Close()
	f := &failing{}
	err := p.Run(8, f)
	if err == nil || !strings.Contains(err.Error(), "broken") || f.ran.Load() != 8 {
		t.Fatalf("got %v after %d items", err, f.ran.Load())
	}
	if err := p.Run(2, &failing{}); err != nil {
		t.Fatalf("the failure outlived its loop: %v", err)
	}
	if p.Run(MaxItems+1, f) == nil || p.Run(-1, f) == nil {
		t.Fatal("an impossible number of items was accepted")
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	p := New(2)
	defer p.Close()
	c := &counter{items: make([]atomic.Int32, 16), workers: 2}
	if n := testing.AllocsPerRun(100, func() { _ = p.Run(16, c) }); n != 0 {
		t.Fatalf("Run allocates %v times", n)
	}
}

type nothing struct{}

func (nothing) Do(int, int) {}

func BenchmarkRun(b *testing.B) {
	p := New(0)
	defer p.Close()
	for b.Loop() {
		_ = p.Run(2, nothing{})
	}
}

// TestLateWorkerWakesNobody: a worker that did the last item of one loop may
// be held up before it tells so, until the caller sleeps for the next loop.
func TestLateWorkerWakesNobody(t *testing.T) {
	p := New(1)
	defer p.Close()
	p.left.Store(1)
	p.waiting.Store(loopMark(2 << 48))
	p.done(loopMark(1 << 48))
	select {
	case <-p.finished:
		t.Error("the end of loop 1 woke the caller of loop 2")
	default:
	}
	p.left.Store(1)
	p.done(loopMark(2 << 48))
	select {
	case <-p.finished:
	default:
		t.Error("the end of loop 2 did not wake its caller")
	}
}

// turning is a task that takes a while.
type turning struct{ turns int }

func (t *turning) Do(int, int) {
	for i := range t.turns {
		_ = i
	}
}

// TestNobodyOversleeps lets workers and the caller go to sleep at all moments
// of short loops.
func TestNobodyOversleeps(t *testing.T) {
	for spins := range 7 {
		p := start(2, spins)
		task := &turning{}
		for i := range 60_000 {
			task.turns = i * 37 % 900
			if err := p.Run(1+i%2, task); err != nil {
				t.Fatal(err)
			}
		}
		p.Close()
	}
}
