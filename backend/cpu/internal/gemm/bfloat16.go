package gemm

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// A product of bfloat16 rounds its factors as it comes by them: the right one
// when it is packed, rows of the left one into a worker's cache, where all
// columns of an item multiply them. Its sums, and what is done to them, are
// float32.

// Rounded is a left factor whose lanes can be had in bfloat16. They form groups
// of equally many lanes, a constant step apart.
type Rounded interface {
	Operand
	// Groups returns how many groups there are, the lanes of each and their step.
	Groups() (groups, lanes, step int)
	// Group returns the first lane of a group, and the range of the depth out of
	// which all of its lanes are zero; both ends are even or the depth's own.
	Group(i, depth int) (first, from, to int)
	// Round writes the numbers [from, to) of a lane to dst[:to-from].
	Round(dst []uint16, lane, from, to int)
}

// SizeFor returns the elements that Packed needs for a product.
func (m *Multiplier) SizeFor(p *Product) int {
	if p.BFloat16 && m.fitsRounded(p.Depth) {
		return roundUp(p.Columns, m.set.TileColumns) * ceil(p.Depth, 2)
	}
	return m.PackedSize(p.Columns, p.Depth)
}

// fitsRounded reports whether a worker has memory for a strip of such lanes.
func (m *Multiplier) fitsRounded(depth int) bool {
	return depth > 0 && distance(depth)*m.set.TileRows <= 2*gathered
}

// Rounds reports whether a product is computed in bfloat16, given memory for
// its packed right factor.
func (m *Multiplier) Rounds(p *Product) bool {
	_, rounded := p.Left.(Rounded)
	return p.BFloat16 && rounded && m.fitsRounded(p.Depth)
}

// distance is that of rounded lanes: whole cache lines, an odd number of them.
func distance(depth int) int {
	const line = 32
	return (ceil(depth+1, line) | 1) * line
}

func (m *Multiplier) runBFloat16(p *Product) error {
	m.cutBFloat16(p)
	if !p.Fresh {
		if err := m.pool.Run(ceil(p.Columns, m.set.TileColumns), (*pairing)(m)); err != nil {
			return err
		}
		p.Fresh = true
	}
	return m.pool.Run(m.plan.items(), (*rounding)(m))
}

// cutBFloat16 divides the product into items.
func (m *Multiplier) cutBFloat16(p *Product) {
	groups, lanes, _ := p.Left.(Rounded).Groups()
	s := strips{line: lanes, perLine: ceil(lanes, m.set.TileRows)}
	s.total = groups * s.perLine
	size := distance(p.Depth) * m.set.TileRows
	m.share(p, s, max(1, min(mostStrips, max(2*stripsOfItem/size, min(2*gathered/size, leastStrips)))))
}

// Words views memory of float32 as numbers of 16 bits.
func Words(floats []float32) []uint16 {
	if len(floats) == 0 {
		return nil
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(&floats[0])), 2*len(floats))
}

// wordAt returns where a number of 16 bits lies, as kernels take it.
func wordAt(floats []float32, index int) *float32 {
	return (*float32)(unsafe.Pointer(&Words(floats)[index]))
}

// pairing packs the right factor, a panel at a time.
type pairing Multiplier

func (x *pairing) Do(panel, worker int) {
	p, w, width := x.product, &x.workers[worker], x.set.TileColumns
	packed := x.panel(panel)
	for from := 0; from < p.Depth; from += depthBlock {
		depth := min(depthBlock, p.Depth-from)
		p.Right.Pack(w.right[:width*depth], width, panel*width, from, depth, w.rows)
		x.set.BFloat16.Pair(&packed[from*width], &w.right[0], depth)
	}
}

// panel returns a panel of the packed right factor.
func (x *pairing) panel(panel int) []uint16 {
	size := 2 * x.set.TileColumns * ceil(x.product.Depth, 2)
	return Words(x.product.Packed)[panel*size:][:size]
}

// rounding multiplies some strips with some columns.
type rounding Multiplier

func (x *rounding) Do(item, worker int) {
	p, d, w := x.product, &x.plan, &x.workers[worker]
	first := item / d.columnItems * x.strips.together
	count := min(x.strips.together, x.strips.total-first)
	size := x.set.TileRows * distance(p.Depth)
	rounded := Words(w.gathered)
	for i := range count {
		x.round(&w.rounded[i], rounded[i*size:], first+i)
	}
	width := x.set.TileColumns
	column := item % d.columnItems * d.columns
	for end := min(column+d.columns, p.Columns); column < end; column += width {
		panel := (*pairing)(x).panel(column / width)
		for i := range count {
			x.multiply(&w.rounded[i], rounded[i*size:], panel, column)
		}
	}
}

// roundedStrip is some rows of the left factor, step apart, which have the
// numbers [from, to) of the depth.
type roundedStrip struct{ row, step, count, from, to int }

// round writes the rows of a strip to memory, distance apart, each at its
// place in the depth.
func (x *rounding) round(s *roundedStrip, to []uint16, index int) {
	p, left := x.product, x.product.Left.(Rounded)
	group, first := index/x.strips.perLine, 0
	first, s.count = x.strips.rows(index % x.strips.perLine)
	s.row, s.from, s.to = left.Group(group, p.Depth)
	_, _, s.step = left.Groups()
	s.row += first * s.step
	for i := range s.count {
		line := to[i*distance(p.Depth):][:s.to+1]
		left.Round(line[s.from:], s.row+i*s.step, s.from, s.to)
		line[s.to] = 0 // joins an odd last number
	}
}

func (x *rounding) multiply(s *roundedStrip, rows, panel []uint16, column int) {
	p, width := x.product, x.set.TileColumns
	columns := min(width, p.Columns-column)
	bias, residual, apart := p.behind(s.row, column)
	out, mode := &p.Out[s.row*p.Stride+column], p.mode()
	if p.NarrowOut {
		out, mode = wordAt(p.Out, s.row*p.Stride+column), mode|kernel.NarrowResult
	}
	if p.NarrowResidual && p.Residual != nil {
		residual, mode = wordAt(p.Residual, s.row*apart+column), mode|kernel.NarrowResidual
	}
	x.set.BFloat16.PairedFor(s.count, columns).Multiply(&rows[s.from], distance(p.Depth), ceil(s.to-s.from, 2), &panel[s.from*width],
		out, s.step*p.Stride, columns, bias, residual, s.step*apart, mode)
}

// behind returns what a tile adds to its sums: the bias, and the residual or
// what the result held, with the elements from one row of it to the next.
func (p *Product) behind(row, column int) (bias, residual *float32, apart int) {
	if p.Bias != nil {
		bias = &p.Bias[column]
	}
	switch {
	case p.Residual != nil:
		return bias, &p.Residual[row*p.ResidualStride+column], p.ResidualStride
	case p.Accumulate:
		return bias, &p.Out[row*p.Stride+column], p.Stride
	}
	return bias, nil, 0
}

// mode returns what a tile does to its sums.
func (p *Product) mode() kernel.Mode {
	mode := kernel.Mode(0)
	if p.ReLU {
		mode |= kernel.ReLU
	}
	if p.Cap {
		mode |= kernel.Cap
	}
	return mode
}

// Groups implements Rounded.
func (r *Rows) Groups() (groups, lanes, step int) { return 1, r.Lanes, 1 }

// Group implements Rounded.
func (r *Rows) Group(_, depth int) (first, from, to int) { return 0, 0, depth }

// Round implements Rounded.
func (r *Rows) Round(dst []uint16, lane, from, to int) {
	r.Set.BFloat16.Round(&dst[0], &r.Data[lane*r.Stride+from], to-from)
}
