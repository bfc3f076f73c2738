package images

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/tensor"
)

// pipeline is the memory one iteration needs: workers with their buffers and
// a ring of batches. Iterations borrow one after the other.
type pipeline struct {
	workers []*worker
	slots   []*slot
}

// worker makes pictures ready, one at a time.
type worker struct {
	loader    *loader
	augmenter augment.Augmenter
	stored    []byte
	values    []float32
}

// slot is one batch of the ring.
type slot struct {
	epoch, number int
	indices       []int
	transforms    []Transform // drawn beforehand, under KerasCompat
	names         []int       // numbers in the names of saved pictures
	bad           []error     // a picture that cannot be read: left out
	failures      []error     // what ends the iteration
	pending       atomic.Int32
	ready         chan struct{}

	inputs, targets, weights []*tensor.Tensor // BatchSize rows
	files                    []string
	batch                    data.Batch
}

func (p *Pictures) newPipeline() (*pipeline, error) {
	pipe := new(pipeline)
	for range p.flow.Workers {
		l, err := newLoader(p.preprocessing)
		if err != nil {
			return nil, err
		}
		pipe.workers = append(pipe.workers, &worker{loader: l, stored: make([]byte, l.stored()), values: make([]float32, l.values)})
	}
	for range p.flow.Prefetch + 1 {
		s, err := p.newSlot()
		if err != nil {
			return nil, err
		}
		pipe.slots = append(pipe.slots, s)
	}
	return pipe, nil
}

func (p *Pictures) newSlot() (*slot, error) {
	size := min(p.flow.BatchSize, p.samples)
	spec := p.Spec()
	s := &slot{
		indices: make([]int, 0, size), transforms: make([]Transform, size), names: make([]int, size),
		bad: make([]error, size), failures: make([]error, size), ready: make(chan struct{}, 1),
	}
	var err error
	if s.inputs, err = batchTensors(size, spec.Inputs, spec.InputTypes); err != nil {
		return nil, err
	}
	if s.targets, err = batchTensors(size, spec.Targets, spec.TargetTypes); err != nil {
		return nil, err
	}
	for _, c := range p.weights {
		w, err := tensor.New(c.dtype(), size)
		if err != nil {
			return nil, err
		}
		s.weights = append(s.weights, w)
	}
	return s, nil
}

func batchTensors(size int, shapes []tensor.Shape, types []tensor.DType) ([]*tensor.Tensor, error) {
	tensors := make([]*tensor.Tensor, len(shapes))
	for i, shape := range shapes {
		t, err := tensor.New(types[i], append([]int{size}, shape...)...)
		if err != nil {
			return nil, fmt.Errorf("images: no memory for a batch of %d: %w", size, err)
		}
		tensors[i] = t
	}
	return tensors, nil
}

func (p *Pictures) borrow() (*pipeline, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		pipe := p.idle[last]
		p.idle = p.idle[:last]
		return pipe, nil
	}
	return p.newPipeline()
}

func (p *Pictures) giveBack(pipe *pipeline) {
	for _, s := range pipe.slots {
		select {
		case <-s.ready: // left by an iteration that was cut short
		default:
		}
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.idle = append(p.idle, pipe)
}

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

// make puts the augmented and standardised picture of a row in its place.
func (p *Pictures) make(w *worker, s *slot, row int) (bad, failure error) {
	values := w.loader.values
	dst := s.inputs[0].Float32s()[row*values : (row+1)*values]
	bytes, floats, err := p.source.picture(s.indices[row], w)
	if err != nil {
		return err, nil
	}
	size, channels := w.loader.size, w.loader.p.ColorMode.Channels()
	switch {
	case p.augments && bytes != nil:
		err = w.augmenter.ApplyBytes(dst, bytes, size.Height, size.Width, channels, p.transform(s, row), p.generator.options())
	case p.augments:
		err = w.augmenter.Apply(dst, floats, size.Height, size.Width, channels, p.transform(s, row), p.generator.options())
	case bytes != nil:
		for i, b := range bytes {
			dst[i] = float32(b)
		}
	default:
		copy(dst, floats)
	}
	if err != nil {
		return nil, err
	}
	if err := w.loader.finish(dst); err != nil {
		return nil, err
	}
	return nil, p.save(s, row, dst)
}

// assemble makes the batch of a slot whose pictures are ready.
func (p *Pictures) assemble(s *slot) (*data.Batch, error) {
	good := p.settle(s)
	for _, failure := range s.failures[:good] {
		if failure != nil {
			return nil, failure
		}
	}
	for _, part := range []struct {
		columns []column
		tensors []*tensor.Tensor
	}{{p.inputs, s.inputs[1:]}, {p.targets, s.targets}, {p.weights, s.weights}} {
		for i, c := range part.columns {
			if err := c.gather(part.tensors[i], s.indices); err != nil {
				return nil, err
			}
		}
	}
	if p.mode == Input {
		copy(s.targets[0].Float32s(), s.inputs[0].Float32s())
	}
	s.batch.Indices, s.batch.Files = s.indices, nil
	if p.paths != nil {
		s.files = s.files[:0]
		for _, i := range s.indices {
			s.files = append(s.files, p.paths[i])
		}
		s.batch.Files = s.files
	}
	s.batch.Inputs = cut(s.batch.Inputs[:0], s.inputs, good)
	s.batch.Targets = cut(s.batch.Targets[:0], s.targets, good)
	s.batch.SampleWeights = cut(s.batch.SampleWeights[:0], s.weights, good)
	return &s.batch, nil
}

// settle closes the gaps that bad pictures leave and returns how many are good.
func (p *Pictures) settle(s *slot) int {
	x := s.inputs[0].Float32s()
	values := len(x) / s.inputs[0].Shape()[0]
	good := 0
	for row, i := range s.indices {
		if s.bad[row] != nil {
			p.skip(i, s.bad[row])
			continue
		}
		if good != row {
			copy(x[good*values:(good+1)*values], x[row*values:])
			s.failures[good] = s.failures[row]
			s.indices[good] = i
		}
		good++
	}
	s.indices = slices.Delete(s.indices, good, len(s.indices))
	return good
}

// cut appends the first n rows of every tensor to views.
func cut(views, tensors []*tensor.Tensor, n int) []*tensor.Tensor {
	for _, t := range tensors {
		if n != t.Shape()[0] {
			t, _ = t.Rows(0, n) // n is at most the number of rows
		}
		views = append(views, t)
	}
	return views
}
