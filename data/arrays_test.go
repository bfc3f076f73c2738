package data_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

func counted(t *testing.T, n int) *tensor.Tensor {
	t.Helper()
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i)
	}
	x, err := tensor.Of(values, n, 1)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func samples(t *testing.T, s data.Source, epoch, first int) (all []float32) {
	t.Helper()
	for batch, err := range s.Batches(context.Background(), epoch, first) {
		if err != nil {
			t.Fatal(err)
		}
		if got, want := batch.Targets[0].Float32s(), batch.Inputs[0].Float32s(); !slices.Equal(got, want) {
			t.Fatalf("inputs %v come with targets %v", want, got)
		}
		all = append(all, batch.Inputs[0].Float32s()...)
	}
	return all
}

func TestFromArrays(t *testing.T) {
	x := counted(t, 7)
	s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{x}, BatchSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Spec().Batches(); n != 3 {
		t.Errorf("%d batches, want 3", n)
	}
	whole, other := samples(t, s, 0, 0), samples(t, s, 1, 0)
	if slices.Equal(whole, other) {
		t.Error("two epochs have the same order")
	}
	if sorted := slices.Sorted(slices.Values(whole)); !slices.Equal(sorted, x.Float32s()) {
		t.Errorf("an epoch has the samples %v", sorted)
	}
	if rest := samples(t, s, 0, 1); !slices.Equal(rest, whole[3:]) {
		t.Errorf("from batch 1 on the samples are %v, want %v", rest, whole[3:])
	}
}

func TestFromArraysRefuses(t *testing.T) {
	x, short := counted(t, 7), counted(t, 6)
	for name, a := range map[string]data.Arrays{
		"no inputs":         {},
		"fewer targets":     {Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{short}},
		"a scalar":          {Inputs: []*tensor.Tensor{tensor.Scalar(float32(1))}},
		"weights alone":     {Inputs: []*tensor.Tensor{x}, SampleWeights: []*tensor.Tensor{x}},
		"weights of rank 2": {Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{x}, SampleWeights: []*tensor.Tensor{x}},
	} {
		if _, err := data.FromArrays(a); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFromArraysStops(t *testing.T) {
	x := counted(t, 100)
	s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, BatchSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := 0
	for _, err := range s.Batches(ctx, 0, 0) {
		if err != nil {
			if !errors.Is(err, context.Canceled) || seen != 3 {
				t.Errorf("after %d batches: %v", seen, err)
			}
			return
		}
		if seen++; seen == 3 {
			cancel()
		}
	}
	t.Error("the epoch went on to its end")
}

func ExampleArrays() {
	x, _ := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	y, _ := tensor.Of([]float32{0, 1, 0}, 3)
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}, BatchSize: 2, NoShuffle: true})
	if err != nil {
		fmt.Println(err)
	}
	for batch, err := range source.Batches(context.Background(), 0, 0) {
		fmt.Println(batch.Inputs[0].Float32s(), batch.Targets[0].Float32s(), err)
	}
	// Output:
	// [1 2 3 4] [0 1] <nil>
	// [5 6] [0] <nil>
}
