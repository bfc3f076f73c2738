package graph_test

import (
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// TestRandomUniformIsAsDocumented follows the formula in the documentation.
func TestRandomUniformIsAsDocumented(t *testing.T) {
	const stream, samples, elements = 0x0123456789abcdef, 3, 2 * 5
	key := [4]uint32{11, 0xfffffff0, 77, 1<<32 - 2} // the last row's number passes 2³²
	g := graph.New()
	k := g.Parameter("key", tensor.Uint32, 4)
	feeds := reference.Feeds{k: {Shape: tensor.Shape{4}, Values: []float64{11, 0xfffffff0, 77, 1<<32 - 2}}}
	values, err := reference.Evaluate(samples, feeds, k.RandomUniform(stream, batch, 2, 5), k.RandomUniform(stream, 2, 5))
	if err != nil {
		t.Fatal(err)
	}
	for row := range samples {
		for e := range elements {
			words := random.Philox([2]uint32{key[0], key[1] ^ 0x01234567}, [4]uint32{uint32(e / 4), key[3] + uint32(row), key[2], 0x89abcdef})
			want := float64(words[e%4]>>8) / (1 << 24)
			if got := values[0].Values[row*elements+e]; got != want {
				t.Errorf("row %d, element %d: %v, expected %v", row, e, got, want)
			}
			if got := values[1].Values[e]; row == 0 && got != want {
				t.Errorf("one row, element %d: %v, expected %v", e, got, want)
			}
		}
	}
}

// A sample's numbers are the same in whatever batch it comes.
func TestRandomUniformOfASample(t *testing.T) {
	g := graph.New()
	k := g.Parameter("key", tensor.Uint32, 4)
	draw := func(first float64, samples int) []float64 {
		feeds := reference.Feeds{k: {Shape: tensor.Shape{4}, Values: []float64{1, 2, 3, first}}}
		values, err := reference.Evaluate(samples, feeds, k.RandomUniform(5, batch, 7))
		if err != nil {
			t.Fatal(err)
		}
		return values[0].Values
	}
	whole, part := draw(10, 6), draw(14, 2)
	for i, x := range part {
		if x != whole[4*7+i] {
			t.Fatalf("element %d of sample 14 depends on the batch: %v and %v", i, x, whole[4*7+i])
		}
	}
}
