package data

import (
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/tensor"
)

// Divide returns the samples in two parts, the last of which holds the given
// fraction of them, above 0 and below 1: Keras' validation_split. The last
// part is not shuffled. Both share the tensors.
func (s *arraySource) Divide(fraction float64) (first, last Source, err error) {
	at := int(math.Floor(float64(s.spec.Samples) * (1 - fraction)))
	if !(fraction > 0 && fraction < 1) || at == 0 || at == s.spec.Samples {
		return nil, nil, fmt.Errorf("data: %d samples cannot be divided by a fraction of %v: both parts need at least one", s.spec.Samples, fraction)
	}
	if first, err = s.part(0, at, s.NoShuffle); err != nil {
		return nil, nil, err
	}
	last, err = s.part(at, s.spec.Samples, true)
	return first, last, err
}

func (s *arraySource) part(from, to int, noShuffle bool) (Source, error) {
	a := s.Arrays
	a.NoShuffle = noShuffle
	for _, list := range []*[]*tensor.Tensor{&a.Inputs, &a.Targets, &a.SampleWeights} {
		*list = slices.Clone(*list)
		for i, t := range *list {
			rows, err := t.Rows(from, to)
			if err != nil {
				return nil, err
			}
			(*list)[i] = rows
		}
	}
	return FromArrays(a)
}
