package conv

import (
	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// tiling cuts the results of a convolution into square tiles.
type tiling struct {
	in, out, before [2]int
	results         int    // of a tile, on each side
	tiles           [2]int // down and across
}

func (t *tiling) divide() {
	for i := range t.tiles {
		t.tiles[i] = ceil(t.out[i], t.results)
	}
}

// extent is the side of what a tile reads.
func (t *tiling) extent() int { return t.results + 2 }

func (t *tiling) perPicture() int { return t.tiles[0] * t.tiles[1] }

// place is a tile's picture, row and column.
type place struct{ picture, y, x int }

func (t *tiling) locate(tile int) place {
	per := t.perPicture()
	return place{tile / per, tile % per / t.tiles[1], tile % t.tiles[1]}
}

// advance moves on to the next tile.
func (t *tiling) advance(p *place) {
	if p.x++; p.x < t.tiles[1] {
		return
	}
	p.x = 0
	if p.y++; p.y < t.tiles[0] {
		return
	}
	p.y = 0
	p.picture++
}

// patch reads squares of pixels that may reach over the edges of a picture.
type patch struct {
	set      *kernel.Set
	apply    func(dst *float32, plane, group int, src *float32, row, pixel, groups int)
	size     int // of the square
	extent   [2]int
	pixel    int // elements from one pixel to the next
	first    int // of the channels that are read
	channels int
}

// spread transforms the square at row y and column x of a picture into dst, by
// way of memory where not all of it exists.
func (p *patch) spread(dst []float32, plane, group int, pictures []float32, picture, y, x int, memory []float32) {
	groups := ceil(p.channels, p.set.Lanes)
	begin := picture*p.extent[0]*p.extent[1]*p.pixel + p.first
	if y >= 0 && x >= 0 && y+p.size <= p.extent[0] && x+p.size <= p.extent[1] && p.channels%p.set.Lanes == 0 {
		p.apply(&dst[0], plane, group, &pictures[begin+(y*p.extent[1]+x)*p.pixel], p.extent[1]*p.pixel, p.pixel, groups)
		return
	}
	wide := groups * p.set.Lanes
	p.copy(memory[:p.size*p.size*wide], pictures[begin:], wide, y, x)
	p.apply(&dst[0], plane, group, &memory[0], p.size*wide, wide, groups)
}

// unpool transforms the square of a gradient that lies in maxima of 2×2
// windows: the one of each window's pixels that which tells has its gradient.
// Channels must fill registers.
func (p *patch) unpool(dst []float32, plane, group int, gradient []float32, which []uint8, picture, y, x int, memory []float32) {
	c, windows := p.channels, [2]int{p.extent[0] / 2, p.extent[1] / 2}
	top, left := y>>1, x>>1
	down, across := (y+p.size+1)>>1-top, (x+p.size+1)>>1-left
	first := min(max(-left, 0), across)
	end := max(min(across, windows[1]-left), first)
	row := 2 * across * c
	for i := range down {
		upper, lower := memory[2*i*row:][:row], memory[(2*i+1)*row:][:row]
		if top+i < 0 || top+i >= windows[0] || first == end {
			clear(upper)
			clear(lower)
			continue
		}
		for _, line := range [][]float32{upper, lower} {
			clear(line[:2*first*c])
			clear(line[2*end*c:])
		}
		at := ((picture*windows[0]+top+i)*windows[1]+left+first)*p.pixel + p.first
		if c == p.pixel {
			p.set.Unpool2(&upper[2*first*c], &lower[2*first*c], &gradient[at], &which[at], end-first, c)
			continue
		}
		for j := first; j < end; j++ {
			p.set.Unpool2(&upper[2*j*c], &lower[2*j*c], &gradient[at], &which[at], 1, c)
			at += p.pixel
		}
	}
	p.apply(&dst[0], plane, group, &memory[(y-2*top)*row+(x-2*left)*c], row, c, c/p.set.Lanes)
}

// copy fills memory with a square, zeros outside the picture. Pixels are wide apart.
func (p *patch) copy(memory, picture []float32, wide, y, x int) {
	c := p.channels
	left, right := min(max(-x, 0), p.size), max(min(p.size, p.extent[1]-x), 0)
	right = max(right, left)
	for i := range p.size {
		row := memory[i*p.size*wide:][:p.size*wide]
		if y+i < 0 || y+i >= p.extent[0] || left == right {
			clear(row)
			continue
		}
		clear(row[:left*wide])
		clear(row[right*wide:])
		from := picture[((y+i)*p.extent[1]+x+left)*p.pixel:]
		if c == wide && c == p.pixel {
			copy(row[left*wide:right*wide], from)
			continue
		}
		for j := left; j < right; j++ {
			copy(row[j*wide:][:c], from[(j-left)*p.pixel:])
			clear(row[j*wide+c : (j+1)*wide])
		}
	}
}

// gather transforms a panel's products back to results.
func (w *winograd) gather(s *workspace, panel, first, tiles, plane int) {
	r, width := &w.run, w.set.TileColumns
	filter := panel * width
	count := min(width, w.filters-filter)
	groups := ceil(count, w.set.Lanes)
	var bias *float32
	if r.bias != nil {
		bias = &r.bias[filter]
		if count%w.set.Lanes != 0 {
			copy(s.bias, r.bias[filter:])
			bias = &s.bias[0]
		}
	}
	o := outcome{winograd: w, filter: filter, count: count, groups: groups, bias: bias, plane: plane, at: w.grid.locate(first)}
	for i := range tiles {
		o.src = &s.products[i*width]
		o.write(s)
		w.grid.advance(&o.at)
	}
}

// outcome is one tile's results of one panel.
type outcome struct {
	*winograd
	filter, count, groups int
	bias                  *float32
	src                   *float32
	plane                 int
	at                    place
}

// write transforms the tile, by way of memory where not all of it exists, or
// where it is to be rounded.
func (o *outcome) write(s *workspace) {
	r, m, out := &o.run, o.grid.results, o.grid.out
	if o.pooled {
		m, out = m/2, [2]int{out[0] / 2, out[1] / 2}
	}
	y, x := o.at.y*m, o.at.x*m
	rows, columns := min(m, out[0]-y), min(m, out[1]-x)
	pixel := (o.at.picture*out[0]+y)*out[1] + x
	if rows == m && columns == m && o.count == o.groups*o.set.Lanes && !r.rounds {
		to := target{out: &r.out[pixel*r.stride+o.filter], row: out[1] * r.stride, pixel: r.stride, dense: o.filters, line: out[1] * o.filters}
		if r.residual != nil {
			to.skip = &r.residual[pixel*o.filters+o.filter]
		}
		if o.pooled && r.which != nil {
			to.which = &r.which[pixel*o.filters+o.filter]
		}
		o.transform(&to)
		return
	}
	width := o.set.TileColumns
	to := target{out: &s.result[0], row: m * width, pixel: width, dense: width, line: m * width}
	if r.residual != nil {
		to.skip = &s.skip[0]
		for i := range rows * columns {
			copy(s.skip[(i/columns*m+i%columns)*width:][:o.count], r.residual[(pixel+i/columns*out[1]+i%columns)*o.filters+o.filter:])
		}
	}
	if o.pooled && r.which != nil {
		to.which = &s.which[0]
	}
	o.transform(&to)
	for i := range rows {
		for j := range columns {
			at, from := pixel+i*out[1]+j, (i*m+j)*width
			if r.rounds {
				o.set.BFloat16.Round(&gemm.Words(r.out)[at*r.stride+o.filter], &s.result[from], o.count)
				continue
			}
			copy(r.out[at*r.stride+o.filter:][:o.count], s.result[from:])
			if to.which != nil {
				copy(r.which[at*o.filters+o.filter:][:o.count], s.which[from:])
			}
		}
	}
}

// target is where a tile's results go, and what is added to them: strides
// between rows and pixels, and those of the residual and the numbers.
type target struct {
	out, skip   *float32
	which       *uint8
	row, pixel  int
	line, dense int
}

// transform transforms the tile's products.
func (o *outcome) transform(to *target) {
	r := &o.run
	switch {
	case !o.pooled:
		o.transforms.Outputs(to.out, to.row, to.pixel, o.src, o.plane, o.bias, to.skip, to.line, to.dense, o.groups, r.mode)
	case to.which == nil:
		o.transforms.Pooled(to.out, to.row, to.pixel, o.src, o.plane, o.bias, o.groups, r.mode)
	default:
		o.transforms.Maxima(to.out, to.row, to.pixel, to.which, to.line, to.dense, o.src, o.plane, o.bias, o.groups, r.mode, r.positive)
	}
}
