package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// pointwiseFilter is the gradient with respect to kernels of one pixel, as
// outer products of pixels with gradients of results where both lie.
type pointwiseFilter struct {
	engine   *Engine
	geometry *Geometry
	strips   int // into which the channels are cut

	x, dy, sums       []float32
	positions, chunks int
}

// pointwise reports whether every result sees the one pixel at its place, and
// there are enough of them for sums that pass through memory.
func (g *Geometry) pointwise() bool {
	const fewest = 128
	if g.Pictures > 0 && g.Pictures*g.outPixels() < fewest {
		return false
	}
	one := [2]int{1, 1}
	return g.Size == one && g.Stride == one && g.Before == [2]int{} && g.In == g.Out && g.Groups == 1 && g.Channels > 0 && g.Filters > 0
}

func newPointwiseFilter(e *Engine, g *Geometry) *pointwiseFilter {
	return &pointwiseFilter{engine: e, geometry: g, strips: ceil(g.Channels, e.set.TileRows)}
}

func (p *pointwiseFilter) scratchSize() int { return 0 }

func (p *pointwiseFilter) size() int { return p.geometry.Channels * p.geometry.Filters }

func (p *pointwiseFilter) chunksOf(pictures int) int {
	return gemm.Chunks(p.geometry.Channels, p.geometry.Filters, pictures*p.geometry.outPixels())
}

func (p *pointwiseFilter) partialsSize(pictures int) int {
	if chunks := p.chunksOf(pictures); chunks > 1 {
		return chunks * p.size()
	}
	return 0
}

func (p *pointwiseFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	p.x, p.dy, p.sums = x, dy, dw
	p.positions, p.chunks = pictures*p.geometry.outPixels(), p.chunksOf(pictures)
	if p.chunks > 1 {
		p.sums = f.Partials
	}
	if err := p.engine.pool.Run(p.chunks*p.strips, p); err != nil || p.chunks == 1 {
		return err
	}
	size := p.size()
	copy(dw, f.Partials[:size])
	for chunk := 1; chunk < p.chunks; chunk++ {
		p.engine.set.Add(dw[:size], dw, f.Partials[chunk*size:])
	}
	return nil
}

// Do sums one chunk of positions for one strip of channels.
func (p *pointwiseFilter) Do(item, _ int) {
	const together = 128 // positions whose pixels stay in the first cache
	g, set := p.geometry, p.engine.set
	chunk, strip := item/p.strips, item%p.strips
	first, next := strip*g.Channels/p.strips, (strip+1)*g.Channels/p.strips
	sums := p.sums[chunk*p.size()+first*g.Filters:][:(next-first)*g.Filters]
	clear(sums)
	end := (chunk + 1) * p.positions / p.chunks
	for from := chunk * p.positions / p.chunks; from < end; from += together {
		count := min(together, end-from)
		for filter := 0; filter < g.Filters; filter += set.TileColumns {
			filters := min(set.TileColumns, g.Filters-filter)
			set.OuterFor(next-first, filters).Add(count, &p.x[from*g.Channels+first], g.Channels,
				&p.dy[from*g.Filters+filter], g.Filters, &sums[filter], g.Filters, filters)
		}
	}
}
