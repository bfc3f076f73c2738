package conv

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// view is pictures seen through a window: for every position (picture, row,
// column) of a grid, the channels at every tap. Positions that a tap moves
// out of a picture read zeros.
type view struct {
	set      *kernel.Set
	data     []float32
	pictures int
	extent   [2]int // rows and columns of a picture
	pixel    int    // elements from one pixel to the next
	channels int    // how many of them are seen, from data[0] on
	grid     [2]int
	stride   [2]int
	taps     []tap
	narrow   bool      // the data's memory holds bfloat16, in its first half
	zeros    []float32 // at least channels

	reach    [2][2]int // smallest and largest displacement, by dimension
	together int       // taps in a segment: side by side in memory
	offsets  []int     // where each segment begins, from the first tap on
}

// measure derives what Pack needs from the fields above.
func (v *view) measure() {
	for i := range v.reach {
		v.reach[i] = [2]int{0, 0}
	}
	for i, t := range v.taps {
		for dimension, d := range [2]int{t.dy, t.dx} {
			r := &v.reach[dimension]
			if i == 0 {
				*r = [2]int{d, d}
			}
			r[0], r[1] = min(r[0], d), max(r[1], d)
		}
	}
	v.segment()
}

func (v *view) positions() int { return v.pictures * v.grid[0] * v.grid[1] }

// inside reports whether every tap of the position stays within the picture.
func (v *view) inside(y, x int) bool {
	return y+v.reach[0][0] >= 0 && y+v.reach[0][1] < v.extent[0] && x+v.reach[1][0] >= 0 && x+v.reach[1][1] < v.extent[1]
}

// run returns how many taps from the given one on lie side by side in memory.
func (v *view) run(first int) int {
	n := 1
	if v.channels != v.pixel {
		return n
	}
	for ; first+n < len(v.taps); n++ {
		if v.taps[first+n].dy != v.taps[first].dy || v.taps[first+n].dx != v.taps[first].dx+n {
			break
		}
	}
	return n
}

// patches is a view as a factor whose lanes are the positions and whose depth
// are the taps' channels.
type patches struct{ view }

// maxLanes is the widest panel.
const maxLanes = 32

// positions are where the lanes of a panel lie.
type positions struct {
	count  int // of those that exist
	inside bool
	y, x   [maxLanes]int
	base   [maxLanes]int // in the data, if the displacement were zero
}

// locate finds the positions of a panel's lanes.
func (v *view) locate(at *positions, lane, width int) {
	size := v.grid[0] * v.grid[1]
	at.count = min(width, v.positions()-lane)
	at.inside = at.count == width
	picture, row, column := lane/size, lane%size/v.grid[1], lane%v.grid[1]
	for i := range at.count {
		y, x := row*v.stride[0], column*v.stride[1]
		at.y[i], at.x[i] = y, x
		at.base[i] = ((picture*v.extent[0]+y)*v.extent[1] + x) * v.pixel
		at.inside = at.inside && v.inside(y, x)
		if column++; column == v.grid[1] {
			column = 0
			if row++; row == v.grid[0] {
				row = 0
				picture++
			}
		}
	}
}

// point aims a row at what a tap reads for every lane, zeros outside the picture.
func (v *view) point(rows []*float32, at *positions, t tap, channel int) {
	shift := (t.dy*v.extent[1]+t.dx)*v.pixel + channel
	if at.inside {
		first := unsafe.Pointer(&v.data[0])
		for i := range at.count {
			rows[i] = (*float32)(unsafe.Add(first, 4*(at.base[i]+shift)))
		}
		return
	}
	for i := range at.count {
		y, x := at.y[i]+t.dy, at.x[i]+t.dx
		if y >= 0 && y < v.extent[0] && x >= 0 && x < v.extent[1] {
			rows[i] = &v.data[at.base[i]+shift]
		} else {
			rows[i] = &v.zeros[0]
		}
	}
}

// Pack implements gemm.Operand.
func (p *patches) Pack(dst []float32, width, lane, from, depth int, rows []*float32) {
	var at positions
	p.locate(&at, lane, width)
	for i := at.count; i < width+p.set.Lanes; i++ {
		rows[i] = &p.zeros[0]
	}
	for end := from + depth; from < end; {
		first, channel, run := from/p.channels, from%p.channels, 1
		if at.inside {
			run = p.run(first)
		}
		count := min(run*p.channels-channel, end-from)
		p.point(rows, &at, p.taps[first], channel)
		if run > 1 { // what lies behind the lanes is read as far as they are
			for i := at.count; i < width+p.set.Lanes; i++ {
				rows[i] = rows[0]
			}
		}
		p.set.Transpose(dst, width, rows, count)
		dst = dst[width*count:]
		from += count
	}
}

// windows is a view as a factor whose lanes are the taps' channels and whose
// depth are the positions.
type windows struct{ view }

// Pack implements gemm.Operand.
func (w *windows) Pack(dst []float32, width, lane, from, depth int, _ []*float32) {
	used := min(width, len(w.taps)*w.channels-lane)
	if used < width {
		clear(dst)
	}
	for begin := 0; begin < used; {
		at, channel := (lane+begin)/w.channels, (lane+begin)%w.channels
		lanes := min(w.channels-channel, used-begin)
		w.lanes(dst[begin:], width, w.taps[at], channel, lanes, from, depth)
		begin += lanes
	}
}

// lanes packs some channels of one tap, one row of the grid at a time.
func (w *windows) lanes(dst []float32, width int, t tap, channel, lanes, from, depth int) {
	for depth > 0 {
		row, column := from/w.grid[1], from%w.grid[1]
		count := min(w.grid[1]-column, depth)
		picture, y := row/w.grid[0], row%w.grid[0]*w.stride[0]+t.dy
		first, end := column, column // positions of this row that stay in the picture
		if y >= 0 && y < w.extent[0] {
			first, end = w.clip(t.dx, column, column+count)
		}
		zeroLanes(dst, width, lanes, first-column)
		if first < end {
			src := ((picture*w.extent[0]+y)*w.extent[1]+first*w.stride[1]+t.dx)*w.pixel + channel
			w.set.Stack(dst[(first-column)*width:], width, &w.data[src], w.stride[1]*w.pixel, lanes, end-first)
		}
		if end < column+count {
			zeroLanes(dst[(end-column)*width:], width, lanes, column+count-end)
		}
		from += count
		depth -= count
		if depth > 0 {
			dst = dst[count*width:]
		}
	}
}

// clip cuts a range of grid columns to those whose tap stays in the picture.
func (v *view) clip(dx, from, to int) (first, end int) {
	step := v.stride[1]
	first = max(from, (max(-dx, 0)+step-1)/step)
	end = min(to, (max(v.extent[1]-dx, 0)+step-1)/step)
	first = min(first, to)
	return first, max(first, end)
}

func zeroLanes(dst []float32, width, lanes, depth int) {
	for k := range depth {
		clear(dst[k*width : k*width+lanes])
	}
}
