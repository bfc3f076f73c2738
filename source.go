package lince

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// picturing is a source that knows how its pictures are prepared.
type picturing interface {
	Preprocessing() images.Preprocessing
}

// adopt makes the model remember what its training data says about classes
// and preprocessing, so that both travel with it.
func (m *Model) adopt(source data.Source) {
	if classes := source.Spec().Classes; classes != nil {
		m.Classes = slices.Clone(classes)
	}
	if p, ok := source.(picturing); ok {
		preprocessing := p.Preprocessing()
		m.Preprocessing = &preprocessing
	}
}

// checkBatch refuses batches that a source may not yield.
func checkBatch(batch *data.Batch) error {
	if batch == nil || len(batch.Inputs) == 0 {
		return errors.New("a batch without inputs")
	}
	for _, list := range [...][]*tensor.Tensor{batch.Inputs, batch.Targets, batch.SampleWeights} {
		for i, t := range list {
			if t == nil || t.Rank() == 0 || t.Shape()[0] != batch.Len() {
				return fmt.Errorf("tensor %d of a batch is %v; its first dimension must be the samples, as many as in the first input, %v", i, t, batch.Inputs[0])
			}
		}
	}
	return nil
}
