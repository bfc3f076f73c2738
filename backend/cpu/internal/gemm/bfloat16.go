package gemm

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// A product of bfloat16 rounds its factors as it comes by them: the right one
// when it is packed, rows of the left one into a worker's cache, where all
// columns of an item multiply them. Its sums, and what is done to them, are
// float32.

// BFloat16Size returns the elements of a right factor packed in bfloat16.
func (m *Multiplier) BFloat16Size(columns, depth int) int {
	return roundUp(columns, m.set.TileColumns) * ceil(depth, 2)
}

// rounds reports whether the product can be computed in bfloat16.
func (m *Multiplier) rounds(p *Product) bool {
	_, placed := p.Left.(Placed)
	fits := p.Depth <= depthBlock*columnBlock && distance(p.Depth)*m.set.TileRows <= 2*gathered
	return p.BFloat16 && placed && fits && p.Packed != nil && p.Depth > 0 && p.Chunks <= 1
}

// distance is that of rounded lanes: whole cache lines, an odd number of them.
func distance(depth int) int {
	const line = 32
	return (ceil(depth, line) | 1) * line
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
	s := strips{left: p.Left.(Placed), line: p.Rows, perLine: ceil(p.Rows, m.set.TileRows)}
	s.total = s.perLine
	size := distance(p.Depth) * m.set.TileRows
	m.share(p, s, max(1, min(mostStrips, max(2*stripsOfItem/size, min(2*gathered/size, leastStrips)))))
}

// words views memory of float32 as numbers of 16 bits.
func words(floats []float32) []uint16 {
	if len(floats) == 0 {
		return nil
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(&floats[0])), 2*len(floats))
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
	return words(x.product.Packed)[panel*size:][:size]
}

// rounding multiplies some strips with some columns.
type rounding Multiplier

func (x *rounding) Do(item, worker int) {
	p, d, w := x.product, &x.plan, &x.workers[worker]
	from := item / d.columnItems * x.strips.together
	count := min(x.strips.together, x.strips.total-from)
	apart := distance(p.Depth)
	rounded := words(w.gathered)
	for i := range count {
		s := &w.strips[i]
		s.row, s.count = x.strips.rows(from + i)
		for lane := range s.count {
			x.round(rounded[(i*x.set.TileRows+lane)*apart:][:apart], s.row+lane, w.right)
		}
	}
	width := x.set.TileColumns
	first := item % d.columnItems * d.columns
	for column := first; column < min(first+d.columns, p.Columns); column += width {
		panel := (*pairing)(x).panel(column / width)
		for i := range count {
			x.multiply(&w.strips[i], &rounded[i*x.set.TileRows*apart], &panel[0], column)
		}
	}
}

// round rounds a lane of the left factor, and a zero behind an odd depth.
func (x *rounding) round(to []uint16, lane int, scratch []float32) {
	p, left := x.product, x.strips.left
	if p.Depth%2 > 0 {
		to[p.Depth] = 0
	}
	at, ok := left.At(lane, 1)
	offsets, length := left.Segments()
	switch {
	case !ok:
		left.Gather(scratch, p.Depth, p.Depth, lane, 1)
		x.set.BFloat16.Round(&to[0], &scratch[0], p.Depth)
	case len(offsets) == 0:
		x.set.BFloat16.Round(&to[0], at, p.Depth)
	default:
		for i, offset := range offsets {
			x.set.BFloat16.Round(&to[i*length], (*float32)(unsafe.Add(unsafe.Pointer(at), 4*offset)), length)
		}
	}
}

func (x *rounding) multiply(s *strip, rows, panel *uint16, column int) {
	p := x.product
	columns := min(x.set.TileColumns, p.Columns-column)
	out := &p.Out[s.row*p.Stride+column]
	bias, residual, apart := p.behind(s.row, column)
	x.set.BFloat16.PairedFor(s.count, columns).Multiply(rows, distance(p.Depth), ceil(p.Depth, 2), panel,
		out, p.Stride, columns, bias, residual, apart, p.mode())
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
