package conv

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// Input is the gradient of a convolution with respect to its pictures, which
// is also the transposed convolution.
type Input struct {
	engine   *Engine
	geometry Geometry
	phases   []*phase

	// Packed is memory of PackedSize elements for the packed kernels. Fresh
	// says that it holds them already; Run sets it when that has come true.
	Packed []float32
	Fresh  bool
	// Phase is memory of PhaseSize elements.
	Phase []float32
}

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

// Input prepares a gradient.
func (e *Engine) Input(g Geometry) *Input {
	in := &Input{engine: e, geometry: g}
	if g.depthwise() {
		return in
	}
	at := 0
	for y := range min(g.Stride[0], g.In[0]) {
		for x := range min(g.Stride[1], g.In[1]) {
			p := in.phase([2]int{y, x})
			p.packed = at
			at += e.products.PackedSize(p.product.Columns, p.product.Depth)
			in.phases = append(in.phases, p)
		}
	}
	return in
}

func (in *Input) phase(first [2]int) *phase {
	e, g := in.engine, &in.geometry
	channels, filters := g.perGroup()
	p := &phase{first: first}
	taps := g.backwardTaps(first)
	p.patches.view = view{
		set: e.set, extent: g.Out, pixel: g.Filters, channels: filters,
		stride: [2]int{1, 1}, taps: taps, zeros: e.zeros,
	}
	for i := range p.patches.grid {
		p.patches.grid[i] = (g.In[i] - first[i] + g.Stride[i] - 1) / g.Stride[i]
	}
	p.patches.measure()
	p.kernels = turned{set: e.set, channels: channels, across: g.Filters, filters: filters, taps: taps}
	p.product = gemm.Product{Columns: channels, Depth: len(taps) * filters, Left: &p.patches, Right: &p.kernels, Stride: g.Channels}
	return p
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

// PackedSize returns the elements that Packed needs.
func (in *Input) PackedSize() int {
	if len(in.phases) == 0 {
		return 0
	}
	last := in.phases[len(in.phases)-1]
	return in.geometry.Groups * (last.packed + in.engine.products.PackedSize(last.product.Columns, last.product.Depth))
}

// PhaseSize returns the elements that Phase needs for a number of pictures.
func (in *Input) PhaseSize(pictures int) int {
	if len(in.phases) < 2 {
		return 0
	}
	grid := in.phases[0].patches.grid // the largest
	return pictures * grid[0] * grid[1] * in.geometry.Channels
}

// Run computes the gradient dx from the gradient dy of the result and kernels w.
func (in *Input) Run(dx, dy, w []float32, pictures int) error {
	if pictures == 0 {
		return nil
	}
	if in.geometry.depthwise() {
		return in.engine.depthwise(&in.geometry, backwardDepthwise, dx, dy, w, nil, false, pictures)
	}
	fresh, all := in.Fresh, true
	for _, p := range in.phases {
		p.product.Fresh = fresh
		out := dx
		if len(in.phases) > 1 {
			out = in.Phase
		}
		if err := in.run(p, out, dy, w, pictures); err != nil {
			return err
		}
		all = all && p.product.Fresh
		if len(in.phases) > 1 {
			in.scatter(p, dx, pictures)
		}
	}
	in.Fresh = all
	return nil
}

func (in *Input) run(p *phase, out, dy, w []float32, pictures int) error {
	g := &in.geometry
	channels, filters := g.perGroup()
	p.patches.pictures = pictures
	p.product.Rows = p.patches.positions()
	size := in.engine.products.PackedSize(p.product.Columns, p.product.Depth)
	each := len(in.Packed) / g.Groups
	fresh := p.product.Fresh
	for group := range g.Groups {
		p.product.Fresh = fresh
		p.patches.data = dy[group*filters:]
		p.kernels.data = w[group*filters:]
		p.product.Out = out[group*channels:]
		if p.product.Packed = nil; in.Packed != nil {
			p.product.Packed = in.Packed[group*each+p.packed:][:size]
		}
		if err := in.engine.products.Run(&p.product); err != nil {
			return err
		}
	}
	return nil
}

// scatter puts a phase's pixels to their places.
func (in *Input) scatter(p *phase, dx []float32, pictures int) {
	g := &in.geometry
	from := in.Phase
	for picture := range pictures {
		for y := p.first[0]; y < g.In[0]; y += g.Stride[0] {
			for x := p.first[1]; x < g.In[1]; x += g.Stride[1] {
				copy(dx[((picture*g.In[0]+y)*g.In[1]+x)*g.Channels:][:g.Channels], from)
				from = from[g.Channels:]
			}
		}
	}
}
