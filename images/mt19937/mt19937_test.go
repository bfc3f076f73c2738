package mt19937_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/lince-ml/lince/images/mt19937"
)

func TestDrawsEqualNumPy(t *testing.T) {
	content, err := os.ReadFile("../testdata/random.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Seed                      uint32
			Random, Uniform           []float64
			Choice, List, Permutation []int
			Far                       float64
		}
	}
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		s := mt19937.New(c.Seed)
		for i, want := range c.Random {
			if got := s.Float64(); got != want {
				t.Errorf("seed %d: random() number %d is %v, NumPy has %v", c.Seed, i, got, want)
			}
		}
		for i, want := range c.Uniform {
			if got := s.Uniform(-40, 40); got != want {
				t.Errorf("seed %d: uniform(-40, 40) number %d is %v, NumPy has %v", c.Seed, i, got, want)
			}
		}
		for i, n := range []int{1, 2, 3, 10, 1000, 10_000_000} {
			if got := s.Choice(n); got != c.Choice[i] {
				t.Errorf("seed %d: choice(%d) is %d, NumPy has %d", c.Seed, n, got, c.Choice[i])
			}
		}
		for i, want := range c.List {
			if got := []int{5, 7, 11}[s.Choice(3)]; got != want {
				t.Errorf("seed %d: choice([5, 7, 11]) number %d is %d, NumPy has %d", c.Seed, i, got, want)
			}
		}
		if got := s.Permutation(10); !slices.Equal(got, c.Permutation) {
			t.Errorf("seed %d: permutation(10) is %v, NumPy has %v", c.Seed, got, c.Permutation)
		}
		for range 1999 {
			s.Float64()
		}
		if got := s.Float64(); got != c.Far {
			t.Errorf("seed %d: random() past several refills is %v, NumPy has %v", c.Seed, got, c.Far)
		}
	}
}

func TestPermutationOfFreshSeed(t *testing.T) {
	for seed, want := range map[uint32][]int{
		123:  {4, 0, 7, 5, 8, 3, 1, 6, 9, 2},
		1337: {6, 3, 0, 4, 5, 2, 1, 9, 8, 7},
	} {
		if got := mt19937.New(seed).Permutation(10); !slices.Equal(got, want) {
			t.Errorf("seed %d: permutation(10) is %v, NumPy has %v", seed, got, want)
		}
	}
}

func TestNothingDrawn(t *testing.T) {
	s := mt19937.New(7)
	for _, n := range []int{-1, 0, 1} {
		if got := s.Choice(n); got != 0 {
			t.Errorf("choice of %d elements is %d, expected 0", n, got)
		}
	}
	s.Shuffle(1, func(i, j int) { t.Error("a list of one element was shuffled") })
	if got, want := s.Uint32(), mt19937.New(7).Uint32(); got != want {
		t.Errorf("choices among one element took words: next is %d, expected %d", got, want)
	}
}
