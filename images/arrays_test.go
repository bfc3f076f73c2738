package images_test

import (
	"context"
	"slices"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// numbered returns n pictures of 2×2 gray pixels, all of value i in picture i.
func numbered(t testing.TB, n int) *tensor.Tensor {
	t.Helper()
	pixels := make([]uint8, n*4)
	for i := range pixels {
		pixels[i] = uint8(i / 4)
	}
	x, err := tensor.Of(pixels, n, 2, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestFlowYieldsEverySampleOnce(t *testing.T) {
	labels := []int32{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1}
	y, err := tensor.Of(labels, len(labels))
	if err != nil {
		t.Fatal(err)
	}
	flow, err := images.Generator{}.Flow(images.Arrays{X: numbered(t, 11), Y: y}, images.Flow{BatchSize: 4, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	var orders [2][]int
	for epoch := range orders {
		for batch, err := range flow.Batches(context.Background(), epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
			x := batch.Inputs[0].Float32s()
			targets, err := tensor.Values[int32](batch.Targets[0])
			if err != nil {
				t.Fatal(err)
			}
			for row, i := range batch.Indices {
				if x[4*row] != float32(i) || x[4*row+3] != float32(i) {
					t.Fatalf("row %d of sample %d holds %v", row, i, x[4*row:4*row+4])
				}
				if targets[row] != labels[i] {
					t.Fatalf("sample %d has the target %d, want %d", i, targets[row], labels[i])
				}
			}
			orders[epoch] = append(orders[epoch], batch.Indices...)
		}
		if sorted := slices.Sorted(slices.Values(orders[epoch])); len(sorted) != 11 || sorted[0] != 0 || sorted[10] != 10 || len(slices.Compact(sorted)) != 11 {
			t.Errorf("epoch %d has the samples %v", epoch, orders[epoch])
		}
	}
	if slices.Equal(orders[0], orders[1]) {
		t.Error("both epochs have the same order")
	}
}
