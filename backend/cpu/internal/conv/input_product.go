package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// A phase is the pixels of the pictures whose row and column leave the same
// remainders when divided by the stride: the same taps of the kernels reach
// all of them. With stride 1 there is one.
type phase struct {
	first   [2]int
	patches patches
	kernels turned
	product gemm.Product
	packed  int // where its kernels begin in Packed
}

// productInput is the gradient as matrix products, one for each phase.
type productInput struct {
	engine   *Engine
	geometry *Geometry
	phases   []*phase

	scattering scattering
}

func newProductInput(e *Engine, g *Geometry) *productInput {
	in := &productInput{engine: e, geometry: g}
	at := 0
	for y := range min(g.Stride[0], g.In[0]) {
		for x := range min(g.Stride[1], g.In[1]) {
			p := in.phase([2]int{y, x})
			p.packed = at
			at += e.products.SizeFor(&p.product)
			in.phases = append(in.phases, p)
		}
	}
	return in
}

func (in *productInput) phase(first [2]int) *phase {
	e, g := in.engine, in.geometry
	channels, filters := g.perGroup()
	p := &phase{first: first}
	taps := g.backwardTaps(first)
	p.patches.view = view{
		set: e.set, extent: g.Out, pixel: g.Filters, channels: filters,
		grid: g.phase(first), stride: [2]int{1, 1}, taps: taps, zeros: e.zeros,
	}
	p.patches.measure()
	p.kernels = turned{set: e.set, channels: channels, across: g.Filters, filters: filters, taps: taps}
	p.product = gemm.Product{
		Columns: channels, Depth: len(taps) * filters, Left: &p.patches, Right: &p.kernels, Stride: g.Channels, Keep: true, BFloat16: e.BFloat16,
	}
	return p
}

// phase returns how many pixels of a picture, Stride apart, there are from first on.
func (g *Geometry) phase(first [2]int) (extent [2]int) {
	for i := range extent {
		extent[i] = (g.In[i] - first[i] + g.Stride[i] - 1) / g.Stride[i]
	}
	return extent
}

// backwardTaps lists which results the pixels first, first+stride ... went
// into, and by which kernel elements; those along a row in ascending order.
func (g *Geometry) backwardTaps(first [2]int) []tap {
	var taps []tap
	for k := g.Size[0] - 1; k >= 0; k-- {
		for l := g.Size[1] - 1; l >= 0; l-- {
			y, x := first[0]+g.Before[0]-k*g.Dilation[0], first[1]+g.Before[1]-l*g.Dilation[1]
			if y%g.Stride[0] == 0 && x%g.Stride[1] == 0 {
				taps = append(taps, tap{dy: y / g.Stride[0], dx: x / g.Stride[1], kernel: k*g.Size[1] + l})
			}
		}
	}
	return taps
}

func (in *productInput) packedSize() int {
	if len(in.phases) == 0 {
		return 0
	}
	last := in.phases[len(in.phases)-1]
	return in.geometry.Groups * (last.packed + in.engine.products.SizeFor(&last.product))
}

func (in *productInput) phaseSize(pictures int) int {
	if len(in.phases) < 2 {
		return 0
	}
	grid := in.phases[0].patches.grid // the largest
	return pictures * grid[0] * grid[1] * in.geometry.Channels
}

func (in *productInput) scratchSize() int { return 0 }

func (in *productInput) run(to *Input, dx, dy, w []float32, pictures int) error {
	fresh, all := to.Fresh, true
	for _, p := range in.phases {
		p.product.Fresh = fresh
		out := dx
		if len(in.phases) > 1 {
			out = to.Phase
		}
		if err := in.runPhase(to, p, out, dy, w, pictures); err != nil {
			return err
		}
		all = all && p.product.Fresh
		if len(in.phases) > 1 {
			in.scattering = scattering{geometry: in.geometry, phase: p, dx: dx, from: to.Phase}
			if err := in.engine.pool.Run(pictures*p.patches.grid[0], &in.scattering); err != nil {
				return err
			}
		}
	}
	to.Fresh = all
	return nil
}

func (in *productInput) runPhase(to *Input, p *phase, out, dy, w []float32, pictures int) error {
	g := in.geometry
	channels, filters := g.perGroup()
	p.patches.pictures = pictures
	p.product.Rows = p.patches.positions()
	size := in.engine.products.SizeFor(&p.product)
	each := len(to.Packed) / g.Groups
	fresh := p.product.Fresh
	for group := range g.Groups {
		p.product.Fresh = fresh
		p.patches.data = dy[group*filters:]
		p.kernels.data = w[group*filters:]
		p.product.Out = out[group*channels:]
		if p.product.Packed = nil; to.Packed != nil {
			p.product.Packed = to.Packed[group*each+p.packed:][:size]
		}
		if err := in.engine.products.Run(&p.product); err != nil {
			return err
		}
	}
	return nil
}

// scattering is the loop that puts a phase's pixels to their places, row by row.
type scattering struct {
	geometry *Geometry
	phase    *phase
	dx, from []float32
}

func (s *scattering) Do(item, _ int) {
	g, grid := s.geometry, s.phase.patches.grid
	picture, row := item/grid[0], s.phase.first[0]+item%grid[0]*g.Stride[0]
	to := s.dx[(picture*g.In[0]+row)*g.In[1]*g.Channels:][:g.In[1]*g.Channels]
	from := s.from[item*grid[1]*g.Channels:]
	for column := range grid[1] {
		at := (s.phase.first[1] + column*g.Stride[1]) * g.Channels
		copy(to[at:at+g.Channels], from[column*g.Channels:])
	}
}
