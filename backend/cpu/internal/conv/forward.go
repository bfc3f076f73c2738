package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// Forward is a convolution with an optional bias and rectifier. Prepare one
// with Engine.Forward, then set the memory and Run it.
type Forward struct {
	engine   *Engine
	geometry Geometry
	patches  patches
	kernels  gemm.Columns
	product  gemm.Product

	// Bias, one number per filter or nil, is added to the result; then, with
	// ReLU, negative results become zero.
	Bias []float32
	ReLU bool
	// Packed is memory of PackedSize elements for the packed kernels. Fresh
	// says that it holds them already; Run sets it when that has come true.
	Packed []float32
	Fresh  bool
}

// Forward prepares a convolution.
func (e *Engine) Forward(g Geometry) *Forward {
	f := &Forward{engine: e, geometry: g}
	channels, filters := g.perGroup()
	f.patches.view = view{
		set: e.set, extent: g.In, pixel: g.Channels, channels: channels,
		grid: g.Out, stride: g.Stride, taps: g.forwardTaps(), zeros: e.zeros,
	}
	f.patches.measure()
	f.kernels = gemm.Columns{Set: e.set, Stride: g.Filters, Lanes: filters}
	f.product = gemm.Product{Columns: filters, Depth: g.taps() * channels, Left: &f.patches, Right: &f.kernels, Stride: g.Filters}
	return f
}

// PackedSize returns the elements that Packed needs.
func (f *Forward) PackedSize() int {
	if f.geometry.depthwise() {
		return 0
	}
	return f.geometry.Groups * f.engine.products.PackedSize(f.product.Columns, f.product.Depth)
}

// Run convolves pictures x with kernels w into y.
func (f *Forward) Run(y, x, w []float32, pictures int) error {
	g := &f.geometry
	if pictures == 0 {
		return nil
	}
	if g.depthwise() {
		return f.engine.depthwise(g, forwardDepthwise, y, x, w, f.Bias, f.ReLU, pictures)
	}
	channels, filters := g.perGroup()
	f.patches.pictures = pictures
	f.product.Rows = pictures * g.outPixels()
	f.product.ReLU = f.ReLU
	size := len(f.Packed) / g.Groups
	fresh := f.Fresh
	for group := range g.Groups {
		f.patches.data = x[group*channels:]
		f.kernels.Data = w[group*filters:]
		f.product.Out = y[group*filters:]
		if f.product.Bias = nil; f.Bias != nil {
			f.product.Bias = f.Bias[group*filters : (group+1)*filters]
		}
		if f.product.Packed = nil; f.Packed != nil {
			f.product.Packed = f.Packed[group*size : (group+1)*size]
		}
		f.product.Fresh = fresh
		if err := f.engine.products.Run(&f.product); err != nil {
			return err
		}
		f.Fresh = f.product.Fresh
	}
	return nil
}
