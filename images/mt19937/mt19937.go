// Package mt19937 draws the numbers that NumPy's legacy generator
// (numpy.random.RandomState, numpy.random.seed) draws, so that Keras' splits,
// shuffles and augmentation parameters can be repeated exactly from its seed.
//
// The generator is the Mersenne Twister of M. Matsumoto and T. Nishimura
// (ACM TOMACS 8(1), 1998) with a state of 624 words.
package mt19937

const (
	stateWords = 624
	middle     = 397
	twist      = 0x9908b0df
	upperBit   = 0x80000000
	lowerBits  = 0x7fffffff
)

// Source is the generator. Make it with New. It is not safe for concurrent
// use.
type Source struct {
	state [stateWords]uint32
	next  int
}

// New returns a generator in the state that numpy.random.RandomState(seed) has
// for the integer seed.
func New(seed uint32) *Source {
	s := new(Source)
	s.Seed(seed)
	return s
}

// Seed puts the generator into the state of New(seed), as numpy.random.seed
// does.
func (s *Source) Seed(seed uint32) {
	s.state[0] = seed
	for i := 1; i < stateWords; i++ {
		previous := s.state[i-1]
		s.state[i] = 1812433253*(previous^previous>>30) + uint32(i)
	}
	s.next = stateWords
}

// Uint32 returns the next 32 uniform bits.
func (s *Source) Uint32() uint32 {
	if s.next == stateWords {
		s.refill()
	}
	w := s.state[s.next]
	s.next++
	w ^= w >> 11
	w ^= w << 7 & 0x9d2c5680
	w ^= w << 15 & 0xefc60000
	return w ^ w>>18
}

func (s *Source) refill() {
	for i := range stateWords {
		w := s.state[i]&upperBit | s.state[(i+1)%stateWords]&lowerBits
		mixed := s.state[(i+middle)%stateWords] ^ w>>1
		if w&1 != 0 {
			mixed ^= twist
		}
		s.state[i] = mixed
	}
	s.next = 0
}

// Float64 returns a uniform number in [0, 1) with 53 random bits, as
// numpy.random.random does; it takes two words.
func (s *Source) Float64() float64 {
	high, low := s.Uint32()>>5, s.Uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}

// Uniform returns a uniform number in [low, high), as numpy.random.uniform
// does. The bounds may be given in either order.
func (s *Source) Uniform(low, high float64) float64 {
	width := high - low
	return low + float64(width*s.Float64())
}

// Interval returns a uniform integer in [0, top], both ends included, by
// masking words and rejecting what lies above top. A top of 0 takes no word.
func (s *Source) Interval(top uint32) uint32 {
	mask := top
	for shift := 1; shift < 32; shift <<= 1 {
		mask |= mask >> shift
	}
	if mask == 0 {
		return 0
	}
	for {
		if w := s.Uint32() & mask; w <= top {
			return w
		}
	}
}

// Choice returns an index in [0, n): the element that
// numpy.random.choice(list of n) takes, and the value of
// numpy.random.choice(n) and numpy.random.randint(n). For n < 1, where NumPy
// raises an error, it returns 0 and draws nothing. n is at most 2³².
func (s *Source) Choice(n int) int {
	if n < 1 {
		return 0
	}
	return int(s.Interval(uint32(n - 1)))
}

// Shuffle reorders n elements as numpy.random.shuffle does, through swap.
func (s *Source) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(s.Interval(uint32(i))))
	}
}

// Permutation returns the numbers 0 … n-1 in the order of
// numpy.random.permutation(n).
func (s *Source) Permutation(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	s.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}
