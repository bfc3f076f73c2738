package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// productForward is a convolution as a matrix product over patches.
type productForward struct {
	engine   *Engine
	geometry *Geometry
	patches  patches
	kernels  gemm.Columns
	product  gemm.Product
}

// newProductForward is a product of float32, or of numbers rounded to bfloat16.
func newProductForward(e *Engine, g *Geometry, rounded bool) *productForward {
	f := &productForward{engine: e, geometry: g}
	channels, filters := g.perGroup()
	f.patches.view = view{
		set: e.set, extent: g.In, pixel: g.Channels, channels: channels,
		grid: g.Out, stride: g.Stride, taps: g.forwardTaps(), zeros: e.zeros,
	}
	f.patches.measure()
	f.kernels = gemm.Columns{Set: e.set, Stride: g.Filters, Lanes: filters}
	f.product = gemm.Product{Columns: filters, Depth: g.taps() * channels, Left: &f.patches, Right: &f.kernels, Keep: true, BFloat16: rounded}
	return f
}

func (p *productForward) packedSize() int {
	return p.geometry.Groups * p.engine.products.SizeFor(&p.product)
}

func (p *productForward) scratchSize() int { return 0 }

func (p *productForward) run(f *Forward, y, x, w []float32, pictures int) error {
	g := p.geometry
	channels, filters := g.perGroup()
	p.patches.pictures = pictures
	p.product.Rows = pictures * g.outPixels()
	p.product.Stride, p.product.ResidualStride = f.outStride(), g.Filters
	p.product.ReLU, p.product.Cap = f.ReLU, f.Cap
	p.patches.narrow, p.product.NarrowOut, p.product.NarrowResidual = f.Narrow.Pictures, f.Narrow.Result, f.Narrow.Residual
	size := len(f.Packed) / g.Groups
	fresh := f.Fresh
	for group := range g.Groups {
		p.patches.data = x[group*channels:]
		p.kernels.Data = w[group*filters:]
		p.product.Out = y[group*filters:]
		if p.product.Bias = nil; f.Bias != nil {
			p.product.Bias = f.Bias[group*filters : (group+1)*filters]
		}
		if p.product.Residual = nil; f.Residual != nil {
			p.product.Residual = f.Residual[group*filters:]
		}
		if p.product.Packed = nil; f.Packed != nil {
			p.product.Packed = f.Packed[group*size : (group+1)*size]
		}
		p.product.Fresh = fresh
		if err := p.engine.products.Run(&p.product); err != nil {
			return err
		}
		f.Fresh = p.product.Fresh
	}
	return nil
}
