// Package pool runs the items of a loop on a fixed number of goroutines.
// Starting a loop costs well under a microsecond, because goroutines that have
// just worked look for more for a short while before they sleep.
package pool

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Task is a loop's body. Worker numbers the goroutine, from 0, so that each
// may have memory of its own.
type Task interface {
	Do(item, worker int)
}

// MaxItems is the largest number of items in one loop.
const MaxItems = 1<<24 - 1

// patience is how often an idle goroutine looks for work, a pause apart,
// before it sleeps: about 200 µs, the time that others need for a last item.
// Waking it would take 50 µs or more.
const patience = 6000

// Pool is a set of goroutines. The caller of Run is the first of them, so a
// pool of one starts none.
type Pool struct {
	workers int
	spins   int
	mutex   sync.Mutex // one loop at a time

	// claim packs, from the top, the loop's number (16 bits), its items and
	// the next item (24 bits each), so that one compare-and-swap takes an item
	// of the right loop.
	claim atomic.Uint64
	task  Task // read only by who has claimed an item
	left  atomic.Int64

	// waiting is the number of the loop whose end the caller sleeps for, with
	// bit 16 set; 0 while it does not. A worker that is late to tell the end of
	// an earlier loop so wakes nobody.
	waiting  atomic.Uint32
	finished chan struct{}
	sleepers []sleeper
	closing  atomic.Bool
	group    sync.WaitGroup

	failure atomic.Pointer[error]
}

// Who goes to sleep says so and then looks for work once more. That asks for a
// Swap only where a Store could be seen after the Load that follows it: neither in
// Go nor on arm64, but by emulators of arm64 on amd64 (qemu-user), where a pool hung.
type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{}
}

// New returns a pool of the given number of workers; 0 or less is as many as
// the process may run at a time, which follows a container's CPU limit.
func New(workers int) *Pool {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	spins := 0
	if workers <= runtime.GOMAXPROCS(0) {
		spins = patience
	}
	return start(workers, spins)
}

// start returns a pool whose workers look for work so often before they sleep.
func start(workers, spins int) *Pool {
	p := &Pool{workers: workers, spins: spins, finished: make(chan struct{}, 1), sleepers: make([]sleeper, workers)}
	for w := 1; w < workers; w++ {
		p.sleepers[w].wake = make(chan struct{}, 1)
		p.group.Add(1)
		go p.serve(w)
	}
	return p
}

// Workers returns the number of workers.
func (p *Pool) Workers() int { return p.workers }

// Run calls task for every item from 0 to items-1, each once, in any order on
// any worker, and returns when all are done. It allocates nothing. A task
// that panics becomes the error; its other items still run. Concurrent calls
// take turns; a task must not call Run of its own pool.
func (p *Pool) Run(items int, task Task) error {
	if items < 0 || items > MaxItems {
		return fmt.Errorf("pool: %d items, expected 0 to %d", items, MaxItems)
	}
	if items == 0 {
		return nil
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.task = task
	p.left.Store(int64(items))
	loop := p.claim.Load()>>48 + 1
	p.claim.Store(loop<<48 | uint64(items)<<24)
	for w := 1; w < min(p.workers, items); w++ {
		if p.sleepers[w].asleep.CompareAndSwap(true, false) {
			p.sleepers[w].wake <- struct{}{}
		}
	}
	p.work(0)
	p.wait(loopMark(p.claim.Load()))
	p.task = nil
	if failure := p.failure.Swap(nil); failure != nil {
		return *failure
	}
	return nil
}

// work runs items until none is left to claim and reports whether it ran any.
func (p *Pool) work(worker int) bool {
	worked := false
	for {
		claim := p.claim.Load()
		items, next := claim>>24&MaxItems, claim&MaxItems
		if next >= items {
			return worked
		}
		if p.claim.CompareAndSwap(claim, claim+1) {
			p.item(int(next), worker, loopMark(claim))
			worked = true
		}
	}
}

// loopMark is what waiting holds for the loop of a claim.
func loopMark(claim uint64) uint32 { return uint32(claim>>48) | 1<<16 }

func (p *Pool) item(item, worker int, loop uint32) {
	defer p.done(loop)
	p.task.Do(item, worker)
}

func (p *Pool) done(loop uint32) {
	if cause := recover(); cause != nil {
		err := fmt.Errorf("pool: a task failed: %v\n%s", cause, debug.Stack())
		p.failure.CompareAndSwap(nil, &err)
	}
	if p.left.Add(-1) == 0 && p.waiting.CompareAndSwap(loop, 0) {
		p.finished <- struct{}{}
	}
}

// wait returns when every claimed item is done.
func (p *Pool) wait(loop uint32) {
	for range p.spins {
		if p.left.Load() == 0 {
			return
		}
		pause()
	}
	p.waiting.Swap(loop) // see asleep
	if p.left.Load() == 0 && p.waiting.CompareAndSwap(loop, 0) {
		return
	}
	<-p.finished
}

// serve is the life of a worker.
func (p *Pool) serve(worker int) {
	defer p.group.Done()
	me := &p.sleepers[worker]
	for idle := 0; !p.closing.Load(); idle++ {
		if p.work(worker) {
			idle = 0
		}
		if idle < p.spins {
			pause()
			continue
		}
		me.asleep.Swap(true)
		if (p.available() || p.closing.Load()) && me.asleep.CompareAndSwap(true, false) {
			continue
		}
		<-me.wake
		idle = 0
	}
}

func (p *Pool) available() bool {
	claim := p.claim.Load()
	return claim&MaxItems < claim>>24&MaxItems
}

// Close ends the goroutines once a running loop is done. No Run may follow.
func (p *Pool) Close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.closing.Store(true)
	for w := 1; w < p.workers; w++ {
		if p.sleepers[w].asleep.CompareAndSwap(true, false) {
			p.sleepers[w].wake <- struct{}{}
		}
	}
	p.group.Wait()
}
