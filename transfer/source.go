package transfer

import (
	"context"
	"fmt"
	"iter"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Spec implements data.Source: the inputs are features.
func (c *Computed) Spec() data.Spec { return c.spec }

// Batches implements data.Source. Epochs may be iterated concurrently.
func (c *Computed) Batches(ctx context.Context, epoch, first int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		if epoch < 0 || first < 0 {
			yield(nil, fmt.Errorf("transfer: epoch %d and first batch %d must not be negative", epoch, first))
			return
		}
		order, b := c.order(epoch), &data.Batch{}
		for from := first * c.spec.BatchSize; from < len(order); from += c.spec.BatchSize {
			indices := order[from:min(from+c.spec.BatchSize, len(order))]
			err := ctx.Err()
			if err == nil {
				err = c.gather(b, epoch%c.passes, indices)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (c *Computed) order(epoch int) []int {
	if !c.noShuffle {
		return random.NewStream(c.seed, uint32(epoch)).Permutation(c.spec.Samples)
	}
	order := make([]int, c.spec.Samples)
	for i := range order {
		order[i] = i
	}
	return order
}

// gather fills a batch, in memory it already has where the number of samples
// is the same.
func (c *Computed) gather(b *data.Batch, pass int, indices []int) (err error) {
	if b.Len() != len(indices) {
		if *b, err = c.newBatch(len(indices)); err != nil {
			return err
		}
	}
	b.Indices = indices
	at := make([]int, len(indices))
	features := b.Inputs[0].Float32s()
	width := len(features) / len(indices)
	for i, index := range indices {
		at[i] = pass*c.spec.Samples + index
		if b.Files != nil {
			b.Files[i] = c.files[index]
		}
		if err := c.rows.get(at[i], features[i*width:(i+1)*width]); err != nil {
			return fmt.Errorf("transfer: %w", err)
		}
	}
	for i, to := range b.Targets {
		if err := to.Gather(c.targets[i], at); err != nil {
			return err
		}
	}
	for i, to := range b.SampleWeights {
		if err := to.Gather(c.weights[i], at); err != nil {
			return err
		}
	}
	return nil
}

func (c *Computed) newBatch(samples int) (b data.Batch, err error) {
	features, err := tensor.New(tensor.Float32, append([]int{samples}, c.spec.Inputs[0]...)...)
	if err != nil {
		return b, err
	}
	b.Inputs = []*tensor.Tensor{features}
	for _, part := range []struct {
		to   *[]*tensor.Tensor
		from []*tensor.Tensor
	}{{&b.Targets, c.targets}, {&b.SampleWeights, c.weights}} {
		for _, from := range part.from {
			to, err := tensor.New(from.DType(), append([]int{samples}, from.Shape()[1:]...)...)
			if err != nil {
				return b, err
			}
			*part.to = append(*part.to, to)
		}
	}
	if c.files[0] != "" {
		b.Files = make([]string, samples)
	}
	return b, nil
}
