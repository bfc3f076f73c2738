package gemm

// Placed is a left factor that can be multiplied where it lies, without
// packing: its lanes stand in lines, a constant step apart, and the numbers of
// each lane lie in a few segments.
type Placed interface {
	Operand
	// Line returns how many lanes a line has and the step between them.
	Line() (lanes, step int)
	// Segments returns where the segments of a lane begin, counted from what
	// At returns, and how long each of them is. Without any, the whole depth
	// begins there.
	Segments() (offsets []int, length int)
	// At returns where a lane lies, and whether it and the following ones,
	// count together, can be read there: they are in one line, and none of
	// them reaches out of its picture.
	At(lane, count int) (*float32, bool)
	// Gather copies lanes of the given depth to dst, apart elements from one to the next.
	Gather(dst []float32, apart, depth, lane, count int)
}

const (
	gathered     = 5 << 16 // elements that a worker may copy before multiplying
	mostStrips   = 32      // most strips of one item
	leastStrips  = 3       // for which the right factor is worth reading once
	stripsOfItem = 1 << 16 // elements of an item's left factor, about, so that it stays in the second cache
)

// strips is how the rows of a product with a placed left factor are cut: each
// line into strips of nearly the same number of rows, at most a tile's.
type strips struct {
	left          Placed
	line, perLine int
	total         int
	together      int // strips of one item
}

// strip is some rows of the left factor, as a kernel wants them.
type strip struct {
	row, count int
	first      *float32
	step       int
	offsets    []int
	length     int
}

// placed returns the left factor if it can be multiplied where it lies. That
// depends on nothing that changes from run to run, because the right factor is
// then packed in one block of the depth.
func (m *Multiplier) placed(p *Product) (Placed, bool) {
	left, ok := p.Left.(Placed)
	return left, ok && m.plan.shared && p.Depth > 0 && apart(p.Depth)*m.set.TileRows <= gathered
}

// apart is the distance of gathered lanes: whole cache lines, an odd number of
// them, so that lanes do not compete for the same places of the cache.
func apart(depth int) int {
	const line = 16
	return (ceil(depth, line) | 1) * line
}

// cut divides a product with a placed left factor into items.
func (m *Multiplier) cut(p *Product, left Placed) {
	s := strips{left: left}
	s.line, _ = left.Line()
	const fewest = 4 // rows of a strip that keep the multipliers busy
	if s.perLine = ceil(s.line, m.set.TileRows); s.line/s.perLine < fewest {
		s.line, s.perLine = p.Rows, ceil(p.Rows, m.set.TileRows) // strips over several lines are gathered
	}
	s.total = p.Rows / s.line * s.perLine
	size := apart(p.Depth) * m.set.TileRows
	m.share(p, s, min(mostStrips, max(stripsOfItem/size, min(gathered/size, leastStrips))))
}

// share divides strips and columns into items of at most so many strips.
func (m *Multiplier) share(p *Product, s strips, most int) {
	const itemsPerWorker = 8
	wanted := itemsPerWorker * m.pool.Workers()
	across := ceil(p.Columns, m.set.TileColumns)
	s.together = min(most, s.total)
	need := ceil(wanted, ceil(s.total, s.together))
	if need > across {
		s.together = max(1, min(s.together, s.total*across/wanted))
	}
	columns := ceil(across, min(need, across))
	m.strips = s
	m.plan = plan{
		chunks: 1, chunkDepth: p.Depth, blocks: 1, blockDepth: p.Depth, shared: true,
		columns: columns * m.set.TileColumns, columnItems: ceil(across, columns), rowItems: ceil(s.total, s.together),
	}
}

// rows returns the rows of a strip.
func (c *strips) rows(index int) (first, count int) {
	line, at := index/c.perLine, index%c.perLine
	from, end := at*c.line/c.perLine, (at+1)*c.line/c.perLine
	return line*c.line + from, end - from
}

// Prepare packs the right factor of a product with a placed left factor as Run
// does, for callers that multiply by themselves: the panel of the columns from
// c on, a multiple of the tile's width, begins at c·Depth in Packed.
func (m *Multiplier) Prepare(p *Product) error {
	if p.Fresh {
		return nil
	}
	m.product, m.plan = p, plan{chunks: 1, chunkDepth: p.Depth, blocks: 1, blockDepth: p.Depth, shared: true}
	return m.pack()
}

// placing multiplies some strips with some columns.
type placing Multiplier

func (x *placing) Do(item, worker int) {
	p, d, w := x.product, &x.plan, &x.workers[worker]
	from := item / d.columnItems * x.strips.together
	count := min(x.strips.together, x.strips.total-from)
	for i := range count {
		x.place(&w.strips[i], w.gathered[i*apart(p.Depth)*x.set.TileRows:], from+i)
	}
	width := x.set.TileColumns
	first := item % d.columnItems * d.columns
	for column := first; column < min(first+d.columns, p.Columns); column += width {
		panel := &sharedPanel(p, width, 0, p.Depth, column/width)[0]
		for i := range count {
			x.multiply(&w.strips[i], panel, column)
		}
	}
}

// place finds a strip's rows, or copies them to scratch.
func (x *placing) place(s *strip, scratch []float32, index int) {
	c := &x.strips
	s.row, s.count = c.rows(index)
	if first, ok := c.left.At(s.row, s.count); ok {
		_, s.step = c.left.Line()
		s.first, s.offsets, s.length = first, x.whole[:], x.product.Depth
		if offsets, length := c.left.Segments(); len(offsets) > 0 {
			s.offsets, s.length = offsets, length
		}
		return
	}
	s.step = apart(x.product.Depth)
	c.left.Gather(scratch, s.step, x.product.Depth, s.row, s.count)
	s.first, s.offsets, s.length = &scratch[0], x.whole[:], x.product.Depth
}

func (x *placing) multiply(s *strip, panel *float32, column int) {
	p := x.product
	columns := min(x.set.TileColumns, p.Columns-column)
	out := &p.Out[s.row*p.Stride+column]
	bias, residual, apart := p.behind(s.row, column)
	x.set.StridedFor(s.count, columns).Multiply(s.first, s.step, &s.offsets[0], len(s.offsets), s.length,
		panel, out, p.Stride, columns, bias, residual, apart, p.mode())
}

// Line implements Placed.
func (r *Rows) Line() (lanes, step int) { return r.Lanes, r.Stride }

// Segments implements Placed.
func (r *Rows) Segments() (offsets []int, length int) { return nil, 0 }

// At implements Placed.
func (r *Rows) At(lane, count int) (*float32, bool) {
	return &r.Data[lane*r.Stride], !Competing(r.Stride, count)
}

// Gather implements Placed.
func (r *Rows) Gather(dst []float32, apart, depth, lane, count int) {
	for i := range count {
		copy(dst[i*apart:], r.Data[(lane+i)*r.Stride:][:depth])
	}
}

// Competing reports whether lanes step elements apart would push each other
// out of the first cache: it has eight places for what lies a multiple of 4096
// bytes apart, fewer where it tells lines by a hash of their addresses.
func Competing(step, lanes int) bool { return lanes > 4 && step%1024 == 0 }
