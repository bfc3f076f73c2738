package random

import (
	"hash/fnv"
	"math"
)

// Stream is a sequence of random numbers keyed by a seed and a name, such as
// a layer's path or a sample's epoch and index. Streams of different names
// are independent. The zero value is a valid stream; a Stream is not safe for
// concurrent use, but making another one costs nothing.
type Stream struct {
	key     [2]uint32
	high    [3]uint32
	counter uint32
	block   [4]uint32
	left    int
	spare   float64
	spared  bool
}

// NewStream returns the stream of a seed and up to three further numbers that
// tell it from its siblings.
func NewStream(seed uint64, siblings ...uint32) *Stream {
	s := &Stream{key: [2]uint32{uint32(seed), uint32(seed >> 32)}}
	copy(s.high[:], siblings)
	return s
}

// Name hashes a path to the number that tells its stream from others (FNV-1a, 64 bits).
func Name(path string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(path))
	return h.Sum64()
}

// Uint32 returns the next 32 random bits.
func (s *Stream) Uint32() uint32 {
	if s.left == 0 {
		s.block = Philox(s.key, [4]uint32{s.counter, s.high[0], s.high[1], s.high[2]})
		s.counter++
		s.left = len(s.block)
	}
	word := s.block[len(s.block)-s.left]
	s.left--
	return word
}

// Float64 returns a number from [0, 1) with 53 random bits.
func (s *Stream) Float64() float64 {
	high, low := s.Uint32()>>5, s.Uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}

// Uniform returns a number from [low, high).
func (s *Stream) Uniform(low, high float64) float64 { return low + (high-low)*s.Float64() }

// Normal returns a number from the standard normal distribution (Box and Muller).
func (s *Stream) Normal() float64 {
	if s.spared {
		s.spared = false
		return s.spare
	}
	radius := math.Sqrt(-2 * math.Log(1-s.Float64()))
	sine, cosine := math.Sincos(2 * math.Pi * s.Float64())
	s.spare, s.spared = radius*sine, true
	return radius * cosine
}

// Intn returns a number from 0 to n-1, all equally likely; 0 for n below 2.
func (s *Stream) Intn(n int) int {
	if n < 2 {
		return 0
	}
	bound := uint64(n)
	threshold := -bound % bound // numbers below it would favour the small ones
	for {
		if x := uint64(s.Uint32())<<32 | uint64(s.Uint32()); x >= threshold {
			return int(x % bound)
		}
	}
}

// Permutation returns the numbers 0 to n-1 in random order.
func (s *Stream) Permutation(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := s.Intn(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}
