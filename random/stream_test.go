package random_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/random"
)

// The n-th word of a stream is that of the block n/4 of its key and siblings.
func TestStreamIsPhilox(t *testing.T) {
	const seed = 1<<40 | 7
	s := random.NewStream(seed, 5, 6, 7)
	for block := range uint32(3) {
		want := random.Philox([2]uint32{7, 1 << 8}, [4]uint32{block, 5, 6, 7})
		for i, w := range want {
			if got := s.Uint32(); got != w {
				t.Fatalf("word %d of block %d is %#x, want %#x", i, block, got, w)
			}
		}
	}
	var zero random.Stream
	if zero.Uint32() != random.NewStream(0).Uint32() {
		t.Error("the zero Stream is not that of seed 0")
	}
}

func TestFloat64HasAllBits(t *testing.T) {
	s := random.NewStream(1)
	high, low := s.Uint32()>>5, s.Uint32()>>6
	if got, want := random.NewStream(1).Float64(), (float64(high)*(1<<26)+float64(low))/(1<<53); got != want {
		t.Errorf("the first number is %v, want %v", got, want)
	}
	for range 10000 {
		if x := s.Uniform(-2, 3); x < -2 || x >= 3 {
			t.Fatalf("%v is not from [-2, 3)", x)
		}
	}
}

// Each number is as likely as the others: χ² of 1000 draws of each has the
// mean n-1 and the variance 2(n-1); six deviations are beyond chance.
func TestIntnIsEven(t *testing.T) {
	s := random.NewStream(5)
	for _, n := range []int{2, 3, 7, 64, 100} {
		counts := make([]float64, n)
		for range 1000 * n {
			counts[s.Intn(n)]++
		}
		var chi float64
		for _, count := range counts {
			chi += (count - 1000) * (count - 1000) / 1000
		}
		if free := float64(n - 1); math.Abs(chi-free) > 6*math.Sqrt(2*free) {
			t.Errorf("of %d numbers some are too likely: χ² is %v", n, chi)
		}
	}
	for _, n := range []int{1, 0, -5} {
		if got := s.Intn(n); got != 0 {
			t.Errorf("Intn(%d) is %d", n, got)
		}
	}
	if got := s.Intn(math.MaxInt); got < 0 {
		t.Errorf("Intn of the largest int is %d", got)
	}
}

// All orders of three are equally likely.
func TestPermutationsAreEven(t *testing.T) {
	s, counts := random.NewStream(8), map[string]float64{}
	for range 6000 {
		counts[fmt.Sprint(s.Permutation(3))]++
	}
	for order, count := range counts {
		if math.Abs(count-1000) > 6*math.Sqrt(1000*5./6) {
			t.Errorf("%s came %v times of 6000", order, count)
		}
	}
	if len(counts) != 6 || len(s.Permutation(0)) != 0 || !slices.Equal(s.Permutation(1), []int{0}) {
		t.Errorf("there are %d orders of three", len(counts))
	}
}

// FNV-1a of 64 bits: the known answers of its authors.
func TestName(t *testing.T) {
	for path, want := range map[string]uint64{"": 0xcbf29ce484222325, "a": 0xaf63dc4c8601ec8c, "foobar": 0x85944171f73967e8} {
		if got := random.Name(path); got != want {
			t.Errorf("%q is %#x, want %#x", path, got, want)
		}
	}
}

func ExampleStream() {
	s := random.NewStream(1)
	fmt.Println(s.Intn(6)+1, s.Intn(6)+1)
	fmt.Println(s.Permutation(5))
	// Output:
	// 5 4
	// [4 2 0 3 1]
}

func ExamplePhilox() {
	fmt.Printf("%08x\n", random.Philox([2]uint32{}, [4]uint32{}))
	// Output: [6627e8d5 e169c58d bc57ac4c 9b00dbd8]
}
