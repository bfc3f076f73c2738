package conv

// directFilter is the gradient with respect to kernels of few channels, as
// outer products of what windows see with gradients of results, where both
// lie. It sums chunks of rows.
type directFilter struct {
	engine   *Engine
	geometry *Geometry

	first, end int // columns whose windows stay within a row of the picture

	x, dy, partials []float32
	which           []uint8   // if dy is maxima's
	sums            []float32 // of dy, for every chunk; nil if nobody asks
	scratch         [][]float32
	rows, chunks    int // rows of dy
}

// fewChannels reports whether a row of the kernels fits two tiles, so that
// packing windows would cost more than it saves.
func (g *Geometry) fewChannels() bool {
	const widest, deepest = 28, 1024
	return g.Groups == 1 && g.Dilation[1] == 1 && g.Size[1]*g.Channels <= widest && g.taps()*g.Channels <= deepest &&
		g.Channels > 0 && g.Filters > 0
}

func newDirectFilter(e *Engine, g *Geometry) *directFilter {
	first, end := g.insideColumns()
	return &directFilter{engine: e, geometry: g, first: first, end: end}
}

// insideColumns returns the columns of results whose windows stay within a row.
func (g *Geometry) insideColumns() (first, end int) {
	v := view{extent: g.In, stride: g.Stride}
	first, _ = v.clip(-g.Before[1], 0, g.Out[1])
	_, end = v.clip((g.Size[1]-1)*g.Dilation[1]-g.Before[1], 0, g.Out[1])
	return first, max(first, end)
}

// scratchSize is two rows of results, to which a row of maxima's gradient is unpooled.
func (d *directFilter) scratchSize() int { return 2 * d.geometry.Out[1] * d.geometry.Filters }

func (d *directFilter) size() int {
	return d.geometry.taps() * d.geometry.Channels * d.geometry.Filters
}

func (d *directFilter) partialsSize(pictures int) int {
	return d.chunksOf(pictures) * (d.size() + d.geometry.Filters)
}

// chunksOf returns into how many sums the rows are cut: by their number alone.
func (d *directFilter) chunksOf(pictures int) int {
	const chunk, most = 32, 64 // rows of a sum, and sums
	return max(1, min(pictures*d.geometry.Out[0]/chunk, most))
}

func (d *directFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	d.x, d.dy, d.which, d.partials, d.scratch = x, dy, f.Which, f.Partials, f.Scratch
	d.rows, d.chunks = pictures*d.geometry.Out[0], d.chunksOf(pictures)
	if d.which != nil {
		d.rows = pictures * (d.geometry.Out[0] / 2)
	}
	if d.sums = nil; f.Sums != nil {
		d.sums = f.Partials[d.chunks*d.size():][:d.chunks*d.geometry.Filters]
		clear(d.sums)
	}
	if err := d.engine.pool.Run(d.chunks, d); err != nil {
		return err
	}
	size := d.size()
	copy(dw, f.Partials[:size])
	for chunk := 1; chunk < d.chunks; chunk++ {
		d.engine.set.Add(dw[:size], dw, f.Partials[chunk*size:])
	}
	f.join(d.sums)
	return nil
}

// Do sums one chunk.
func (d *directFilter) Do(chunk, worker int) {
	g, size := d.geometry, d.size()
	sums := d.partials[chunk*size:][:size]
	clear(sums)
	for row := chunk * d.rows / d.chunks; row < (chunk+1)*d.rows/d.chunks; row++ {
		if d.which == nil {
			d.row(sums, row/g.Out[0], row%g.Out[0], d.dy[row*g.Out[1]*g.Filters:])
			continue
		}
		top, bottom := d.unpool(row, chunk, worker)
		picture, window := row/(g.Out[0]/2), row%(g.Out[0]/2)
		d.row(sums, picture, 2*window, top)
		d.row(sums, picture, 2*window+1, bottom)
	}
}

// unpool hands a row of maxima's gradient back to the two rows of results it
// came from, which stay in the second cache, and adds it to the chunk's sums.
func (d *directFilter) unpool(row, chunk, worker int) (top, bottom []float32) {
	width, filters := d.geometry.Out[1], d.geometry.Filters
	line, windows := width*filters, width/2
	top, bottom = d.scratch[worker][:line], d.scratch[worker][line:2*line]
	if windows > 0 {
		from := row * windows * filters
		d.engine.set.Unpool2(&top[0], &bottom[0], &d.dy[from], &d.which[from], windows, filters)
		if d.sums != nil {
			d.engine.set.SumWon(&d.sums[chunk*filters], &d.dy[from], &d.which[from], windows, filters)
		}
	}
	clear(top[2*windows*filters:])
	clear(bottom[2*windows*filters:])
	return top, bottom
}

// row adds what a row of a picture's results says of all rows of the kernels.
func (d *directFilter) row(sums []float32, picture, row int, dy []float32) {
	g := d.geometry
	for k := range g.Size[0] {
		y := row*g.Stride[0] + k*g.Dilation[0] - g.Before[0]
		if y < 0 || y >= g.In[0] {
			continue
		}
		line := d.x[(picture*g.In[0]+y)*g.In[1]*g.Channels:]
		d.line(sums[k*len(sums)/g.Size[0]:], line, dy)
	}
}

// line adds what a row of results says of one row of the kernels.
func (d *directFilter) line(sums, line, dy []float32) {
	for column := range d.first {
		d.columns(sums, line, dy, column, 1)
	}
	if d.end > d.first {
		d.columns(sums, line, dy, d.first, d.end-d.first)
	}
	for column := d.end; column < d.geometry.Out[1]; column++ {
		d.columns(sums, line, dy, column, 1)
	}
}

// columns adds the share of some columns that the same taps reach.
func (d *directFilter) columns(sums, line, dy []float32, column, count int) {
	g, set := d.geometry, d.engine.set
	at := column*g.Stride[1] - g.Before[1]
	from := max(-at, 0)
	end := min(g.Size[1], g.In[1]-at)
	if from >= end {
		return
	}
	lanes := (end - from) * g.Channels
	parts := (lanes + set.TileRows - 1) / set.TileRows
	for part := range parts {
		first, next := part*lanes/parts, (part+1)*lanes/parts
		for filter := 0; filter < g.Filters; filter += set.TileColumns {
			filters := min(set.TileColumns, g.Filters-filter)
			set.OuterFor(next-first, filters).Add(count, &line[(at+from)*g.Channels+first], g.Stride[1]*g.Channels,
				&dy[column*g.Filters+filter], g.Filters, &sums[(from*g.Channels+first)*g.Filters+filter], g.Filters, filters)
		}
	}
}
