package conv

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// poolingForward is a convolution of few channels that can pool its results,
// two rows of which then lie in a worker's cache.
type poolingForward struct {
	*productForward
	workers []poolingWorker

	f        *Forward
	positive int
	whole    [1]int // the segments of a window that was copied
}

// poolingWorker is what a worker pools: the four pixels of the first window of
// a row, and their numbers.
type poolingWorker struct {
	taps    [4]*float32
	numbers [4]int32
}

func newPoolingForward(e *Engine, g *Geometry) *poolingForward {
	p := &poolingForward{productForward: newProductForward(e, g, false), workers: make([]poolingWorker, e.pool.Workers())}
	for i := range p.workers {
		p.workers[i].numbers = [4]int32{0, 1, 2, 3}
	}
	return p
}

// columns returns how many results of a row are pooled.
func (p *poolingForward) columns() int { return p.geometry.Out[1] &^ 1 }

// scratchSize is for two rows of results, and for a strip of windows that
// reach out of the picture.
func (p *poolingForward) scratchSize() int {
	return 2*p.columns()*p.geometry.Filters + p.engine.set.TileRows*p.product.Depth
}

func (p *poolingForward) run(f *Forward, y, x, w []float32, pictures int) error {
	if f.Pooled == nil {
		return p.productForward.run(f, y, x, w, pictures)
	}
	p.f = f
	p.positive = 0
	if f.Positive {
		p.positive = 1
	}
	p.patches.data, p.patches.pictures = x, pictures
	p.kernels.Data, p.product.Packed, p.product.Fresh = w, f.Packed, f.Fresh
	if err := p.engine.products.Prepare(&p.product); err != nil {
		return err
	}
	f.Fresh = true
	if p.columns() == 0 {
		return nil
	}
	return p.engine.pool.Run(pictures*(p.geometry.Out[0]/2), p)
}

// Do computes one row of maxima.
func (p *poolingForward) Do(item, worker int) {
	g, results := p.geometry, p.f.Scratch[worker]
	down, line := g.Out[0]/2, p.columns()*g.Filters
	first := (item/down*g.Out[0] + item%down*2) * g.Out[1]
	p.convolve(results[:line], first, results[2*line:])
	p.convolve(results[line:2*line], first+g.Out[1], results[2*line:])

	w := &p.workers[worker]
	w.taps = [4]*float32{&results[0], &results[g.Filters], &results[line], &results[line+g.Filters]}
	across, stride := p.columns()/2, p.f.outStride()
	out := p.f.Pooled[item*across*stride:][:(across-1)*stride+g.Filters]
	if p.f.Which == nil {
		p.engine.set.MaxWindows(&out[0], stride, w.taps[:], 2*g.Filters, across, g.Filters)
	} else {
		which := &p.f.Which[item*across*g.Filters]
		p.engine.set.FirstMaxima(&out[0], stride, w.taps[:], 2*g.Filters, across, g.Filters, which, &w.numbers[0], p.positive)
	}
	if stride == g.Filters {
		p.rectify(out)
		return
	}
	for pixel := 0; pixel < len(out); pixel += stride {
		p.rectify(out[pixel:][:g.Filters])
	}
}

// convolve computes a row of results, the lanes from first on, with their bias.
func (p *poolingForward) convolve(out []float32, first int, scratch []float32) {
	g, set, depth := p.geometry, p.engine.set, p.product.Depth
	columns := p.columns()
	strips := ceil(columns, set.TileRows)
	for strip := range strips {
		from, end := strip*columns/strips, (strip+1)*columns/strips
		_, step := p.patches.Line()
		offsets, length := p.patches.Segments()
		at, ok := p.patches.At(first+from, end-from)
		if !ok {
			p.patches.Gather(scratch, depth, depth, first+from, end-from)
			at, step, offsets, length = &scratch[0], depth, p.whole[:], depth
		}
		for filter := 0; filter < g.Filters; filter += set.TileColumns {
			filters := min(set.TileColumns, g.Filters-filter)
			var bias *float32
			if p.f.Bias != nil {
				bias = &p.f.Bias[filter]
			}
			set.StridedFor(end-from, filters).Multiply(at, step, &offsets[0], len(offsets), length, &p.product.Packed[filter*depth],
				&out[from*g.Filters+filter], g.Filters, filters, bias, nil, 0, 0)
		}
	}
}

// rectify does to maxima what the mode asks for.
func (p *poolingForward) rectify(out []float32) {
	mode := p.f.mode()
	if mode&kernel.ReLU != 0 {
		p.engine.set.ReLU(out, out)
	}
	if mode&kernel.Cap != 0 {
		for i, v := range out {
			out[i] = min(v, 6)
		}
	}
}
