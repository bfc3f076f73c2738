package conv

// Algorithm is a way of computing convolutions.
type Algorithm uint8

// The algorithms.
const (
	// Automatic is the one that suits the sizes and the processor.
	Automatic Algorithm = iota
	// Product multiplies matrices of patches and kernels; it does all sizes.
	Product
	// Depthwise multiplies vectors, where every filter sees one channel of its own.
	Depthwise
)

// A forwardAlgorithm convolves pictures of one size.
type forwardAlgorithm interface {
	packedSize() int  // elements of Packed
	scratchSize() int // elements of Scratch per worker
	run(f *Forward, y, x, w []float32, pictures int) error
}

// An inputAlgorithm computes the gradient with respect to pictures of one size.
type inputAlgorithm interface {
	packedSize() int
	scratchSize() int
	phaseSize(pictures int) int
	run(in *Input, dx, dy, w []float32, pictures int) error
}

// A filterAlgorithm computes the gradient with respect to kernels of one size.
type filterAlgorithm interface {
	partialsSize(pictures int) int
	scratchSize() int
	run(f *Filter, dw, x, dy []float32, pictures int) error
}

func (e *Engine) chooseForward(g *Geometry) forwardAlgorithm {
	switch e.algorithm(g) {
	case Depthwise:
		return &depthwiseForward{engine: e, geometry: g}
	default:
		return newProductForward(e, g)
	}
}

func (e *Engine) chooseInput(g *Geometry) inputAlgorithm {
	switch e.algorithm(g) {
	case Depthwise:
		return &depthwiseInput{engine: e, geometry: g}
	default:
		return newProductInput(e, g)
	}
}

func (e *Engine) chooseFilter(g *Geometry) filterAlgorithm {
	switch e.algorithm(g) {
	case Depthwise:
		return &depthwiseFilter{engine: e, geometry: g}
	default:
		return newProductFilter(e, g)
	}
}

// algorithm decides how convolutions of a size are computed.
func (e *Engine) algorithm(g *Geometry) Algorithm {
	if g.depthwise() {
		return Depthwise
	}
	return Product
}

type depthwiseForward struct {
	engine   *Engine
	geometry *Geometry
}

func (d *depthwiseForward) packedSize() int  { return 0 }
func (d *depthwiseForward) scratchSize() int { return 0 }

func (d *depthwiseForward) run(f *Forward, y, x, w []float32, pictures int) error {
	return d.engine.depthwise(d.geometry, forwardDepthwise, y, x, w, f, pictures)
}

type depthwiseInput struct {
	engine   *Engine
	geometry *Geometry
}

func (d *depthwiseInput) packedSize() int   { return 0 }
func (d *depthwiseInput) scratchSize() int  { return 0 }
func (d *depthwiseInput) phaseSize(int) int { return 0 }

func (d *depthwiseInput) run(_ *Input, dx, dy, w []float32, pictures int) error {
	return d.engine.depthwise(d.geometry, backwardDepthwise, dx, dy, w, nil, pictures)
}

type depthwiseFilter struct {
	engine   *Engine
	geometry *Geometry
}

func (d *depthwiseFilter) scratchSize() int { return 0 }

func (d *depthwiseFilter) partialsSize(pictures int) int {
	return depthwiseChunks(d.geometry, pictures) * d.geometry.taps() * d.geometry.Channels
}

func (d *depthwiseFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	return d.engine.depthwiseFilter(d.geometry, dw, x, dy, f.Partials, pictures)
}
