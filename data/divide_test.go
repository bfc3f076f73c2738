package data_test

import (
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

type divisible interface {
	Divide(fraction float64) (first, last data.Source, err error)
}

// Keras trains on the first floor(n·(1-split)) samples.
func TestDivide(t *testing.T) {
	for _, c := range []struct {
		samples  int
		fraction float64
		first    int
	}{{10, 0.2, 8}, {7, 0.5, 3}, {7, 0.3, 4}, {3, 0.9, 0}, {2, 0.1, 1}} {
		x := counted(t, c.samples)
		s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{x}, BatchSize: 4})
		if err != nil {
			t.Fatal(err)
		}
		first, last, err := s.(divisible).Divide(c.fraction)
		if c.first == 0 {
			if err == nil {
				t.Errorf("%d samples divided by %v leave none to train on, and no error", c.samples, c.fraction)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Sorted(slices.Values(samples(t, first, 0, 0)))
		if want := x.Float32s()[:c.first]; !slices.Equal(got, want) {
			t.Errorf("%d samples divided by %v: the first part is %v, want %v", c.samples, c.fraction, got, want)
		}
		if got, want := samples(t, last, 3, 0), x.Float32s()[c.first:]; !slices.Equal(got, want) {
			t.Errorf("%d samples divided by %v: the last part is %v, want %v in order", c.samples, c.fraction, got, want)
		}
	}
}

func TestDivideRefuses(t *testing.T) {
	x := counted(t, 4)
	s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}})
	if err != nil {
		t.Fatal(err)
	}
	for _, fraction := range []float64{0, 1, -0.5, math.NaN()} {
		if _, _, err := s.(divisible).Divide(fraction); err == nil {
			t.Errorf("divided by %v without an error", fraction)
		}
	}
}
