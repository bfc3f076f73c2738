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
	// Winograd4 transforms tiles of 4×4 results of 3×3 kernels at stride 1,
	// Winograd2 tiles of 2×2, which saves less and loses less.
	Winograd4
	Winograd2
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
	switch a := e.choose(g, forwardTask); a {
	case Winograd4, Winograd2:
		return newWinogradForward(e, g, a)
	case Depthwise:
		return newDepthwiseForward(e, g)
	default:
		switch {
		case e.BFloat16 && g.roundingPays():
			return newProductForward(e, g, true)
		case g.fewChannels():
			return newPoolingForward(e, g)
		}
		return newProductForward(e, g, false)
	}
}

func (e *Engine) chooseInput(g *Geometry) inputAlgorithm {
	switch a := e.choose(g, inputTask); a {
	case Winograd4, Winograd2:
		return newWinogradInput(e, g, a)
	case Depthwise:
		return newDepthwiseInput(e, g)
	default:
		return newProductInput(e, g)
	}
}

func (e *Engine) chooseFilter(g *Geometry) filterAlgorithm {
	switch a := e.choose(g, filterTask); a {
	case Winograd4, Winograd2:
		return newWinogradFilter(e, g, a)
	case Depthwise:
		return newDepthwiseFilter(e, g)
	default:
		switch {
		case g.pointwise():
			return newPointwiseFilter(e, g)
		case g.fewChannels():
			return newDirectFilter(e, g)
		}
		return newProductFilter(e, g)
	}
}

// choose decides how convolutions of a size are computed.
func (e *Engine) choose(g *Geometry, t task) Algorithm {
	switch {
	case g.depthwise():
		return Depthwise
	case e.Algorithm == Product || !g.fitsWinograd():
		return Product
	case e.Algorithm != Automatic:
		return e.Algorithm
	}
	return e.cheapest(g, t)
}

// fitsWinograd reports whether the kernels are what Winograd's transforms take.
func (g *Geometry) fitsWinograd() bool {
	one := [2]int{1, 1}
	return g.Size == [2]int{3, 3} && g.Stride == one && g.Dilation == one && g.Groups == 1 && g.Channels > 0 && g.Filters > 0 && g.outPixels() > 0
}
