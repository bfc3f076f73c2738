// Package random generates the numbers of Lince: counter-based, so that the
// n-th number depends on its key and n alone and never on who asks first.
package random

// Philox returns the block of four words that the Philox4x32-10 generator
// gives for a key and a counter (Salmon et al., Parallel random numbers: as
// easy as 1, 2, 3, 2011). Equal arguments give equal words on every machine.
func Philox(key [2]uint32, counter [4]uint32) [4]uint32 {
	const (
		multiplier0, multiplier1 = 0xD2511F53, 0xCD9E8D57
		weyl0, weyl1             = 0x9E3779B9, 0xBB67AE85
		rounds                   = 10
	)
	for range rounds {
		product0 := uint64(multiplier0) * uint64(counter[0])
		product1 := uint64(multiplier1) * uint64(counter[2])
		counter = [4]uint32{
			uint32(product1>>32) ^ counter[1] ^ key[0], uint32(product1),
			uint32(product0>>32) ^ counter[3] ^ key[1], uint32(product0),
		}
		key[0] += weyl0
		key[1] += weyl1
	}
	return counter
}
