package images

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/lince-ml/lince/data"
)

// job asks for one picture of a batch.
type job struct {
	slot *slot
	row  int
}

// Batches yields the epoch's batches from number first on; see data.Source.
// The next ones are prepared while one is used. A picture that can no longer
// be read makes its batch smaller by one.
func (p *Pictures) Batches(ctx context.Context, epoch, first int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		if epoch < 0 || first < 0 {
			yield(nil, fmt.Errorf("images: epoch %d and first batch %d must not be negative", epoch, first))
			return
		}
		pipe, err := p.borrow()
		if err != nil {
			yield(nil, err)
			return
		}
		defer p.giveBack(pipe)
		running, cancel := context.WithCancel(ctx)
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()

		jobs := make(chan job, p.flow.BatchSize)
		queue, free := make(chan *slot, len(pipe.slots)), make(chan *slot, len(pipe.slots))
		for _, s := range pipe.slots {
			free <- s
		}
		group.Go(func() { p.produce(running, p.plan(epoch, first), jobs, queue, free) })
		for _, w := range pipe.workers {
			group.Go(func() { p.work(running, w, jobs) })
		}
		p.consume(ctx, queue, free, yield)
	}
}

// produce plans batch after batch and asks for their pictures.
func (p *Pictures) produce(ctx context.Context, plan *plan, jobs chan<- job, queue chan<- *slot, free <-chan *slot) {
	defer close(jobs)
	defer close(queue)
	for number := plan.first; number < plan.batches; number++ {
		var s *slot
		select {
		case s = <-free:
		case <-ctx.Done():
			return
		}
		plan.fill(s, number)
		queue <- s // has room for all slots
		for row := range s.indices {
			select {
			case jobs <- job{s, row}:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (p *Pictures) work(ctx context.Context, w *worker, jobs <-chan job) {
	for j := range jobs {
		if ctx.Err() != nil {
			return
		}
		j.slot.bad[j.row], j.slot.failures[j.row] = p.make(w, j.slot, j.row)
		if j.slot.pending.Add(-1) == 0 {
			j.slot.ready <- struct{}{}
		}
	}
}

// consume yields the batches in their order.
func (p *Pictures) consume(ctx context.Context, queue <-chan *slot, free chan<- *slot, yield func(*data.Batch, error) bool) {
	yielded, samples := 0, 0
	for s := range queue {
		select {
		case <-s.ready:
		case <-ctx.Done():
			yield(nil, ctx.Err())
			return
		}
		batch, err := p.assemble(s)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(nil, err)
			return
		}
		yielded++
		samples += batch.Len()
		if batch.Len() > 0 && !yield(batch, nil) {
			return
		}
		free <- s
	}
	if err := ctx.Err(); err != nil {
		yield(nil, err)
	} else if yielded > 0 && samples == 0 {
		yield(nil, fmt.Errorf("images: none of the pictures can be read any more; the first of them: %w", p.Skipped()[0].Err))
	}
}
