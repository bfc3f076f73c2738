package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// Filter is the gradient of a convolution with respect to its kernels.
type Filter struct {
	engine   *Engine
	geometry Geometry
	windows  windows
	results  gemm.Columns
	product  gemm.Product

	// Partials is memory of PartialsSize elements.
	Partials []float32
}

// Filter prepares a gradient.
func (e *Engine) Filter(g Geometry) *Filter {
	f := &Filter{engine: e, geometry: g}
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

// PartialsSize returns the elements that Partials needs for a number of pictures.
func (f *Filter) PartialsSize(pictures int) int {
	g := &f.geometry
	if g.depthwise() {
		return depthwiseChunks(g, pictures) * g.taps() * g.Channels
	}
	size := f.product.Rows * f.product.Columns
	need := f.chunks(pictures) * size
	if g.Groups > 1 {
		need += size
	}
	return need
}

func (f *Filter) chunks(pictures int) int {
	return gemm.Chunks(f.product.Rows, f.product.Columns, pictures*f.geometry.outPixels())
}

// Run computes the gradient dw from pictures x and the gradient dy of the result.
func (f *Filter) Run(dw, x, dy []float32, pictures int) error {
	g := &f.geometry
	if pictures == 0 {
		clear(dw)
		return nil
	}
	if g.depthwise() {
		return f.engine.depthwiseFilter(g, dw, x, dy, f.Partials, pictures)
	}
	channels, filters := g.perGroup()
	f.windows.pictures = pictures
	f.product.Depth = pictures * g.outPixels()
	f.product.Chunks = f.chunks(pictures)
	size := f.product.Rows * f.product.Columns
	f.product.Partials = f.Partials
	for group := range g.Groups {
		f.windows.data = x[group*channels:]
		f.results.Data = dy[group*filters:]
		f.product.Out = dw
		if g.Groups > 1 {
			f.product.Out = f.Partials[f.product.Chunks*size : (f.product.Chunks+1)*size]
		}
		if err := f.engine.products.Run(&f.product); err != nil {
			return err
		}
		if g.Groups > 1 {
			for row := range f.product.Rows {
				copy(dw[row*g.Filters+group*filters:][:filters], f.product.Out[row*filters:])
			}
		}
	}
	return nil
}
