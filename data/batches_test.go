package data_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

func TestBatchesOfASpec(t *testing.T) {
	for _, c := range []struct{ samples, size, want int }{{0, 4, 0}, {1, 4, 1}, {4, 4, 1}, {5, 4, 2}, {-1, 4, -1}, {5, 0, -1}, {5, -1, -1}} {
		if got := (data.Spec{Samples: c.samples, BatchSize: c.size}).Batches(); got != c.want {
			t.Errorf("%d samples in batches of %d are %d batches, want %d", c.samples, c.size, got, c.want)
		}
	}
}

func TestLengthOfABatch(t *testing.T) {
	for _, b := range []data.Batch{{}, {Inputs: []*tensor.Tensor{tensor.Scalar(float32(1))}}} {
		if n := b.Len(); n != 0 {
			t.Errorf("a batch without samples has %d", n)
		}
	}
	if b := (data.Batch{Inputs: []*tensor.Tensor{counted(t, 3)}}); b.Len() != 3 {
		t.Errorf("a batch of 3 has %d", b.Len())
	}
}

// Inputs of any type, targets and weights stay together whatever the order,
// and Indices tell the samples.
func TestBatchesStayTogether(t *testing.T) {
	const n = 11
	bytes, classes, weights := make([]uint8, 2*n), make([]int32, n), make([]float32, n)
	for i := range n {
		bytes[2*i], bytes[2*i+1], classes[i], weights[i] = uint8(i), uint8(100+i), int32(i), float32(i)/2
	}
	x, err := tensor.Of(bytes, n, 2)
	if err != nil {
		t.Fatal(err)
	}
	y, err := tensor.Of(classes, n)
	if err != nil {
		t.Fatal(err)
	}
	w, err := tensor.Of(weights, n)
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}, SampleWeights: []*tensor.Tensor{w}, BatchSize: 4, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if spec := s.Spec(); spec.InputTypes[0] != tensor.Uint8 || spec.TargetTypes[0] != tensor.Int32 || spec.Samples != n {
		t.Errorf("the source says %+v", spec)
	}
	var sizes []int
	for batch, err := range s.Batches(context.Background(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, batch.Len())
		pixels, labels := batch.Inputs[0].Float64s(), batch.Targets[0].Float64s()
		for i, sample := range batch.Indices {
			if want := float64(sample); pixels[2*i] != want || pixels[2*i+1] != 100+want || labels[i] != want || float64(batch.SampleWeights[0].Float32s()[i]) != want/2 {
				t.Errorf("sample %d comes with %v, label %v and weight %v", sample, pixels[2*i:2*i+2], labels[i], batch.SampleWeights[0].Float32s()[i])
			}
		}
	}
	if !slices.Equal(sizes, []int{4, 4, 3}) {
		t.Errorf("the batches have %v samples", sizes)
	}
}

func TestSeedsAndEpochsDecideTheOrder(t *testing.T) {
	x := counted(t, 50)
	source := func(seed uint64) data.Source {
		s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{x}, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a, b := source(1), source(2)
	if a.Spec().BatchSize != 32 {
		t.Errorf("the batch size is %d, want Keras' 32", a.Spec().BatchSize)
	}
	first := samples(t, a, 3, 0)
	if !slices.Equal(first, samples(t, source(1), 3, 0)) {
		t.Error("the same seed and epoch give another order")
	}
	if slices.Equal(first, samples(t, b, 3, 0)) {
		t.Error("another seed gives the same order")
	}
	if beyond := samples(t, a, 0, 2); len(beyond) != 0 {
		t.Errorf("beyond the last batch there is %v", beyond)
	}
}

func TestBatchesRefuse(t *testing.T) {
	s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{counted(t, 3)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range [][2]int{{-1, 0}, {0, -1}} {
		answers := 0
		for batch, err := range s.Batches(context.Background(), at[0], at[1]) {
			if answers++; err == nil || batch != nil || !strings.Contains(err.Error(), "-1") {
				t.Errorf("epoch %d from batch %d: %v, %v", at[0], at[1], batch, err)
			}
		}
		if answers != 1 {
			t.Errorf("epoch %d from batch %d: %d answers", at[0], at[1], answers)
		}
	}
	if _, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{counted(t, 3)}, BatchSize: -1}); err == nil {
		t.Error("a batch size of -1 was taken")
	}
	if _, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{nil}}); err == nil {
		t.Error("an input that is nil was taken")
	}
}

func TestBatchesConcurrently(t *testing.T) {
	x := counted(t, 40)
	s, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{x}, BatchSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := samples(t, s, 1, 0)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			var got []float32
			for batch, err := range s.Batches(context.Background(), 1, 0) {
				if err != nil {
					t.Error(err)
					return
				}
				got = append(got, batch.Inputs[0].Float32s()...)
			}
			if !slices.Equal(got, want) {
				t.Error("an epoch beside others has another order")
			}
		})
	}
	all.Wait()
}
