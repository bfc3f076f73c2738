package conv

// depthwiseFilter is the gradient with respect to kernels of one filter per
// channel, summed over chunks of rows.
type depthwiseFilter struct {
	engine   *Engine
	geometry *Geometry

	first, end int // columns whose windows stay within a row of the picture

	x, dy, partials []float32
	rows, chunks    int
}

// depthwiseChunk is how many rows of results one partial sum covers, and
// depthwiseMost how many partial sums there are at most.
const (
	depthwiseChunk = 32
	depthwiseMost  = 64
)

func newDepthwiseFilter(e *Engine, g *Geometry) *depthwiseFilter {
	first, end := g.insideColumns()
	return &depthwiseFilter{engine: e, geometry: g, first: first, end: end}
}

func (d *depthwiseFilter) scratchSize() int { return 0 }

func (d *depthwiseFilter) partialsSize(pictures int) int {
	return d.chunksOf(pictures) * d.geometry.taps() * d.geometry.Channels
}

func (d *depthwiseFilter) chunksOf(pictures int) int {
	return max(1, min(pictures*d.geometry.Out[0]/depthwiseChunk, depthwiseMost))
}

func (d *depthwiseFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	d.x, d.dy, d.partials = x, dy, f.Partials
	d.rows, d.chunks = pictures*d.geometry.Out[0], d.chunksOf(pictures)
	if err := d.engine.pool.Run(d.chunks, d); err != nil {
		return err
	}
	size := d.geometry.taps() * d.geometry.Channels
	copy(dw, f.Partials[:size])
	for chunk := 1; chunk < d.chunks; chunk++ {
		d.engine.set.Add(dw[:size], dw, f.Partials[chunk*size:])
	}
	return nil
}

// Do sums one chunk.
func (d *depthwiseFilter) Do(chunk, _ int) {
	g, c := d.geometry, d.geometry.Channels
	size := g.taps() * c
	sums := d.partials[chunk*size:][:size]
	clear(sums)
	each := (d.rows + d.chunks - 1) / d.chunks
	for row := chunk * each; row < min((chunk+1)*each, d.rows); row++ {
		picture, window := row/g.Out[0], row%g.Out[0]
		for k := range g.Size[0] {
			y := window*g.Stride[0] + k*g.Dilation[0] - g.Before[0]
			if y < 0 || y >= g.In[0] {
				continue
			}
			line := d.x[(picture*g.In[0]+y)*g.In[1]*c:][:g.In[1]*c]
			d.line(sums[k*g.Size[1]*c:], line, d.dy[row*g.Out[1]*c:])
		}
	}
}

// line adds what a row of results says of one row of the kernels.
func (d *depthwiseFilter) line(sums, line, dy []float32) {
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
func (d *depthwiseFilter) columns(sums, line, dy []float32, column, count int) {
	g, c := d.geometry, d.geometry.Channels
	at := func(l int) int { return column*g.Stride[1] + l*g.Dilation[1] - g.Before[1] }
	from, end := 0, g.Size[1]
	for from < end && at(from) < 0 {
		from++
	}
	for end > from && at(end-1) >= g.In[1] {
		end--
	}
	for most := len(d.engine.set.DepthwiseGradient); from < end; from += most {
		taps := min(most, end-from)
		d.engine.set.DepthwiseGradient[taps-1](&sums[from*c], &line[at(from)*c], g.Stride[1]*c, g.Dilation[1]*c, &dy[column*c], count, c)
	}
}
