package data

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Arrays are samples in memory, one per row of every tensor.
type Arrays struct {
	// Inputs and Targets: one tensor per input and output of the model.
	// Targets may be empty.
	Inputs, Targets []*tensor.Tensor
	// SampleWeights is empty or one float32 tensor of shape (n) per target.
	SampleWeights []*tensor.Tensor
	// BatchSize is the samples of a batch; 0 means Keras' 32.
	BatchSize int
	// NoShuffle keeps the order; otherwise every epoch has another, from Seed.
	NoShuffle bool
	Seed      uint64
	// Classes names the classes in index order; nil when there are none.
	Classes []string
}

type arraySource struct {
	Arrays
	spec Spec
}

// FromArrays returns a Source over samples in memory: what Keras' fit(x, y)
// makes of arrays. It keeps the tensors and does not copy them. Its epochs may
// be iterated concurrently.
func FromArrays(a Arrays) (Source, error) {
	if a.BatchSize == 0 {
		a.BatchSize = 32
	}
	if len(a.Inputs) == 0 || a.BatchSize < 0 {
		return nil, fmt.Errorf("data: %d inputs and a batch size of %d, expected at least one of each", len(a.Inputs), a.BatchSize)
	}
	if n := len(a.SampleWeights); n != 0 && n != len(a.Targets) {
		return nil, fmt.Errorf("data: %d tensors of sample weights for %d targets, expected one for each", n, len(a.Targets))
	}
	s := &arraySource{Arrays: a, spec: Spec{BatchSize: a.BatchSize, Classes: a.Classes, Samples: -1}}
	for _, t := range slices.Concat(a.Inputs, a.Targets, a.SampleWeights) {
		if t == nil || t.Rank() == 0 {
			return nil, fmt.Errorf("data: %v has no rows, expected one per sample", t)
		}
		if s.spec.Samples >= 0 && t.Shape()[0] != s.spec.Samples {
			return nil, fmt.Errorf("data: %v and %v have different numbers of samples; every tensor needs one row per sample", a.Inputs[0], t)
		}
		s.spec.Samples = t.Shape()[0]
	}
	for _, w := range a.SampleWeights {
		if w.DType() != tensor.Float32 || w.Rank() != 1 {
			return nil, fmt.Errorf("data: sample weights are %v, expected float32(%d,)", w, s.spec.Samples)
		}
	}
	s.spec.Inputs, s.spec.InputTypes = rowsOf(a.Inputs)
	s.spec.Targets, s.spec.TargetTypes = rowsOf(a.Targets)
	if len(a.Targets) == 1 {
		s.spec.ClassCounts = countClasses(a.Targets[0])
	}
	return s, nil
}

func rowsOf(tensors []*tensor.Tensor) (shapes []tensor.Shape, types []tensor.DType) {
	for _, t := range tensors {
		shapes, types = append(shapes, t.Shape()[1:].Clone()), append(types, t.DType())
	}
	return shapes, types
}

func (s *arraySource) Spec() Spec { return s.spec }

func (s *arraySource) Batches(ctx context.Context, epoch, first int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		if epoch < 0 || first < 0 {
			yield(nil, fmt.Errorf("data: epoch %d and first batch %d must not be negative", epoch, first))
			return
		}
		order := s.order(epoch)
		var batch Batch
		for from := first * s.BatchSize; from < len(order); from += s.BatchSize {
			rows := order[from:min(from+s.BatchSize, len(order))]
			err := ctx.Err()
			if err == nil {
				err = s.gather(&batch, rows)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&batch, nil) {
				return
			}
		}
	}
}

func (s *arraySource) order(epoch int) []int {
	if !s.NoShuffle {
		return random.NewStream(s.Seed, uint32(epoch)).Permutation(s.spec.Samples)
	}
	order := make([]int, s.spec.Samples)
	for i := range order {
		order[i] = i
	}
	return order
}

// gather fills the batch with the given samples, in memory it already has
// where the number of rows is the same.
func (s *arraySource) gather(b *Batch, rows []int) (err error) {
	b.Indices = rows
	for _, part := range []struct {
		to   *[]*tensor.Tensor
		from []*tensor.Tensor
	}{{&b.Inputs, s.Inputs}, {&b.Targets, s.Targets}, {&b.SampleWeights, s.SampleWeights}} {
		if len(*part.to) != len(part.from) {
			*part.to = make([]*tensor.Tensor, len(part.from))
		}
		for i, from := range part.from {
			to := (*part.to)[i]
			if to == nil || to.Shape()[0] != len(rows) {
				shape := from.Shape().Clone()
				shape[0] = len(rows)
				if to, err = tensor.New(from.DType(), shape...); err != nil {
					return err
				}
				(*part.to)[i] = to
			}
			if err := to.Gather(from, rows); err != nil {
				return err
			}
		}
	}
	return nil
}
