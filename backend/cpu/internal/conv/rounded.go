package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// Patches are rounded to bfloat16 tap by tap, so that those outside a picture
// need no reading. Where a window has a single row, patches that stand in the
// same column of their pictures lack the same taps, and where it has a single
// column those of the same row: they form groups, whose products leave these
// taps out.

// Groups implements gemm.Rounded.
func (p *patches) Groups() (groups, lanes, step int) {
	switch p.clipped() {
	case acrossColumns:
		return p.grid[1], p.pictures * p.grid[0], p.grid[1]
	case acrossRows:
		return p.pictures * p.grid[0], p.grid[1], 1
	}
	return 1, p.positions(), 1
}

// Group implements gemm.Rounded.
func (p *patches) Group(i, depth int) (first, from, to int) {
	switch p.clipped() {
	case acrossColumns:
		from, to = p.within(i*p.stride[1], p.extent[1], func(t tap) int { return t.dx })
		return i, from, to
	case acrossRows:
		from, to = p.within(i%p.grid[0]*p.stride[0], p.extent[0], func(t tap) int { return t.dy })
		return i * p.grid[1], from, to
	}
	return 0, 0, depth
}

// Round implements gemm.Rounded.
func (p *patches) Round(dst []uint16, lane, from, to int) {
	size := p.grid[0] * p.grid[1]
	row, column := lane%size/p.grid[1]*p.stride[0], lane%p.grid[1]*p.stride[1]
	base := ((lane/size*p.extent[0]+row)*p.extent[1] + column) * p.pixel
	inside := p.inside(row, column)
	if length := p.together * p.channels; inside && to-from == len(p.offsets)*length {
		first := base + p.shift(p.taps[0])
		for i, offset := range p.offsets {
			p.copyRounded(dst[i*length:][:length], first+offset)
		}
		return
	}
	for from < to {
		first, channel, run := from/p.channels, from%p.channels, 1
		t := p.taps[first]
		y, x := row+t.dy, column+t.dx
		if inside || y >= 0 && y < p.extent[0] && x >= 0 && x < p.extent[1] {
			run = min(p.run(first), p.extent[1]-x)
			count := min(run*p.channels-channel, to-from)
			p.copyRounded(dst[:count], base+p.shift(t)+channel)
			dst, from = dst[count:], from+count
			continue
		}
		count := min(p.channels-channel, to-from)
		clear(dst[:count])
		dst, from = dst[count:], from+count
	}
}

// copyRounded writes what lies side by side from an element of the data on.
func (p *patches) copyRounded(dst []uint16, from int) {
	if p.narrow {
		copy(dst, gemm.Words(p.data)[from:])
		return
	}
	p.set.BFloat16.Round(&dst[0], &p.data[from], len(dst))
}

// clipping says which taps positions lack together.
type clipping int

const (
	unclipped clipping = iota
	acrossColumns
	acrossRows
)

// clipped returns how positions are grouped by the taps that they lack.
func (v *view) clipped() clipping {
	const least = 4 // lanes of a tile that keep the multipliers busy
	switch {
	case v.channels%2 != 0 || len(v.taps) == 1:
		return unclipped
	case v.reach[0] == [2]int{} && v.pictures*v.grid[0] >= least:
		return acrossColumns
	case v.reach[1] == [2]int{} && v.grid[1] >= least:
		return acrossRows
	}
	return unclipped
}

// within returns the depths of the taps whose displacement from a position
// stays within an extent; they are neighbours.
func (v *view) within(position, extent int, displacement func(t tap) int) (from, to int) {
	for i, t := range v.taps {
		if at := position + displacement(t); at >= 0 && at < extent {
			if to == 0 {
				from = i * v.channels
			}
			to = (i + 1) * v.channels
		}
	}
	return from, to
}
