package conv

// Expanded is a depthwise convolution of pictures that another convolution
// makes, as in an inverted residual. What lies between the two, several times
// larger than what goes in, never leaves a worker's cache: it is made a panel of
// channels and a few rows at a time. Prepare one with Engine.Expanded, then set
// the memory of both convolutions and Run it.
type Expanded struct {
	// First makes the pictures; its Residual, OutStride and Pooled are not used.
	First *Forward
	// Then convolves them; its Packed and Pooled are not used.
	Then *Forward
	// Scratch is memory of ScratchSize elements for every worker.
	Scratch [][]float32

	engine *Engine
	made   *productForward
	held   held
	tables [][]int // per worker: where the taps of a row read pictures and weights

	y, w     []float32
	pictures int
	bands    int // parts of a picture that are computed apart
	panels   int // parts of the channels
	whole    [1]int
}

// held is how the rows between the convolutions lie in scratch: a panel's
// channels of a pixel side by side, zeros beside each row, and the rows in a
// ring that takes step of them at a time.
type held struct {
	before, pixels  int // zeros before a row, and pixels in all
	rows, step      int
	gathered        int // elements of windows that were copied
	channels, width int // of a panel; elements of a row
}

// Expands reports whether Expanded does both convolutions, one after the other.
func (e *Engine) Expands(first, then Geometry) bool {
	const fewest = 4 // pixels of a row that keep the multipliers busy
	return then.depthwise() && first.Out == then.In && first.Filters == then.Channels &&
		min(then.Before[0], then.Before[1]) >= 0 &&
		first.Groups == 1 && first.Out[1] >= fewest && then.outPixels() > 0 && first.taps()*first.Channels > 0 &&
		!e.BFloat16 && e.choose(&first, forwardTask) == Product
}

// Expanded prepares two convolutions that Expands allows.
func (e *Engine) Expanded(first, then Geometry) *Expanded {
	x := &Expanded{First: e.Forward(first), Then: e.Forward(then), engine: e}
	switch a := x.First.algorithm.(type) {
	case *productForward:
		x.made = a
	case *poolingForward:
		x.made = a.productForward
	}
	x.panels = ceil(first.Filters, e.set.TileColumns)
	x.held = x.layout()
	x.tables = make([][]int, e.pool.Workers())
	for i := range x.tables {
		x.tables[i] = make([]int, 2*then.taps())
	}
	return x
}

func (x *Expanded) layout() held {
	const together = 112 // pixels made at a time, about
	g, set := &x.Then.geometry, x.engine.set
	reach := (g.Size[1] - 1) * g.Dilation[1]
	h := held{channels: set.TileColumns, before: g.Before[1], gathered: set.TileRows * x.made.product.Depth}
	h.pixels = max(g.Before[1]+g.In[1], (g.Out[1]-1)*g.Stride[1]+reach+1)
	h.width = h.pixels * h.channels
	h.step = min(g.In[0], ceil(together, g.In[1]))
	h.rows = min((g.Size[0]-1)*g.Dilation[0]+h.step, g.In[0])
	return h
}

// PackedSize returns the elements that First's Packed needs.
func (x *Expanded) PackedSize() int { return x.made.packedSize() }

// ScratchSize returns the elements that every worker's Scratch needs.
func (x *Expanded) ScratchSize() int { return x.held.rows*x.held.width + x.held.gathered }

// Run convolves pictures from with kernels w, and the result with kernels
// deeper, one for each channel, into y.
func (x *Expanded) Run(y, from, w, deeper []float32, pictures int) error {
	if pictures == 0 {
		return nil
	}
	p := x.made
	p.patches.data, p.patches.pictures = from, pictures
	p.kernels.Data, p.product.Packed, p.product.Fresh = w, x.First.Packed, x.First.Fresh
	if err := x.engine.products.Prepare(&p.product); err != nil {
		return err
	}
	x.First.Fresh = true
	x.y, x.w, x.pictures = y, deeper, pictures
	x.bands = x.divide()
	return x.engine.pool.Run(pictures*x.bands*x.panels, x)
}

// divide returns into how many bands pictures are best cut: those make more
// items for the workers to share evenly, but need rows of their neighbours.
func (x *Expanded) divide() int {
	g, workers := &x.Then.geometry, x.engine.pool.Workers()
	best, least := 1, 0
	for bands := 1; bands <= min(g.Out[0], 4*workers); bands++ {
		first, end := x.reads(0, ceil(g.Out[0], bands))
		cost := ceil(x.pictures*bands*x.panels, workers) * (end - first)
		if least == 0 || cost < least {
			best, least = bands, cost
		}
	}
	return best
}

// reads returns the rows that some rows of the result are computed from.
func (x *Expanded) reads(row, end int) (first, last int) {
	g := &x.Then.geometry
	first = row*g.Stride[0] - g.Before[0]
	last = (end-1)*g.Stride[0] - g.Before[0] + (g.Size[0]-1)*g.Dilation[0] + 1
	return max(first, 0), min(last, g.In[0])
}

// Do computes a panel of channels of a band of a picture.
func (x *Expanded) Do(item, worker int) {
	g := &x.Then.geometry
	panel, band, picture := item%x.panels, item/x.panels%x.bands, item/x.panels/x.bands
	row, end := band*g.Out[0]/x.bands, (band+1)*g.Out[0]/x.bands
	scratch := x.Scratch[worker][:x.ScratchSize()]
	x.clearSides(scratch)
	first, last := x.reads(row, end)
	for made := first; row < end; row++ {
		for _, needed := x.reads(row, row+1); made < needed; {
			until := min(made+x.held.step, last)
			for ; made < until; made++ {
				x.make(scratch, picture, made, panel)
			}
		}
		x.convolve(scratch, picture, row, panel, worker)
	}
}

// clearSides makes the pixels beside the rows zero.
func (x *Expanded) clearSides(scratch []float32) {
	h := &x.held
	from, to := h.before*h.channels, (h.before+x.Then.geometry.In[1])*h.channels
	for row := range h.rows {
		line := scratch[row*h.width:][:h.width]
		clear(line[:from])
		clear(line[to:])
	}
}

// slot returns where a row of the pictures between lies.
func (x *Expanded) slot(row int) int { return row % x.held.rows * x.held.width }

// make computes a panel of a row of the pictures between.
func (x *Expanded) make(scratch []float32, picture, row, panel int) {
	g, set, p := &x.First.geometry, x.engine.set, x.made
	depth, channel := p.product.Depth, panel*set.TileColumns
	channels := min(set.TileColumns, g.Filters-channel)
	var bias *float32
	if x.First.Bias != nil {
		bias = &x.First.Bias[channel]
	}
	out := scratch[x.slot(row)+x.held.before*x.held.channels:]
	copied := scratch[x.held.rows*x.held.width:]
	right, mode := &p.product.Packed[channel*depth], x.First.mode()
	lane, columns := (picture*g.Out[0]+row)*g.Out[1], g.Out[1]
	strips := ceil(columns, set.TileRows)
	for strip := range strips {
		from, end := strip*columns/strips, (strip+1)*columns/strips
		_, step := p.patches.Line()
		offsets, length := p.patches.Segments()
		at, ok := p.patches.At(lane+from, end-from)
		if !ok {
			p.patches.Gather(copied, depth, depth, lane+from, end-from)
			at, step, offsets, length = &copied[0], depth, x.whole[:], depth
		}
		set.StridedFor(end-from, channels).Multiply(at, step, &offsets[0], len(offsets), length, right,
			&out[from*x.held.channels], x.held.channels, channels, bias, nil, 0, mode)
	}
}

// convolve computes a panel of a row of the result.
func (x *Expanded) convolve(scratch []float32, picture, row, panel, worker int) {
	g, set, h := &x.Then.geometry, x.engine.set, &x.held
	channel := panel * h.channels
	channels := min(h.channels, g.Filters-channel)
	table := x.tables[worker][:0]
	for k := range g.Size[0] {
		y := row*g.Stride[0] - g.Before[0] + k*g.Dilation[0]
		if y < 0 || y >= g.In[0] {
			continue
		}
		for l := range g.Size[1] {
			table = append(table, x.slot(y)+l*g.Dilation[1]*h.channels, (k*g.Size[1]+l)*g.Filters)
		}
	}
	mode, stride := x.Then.mode(), x.Then.outStride()
	var bias *float32
	if x.Then.Bias != nil {
		bias = &x.Then.Bias[channel]
	}
	blocks := ceil(g.Out[1], len(set.Depthwise))
	size, larger := g.Out[1]/blocks, g.Out[1]%blocks
	for column := 0; column < g.Out[1]; {
		wide, count := size, blocks-larger
		if column == 0 && larger > 0 {
			wide, count = size+1, larger
		}
		pixel := (picture*g.Out[0]+row)*g.Out[1] + column
		var residual *float32
		if x.Then.Residual != nil {
			residual = &x.Then.Residual[pixel*g.Filters+channel]
		}
		set.DepthwiseFor(wide, g.Stride[1]*h.channels, table)(&x.y[pixel*stride+channel], stride, &scratch[column*g.Stride[1]*h.channels], g.Stride[1]*h.channels,
			&x.w[channel], &table[:1][0], len(table)/2, channels, bias, residual, g.Filters, mode, count)
		column += wide * count
	}
}
