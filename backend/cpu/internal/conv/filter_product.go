package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// productFilter is the gradient as a matrix product of windows and results.
type productFilter struct {
	engine   *Engine
	geometry *Geometry
	windows  windows
	results  gemm.Columns
	product  gemm.Product
}

func newProductFilter(e *Engine, g *Geometry) *productFilter {
	f := &productFilter{engine: e, geometry: g}
	channels, filters := g.perGroup()
	f.windows.view = view{
		set: e.set, extent: g.In, pixel: g.Channels, channels: channels,
		grid: g.Out, stride: g.Stride, taps: g.forwardTaps(), zeros: e.zeros,
	}
	f.windows.measure()
	f.results = gemm.Columns{Set: e.set, Stride: g.Filters, Lanes: filters}
	f.product = gemm.Product{Rows: g.taps() * channels, Columns: filters, Left: &f.windows, Right: &f.results, Stride: filters}
	return f
}

func (p *productFilter) scratchSize() int { return 0 }

func (p *productFilter) partialsSize(pictures int) int {
	size := p.product.Rows * p.product.Columns
	need := p.chunks(pictures) * size
	if p.geometry.Groups > 1 {
		need += size
	}
	return need
}

func (p *productFilter) chunks(pictures int) int {
	return gemm.Chunks(p.product.Rows, p.product.Columns, pictures*p.geometry.outPixels())
}

func (p *productFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	g := p.geometry
	channels, filters := g.perGroup()
	p.windows.pictures = pictures
	p.product.Depth = pictures * g.outPixels()
	p.product.Chunks = p.chunks(pictures)
	size := p.product.Rows * p.product.Columns
	p.product.Partials = f.Partials
	for group := range g.Groups {
		p.windows.data = x[group*channels:]
		p.results.Data = dy[group*filters:]
		p.product.Out = dw
		if g.Groups > 1 {
			p.product.Out = f.Partials[p.product.Chunks*size : (p.product.Chunks+1)*size]
		}
		if err := p.engine.products.Run(&p.product); err != nil {
			return err
		}
		if g.Groups > 1 {
			for row := range p.product.Rows {
				copy(dw[row*g.Filters+group*filters:][:filters], p.product.Out[row*filters:])
			}
		}
	}
	return nil
}
