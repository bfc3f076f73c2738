package random_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/random"
)

// The known answers of the Random123 distribution (kat_vectors, philox4x32 10).
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = 0xffffffff
	cases := []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, c := range cases {
		if got := random.Philox(c.key, c.counter); got != c.want {
			t.Errorf("Philox(%x, %x) = %x, want %x", c.key, c.counter, got, c.want)
		}
	}
}

func TestStreamMoments(t *testing.T) {
	s := random.NewStream(7, 1)
	const n = 200000
	var sum, squares, uniform float64
	for range n {
		x := s.Normal()
		sum += x
		squares += x * x
		uniform += s.Float64()
	}
	if mean := sum / n; math.Abs(mean) > 0.01 {
		t.Errorf("mean of the normal numbers is %v", mean)
	}
	if variance := squares / n; math.Abs(variance-1) > 0.02 {
		t.Errorf("variance of the normal numbers is %v", variance)
	}
	if mean := uniform / n; math.Abs(mean-0.5) > 0.005 {
		t.Errorf("mean of the uniform numbers is %v", mean)
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint32]string{}
	for seed := range uint64(3) {
		for sibling := range uint32(3) {
			word := random.NewStream(seed, sibling).Uint32()
			name := fmt.Sprint(seed, "/", sibling)
			if other, ok := seen[word]; ok {
				t.Errorf("streams %s and %s begin alike", other, name)
			}
			seen[word] = name
		}
	}
}

func TestPermutationIsComplete(t *testing.T) {
	order := random.NewStream(3).Permutation(100)
	sorted := slices.Clone(order)
	slices.Sort(sorted)
	for i, x := range sorted {
		if i != x {
			t.Fatalf("number %d is missing", i)
		}
	}
	if slices.IsSorted(order) {
		t.Error("the permutation changed nothing")
	}
}

func ExampleNewStream() {
	s := random.NewStream(42, 0, 7) // seed 42, epoch 0, sample 7
	fmt.Printf("%.4f\n", s.Uniform(-40, 40))
	fmt.Println(random.NewStream(42, 0, 7).Uniform(-40, 40) == random.NewStream(42, 0, 7).Uniform(-40, 40))
	// Output:
	// -7.5214
	// true
}
