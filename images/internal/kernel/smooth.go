package kernel

import "encoding/binary"

// Eight samples are worked on at once, in two numbers of four lanes of 16 bits.
const (
	lanes    = 0x00ff00ff00ff00ff
	lanePair = 0x0000ffff0000ffff
	ones     = 0x0001000100010001
)

// smooth is the twin of the assembly.
func smooth(out, near, far []uint8, past, before uint64) {
	far = far[:len(near)]
	last := 3*uint64(near[0]) + uint64(far[0])
	out[0] = uint8((4*last + before) >> 4)
	out, near, far = out[1:], near[1:], far[1:]
	for len(near) >= 8 && len(far) >= 8 && len(out) >= 16 {
		n, f := binary.LittleEndian.Uint64(near), binary.LittleEndian.Uint64(far)
		even, odd := 3*(n&lanes)+f&lanes, 3*(n>>8&lanes)+f>>8&lanes
		first := between(odd<<16|last, even, past*ones, before*ones)
		second := between(even, odd, past*ones, before*ones)
		binary.LittleEndian.PutUint64(out, spread(first&(1<<32-1))|spread(second&(1<<32-1))<<16)
		binary.LittleEndian.PutUint64(out[8:], spread(first>>32)|spread(second>>32)<<16)
		last = odd >> 48
		out, near, far = out[16:], near[8:], far[8:]
	}
	for x := range near {
		this := 3*uint64(near[x]) + uint64(far[x])
		binary.LittleEndian.PutUint16(out[2*x:], uint16(between(last, this, past, before)))
		last = this
	}
	out[2*len(near)] = uint8((4*last + past) >> 4)
}

// between returns in each lane the two samples between left and right, which
// are sixteenths.
func between(left, right, past, before uint64) uint64 {
	return (3*left+right+past)>>4&lanes | (3*right+left+before)>>4&lanes<<8
}

// spread moves the second of two lanes to the third.
func spread(two uint64) uint64 { return (two | two<<16) & lanePair }
