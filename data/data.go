// Package data is what training eats: batches, and sources that yield them
// epoch by epoch. Pictures, arrays and tables all arrive at Fit as a Source.
package data

import (
	"context"
	"iter"

	"github.com/lince-ml/lince/tensor"
)

// Batch is one step's worth of samples. Every tensor's first dimension is the
// number of samples. A batch handed out by a Source is valid until the next
// one is asked for: copy what must live longer.
type Batch struct {
	// Inputs, Targets: one tensor per input and output of the model.
	// Targets is empty when the source has none.
	Inputs, Targets []*tensor.Tensor
	// SampleWeights is empty (every sample counts 1) or holds one float32
	// tensor of shape (n) per target.
	SampleWeights []*tensor.Tensor
	// Files names where each sample came from; nil for arrays.
	Files []string
	// Indices are the samples' positions in the source's own order, which
	// is stable over epochs whatever the shuffling.
	Indices []int
}

// Len returns the number of samples in the batch.
func (b *Batch) Len() int {
	if len(b.Inputs) == 0 || b.Inputs[0].Rank() == 0 {
		return 0
	}
	return b.Inputs[0].Shape()[0]
}

// Spec describes what a Source yields, before anything is read.
type Spec struct {
	// Inputs, Targets: the shapes of one sample of each, without the batch
	// dimension.
	Inputs, Targets []tensor.Shape
	// InputTypes and TargetTypes are the element types beside them.
	InputTypes, TargetTypes []tensor.DType
	// Samples per epoch; -1 when the source does not know.
	Samples int
	// BatchSize is the samples of every batch but the last, which may be smaller.
	BatchSize int
	// Classes are the class names in index order; nil when there are none.
	Classes []string
	// ClassCounts are the samples per class, in Classes' order; nil when unknown.
	ClassCounts []int
}

// Batches returns the number of batches in an epoch, -1 if unknown.
func (s Spec) Batches() int {
	if s.Samples < 0 || s.BatchSize <= 0 {
		return -1
	}
	return (s.Samples + s.BatchSize - 1) / s.BatchSize
}

// Source yields the batches of any epoch, from any batch on. The same epoch
// and batch always give the same samples with the same augmentation, however
// many workers prepare them, which is what makes an interrupted training
// resume bit-exactly.
type Source interface {
	Spec() Spec
	// Batches yields the epoch's batches beginning with number first. It
	// stops at the first error, which it yields, or when ctx is cancelled
	// (yielding ctx's error). Not safe for concurrent iteration unless the
	// implementation says so.
	Batches(ctx context.Context, epoch, first int) iter.Seq2[*Batch, error]
}
