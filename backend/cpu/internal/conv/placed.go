package conv

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
)

// Patches are multiplied where they lie as far as they stay within a row of
// the grid and its picture; the others are copied, which costs a small part
// of what packing them does.

// Line implements gemm.Placed. A window of one element that covers whole
// pictures makes a single line of all positions.
func (p *patches) Line() (lanes, step int) {
	if p.plain() {
		return p.positions(), p.pixel
	}
	return p.grid[1], p.stride[1] * p.pixel
}

// plain reports whether position i simply reads pixel i.
func (v *view) plain() bool {
	return len(v.taps) == 1 && v.taps[0].dy == 0 && v.taps[0].dx == 0 && v.stride == [2]int{1, 1} && v.grid == v.extent
}

// Segments implements gemm.Placed.
func (p *patches) Segments() (offsets []int, length int) { return p.offsets, p.together * p.channels }

// segment finds the runs of taps that lie side by side, all equally long.
func (v *view) segment() {
	v.together, v.offsets = 1, nil
	if len(v.taps) == 0 {
		return
	}
	v.together = v.run(0)
	for i := 0; i < len(v.taps); i += v.together {
		if v.run(i) < v.together {
			v.together = 1 // runs differ
			break
		}
	}
	for i := 0; i < len(v.taps); i += v.together {
		v.offsets = append(v.offsets, v.shift(v.taps[i])-v.shift(v.taps[0]))
	}
}

// shift is how far a tap reads from its position.
func (v *view) shift(t tap) int { return (t.dy*v.extent[1] + t.dx) * v.pixel }

// At implements gemm.Placed.
func (p *patches) At(lane, count int) (*float32, bool) {
	if gemm.Competing(p.stride[1]*p.pixel, count) {
		return nil, false
	}
	size := p.grid[0] * p.grid[1]
	picture, row, column := lane/size, lane%size/p.grid[1], lane%p.grid[1]
	y, x := row*p.stride[0], column*p.stride[1]
	first := ((picture*p.extent[0]+y)*p.extent[1]+x)*p.pixel + p.shift(p.taps[0])
	if !p.plain() {
		if column+count > p.grid[1] || !p.inside(y, x) || !p.inside(y, (column+count-1)*p.stride[1]) {
			return nil, false
		}
	}
	return (*float32)(unsafe.Add(unsafe.Pointer(&p.data[0]), 4*first)), true
}

// Gather implements gemm.Placed.
func (p *patches) Gather(dst []float32, apart, depth, lane, count int) {
	size := p.grid[0] * p.grid[1]
	picture, row, column := lane/size, lane%size/p.grid[1], lane%p.grid[1]
	for i := range count {
		p.gather(dst[i*apart:][:depth], picture, row*p.stride[0], column*p.stride[1])
		if column++; column == p.grid[1] {
			column = 0
			if row++; row == p.grid[0] {
				row = 0
				picture++
			}
		}
	}
}

// gather copies what the window reads at one position.
func (p *patches) gather(dst []float32, picture, y, x int) {
	base := ((picture*p.extent[0]+y)*p.extent[1] + x) * p.pixel
	if p.inside(y, x) {
		length := p.together * p.channels
		data := p.data[base+p.shift(p.taps[0]):]
		for _, offset := range p.offsets {
			copy(dst[:length], data[offset:])
			dst = dst[length:]
		}
		return
	}
	for _, t := range p.taps {
		from := dst[:p.channels]
		dst = dst[p.channels:]
		if y, x := y+t.dy, x+t.dx; y < 0 || y >= p.extent[0] || x < 0 || x >= p.extent[1] {
			clear(from)
			continue
		}
		copy(from, p.data[base+p.shift(t):])
	}
}
