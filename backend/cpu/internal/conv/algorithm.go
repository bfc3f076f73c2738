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
		return newDepthwiseForward(e, g)
	default:
		return newProductForward(e, g)
	}
}

func (e *Engine) chooseInput(g *Geometry) inputAlgorithm {
	switch e.algorithm(g) {
	case Depthwise:
		return newDepthwiseInput(e, g)
	default:
		return newProductInput(e, g)
	}
}

func (e *Engine) chooseFilter(g *Geometry) filterAlgorithm {
	switch e.algorithm(g) {
	case Depthwise:
		return newDepthwiseFilter(e, g)
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
