package images

import (
	"fmt"
	"sync/atomic"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/random"
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
	stream    random.Stream // of the transform being drawn
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
