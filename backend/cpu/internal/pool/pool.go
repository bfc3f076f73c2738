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
// before it sleeps: about 50 µs.
const patience = 1500

// Pool is a set of goroutines. The caller of Run is the first of them, so a
// pool of one starts none.
type Pool struct {
	workers int
	spins   int
	mutex   sync.Mutex // one loop at a time

	lanes []lane
	loop  uint64 // the last loop's number
	task  Task   // read only by who has claimed an item
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

// lane is a worker's share of a loop: neighbouring items, the same ones in every
// loop of as many, so that a worker finds in its caches what it has written in
// earlier loops. The worker takes them from the first on; who has finished its
// own takes others' from the last.
type lane struct {
	// claim packs, from the top, the loop's number (16 bits), the end of the
	// items that are left and the first of them (24 bits each), so that one
	// compare-and-swap takes an item of the right loop.
	claim atomic.Uint64
	_     [7]uint64 // a cache line for each
}

// take claims an item, the first or the last that is left, and tells its loop.
func (l *lane) take(last bool) (item int, loop uint32, ok bool) {
	for {
		claim := l.claim.Load()
		next, end := claim&MaxItems, claim>>24&MaxItems
		if next >= end {
			return 0, 0, false
		}
		after := claim + 1
		if last {
			after, next = claim-1<<24, end-1
		}
		if l.claim.CompareAndSwap(claim, after) {
			return int(next), loopMark(claim), true
		}
	}
}

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
	p := &Pool{workers: workers, finished: make(chan struct{}, 1), sleepers: make([]sleeper, workers), lanes: make([]lane, workers)}
	if workers <= runtime.GOMAXPROCS(0) {
		p.spins = patience
	}
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
	p.loop++
	for w := range p.lanes {
		first, end := items*w/p.workers, items*(w+1)/p.workers
		p.lanes[w].claim.Store(p.loop<<48 | uint64(end)<<24 | uint64(first))
	}
	for w := 1; w < min(p.workers, items); w++ {
		if p.sleepers[w].asleep.CompareAndSwap(true, false) {
			p.sleepers[w].wake <- struct{}{}
		}
	}
	p.work(0)
	p.wait(loopMark(p.loop << 48))
	p.task = nil
	if failure := p.failure.Swap(nil); failure != nil {
		return *failure
	}
	return nil
}

// work runs items, its own before others', until none is left to claim, and
// reports whether it ran any.
func (p *Pool) work(worker int) bool {
	count, loop := int64(0), uint32(0)
	for i := range p.lanes {
		l := &p.lanes[(worker+i)%p.workers]
		for {
			item, mark, ok := l.take(i > 0)
			if !ok {
				break
			}
			p.item(item, worker)
			count, loop = count+1, mark
		}
	}
	if count > 0 {
		p.done(count, loop)
	}
	return count > 0
}

// loopMark is what waiting holds for the loop of a claim.
func loopMark(claim uint64) uint32 { return uint32(claim>>48) | 1<<16 }

func (p *Pool) item(item, worker int) {
	defer p.recover()
	p.task.Do(item, worker)
}

// recover makes a task's panic the loop's error.
func (p *Pool) recover() {
	if cause := recover(); cause != nil {
		err := fmt.Errorf("pool: a task failed: %v\n%s", cause, debug.Stack())
		p.failure.CompareAndSwap(nil, &err)
	}
}

// done counts items of a loop; the last of them wake its caller.
func (p *Pool) done(count int64, loop uint32) {
	if p.left.Add(-count) == 0 && p.waiting.CompareAndSwap(loop, 0) {
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
	p.waiting.Store(loop)
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
		me.asleep.Store(true)
		if (p.available() || p.closing.Load()) && me.asleep.CompareAndSwap(true, false) {
			continue
		}
		<-me.wake
		idle = 0
	}
}

func (p *Pool) available() bool {
	for i := range p.lanes {
		if claim := p.lanes[i].claim.Load(); claim&MaxItems < claim>>24&MaxItems {
			return true
		}
	}
	return false
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
