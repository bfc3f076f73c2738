package conv

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// Forward is a convolution with an optional residual, bias and rectifier.
// Prepare one with Engine.Forward, then set the memory and Run it.
type Forward struct {
	engine    *Engine
	geometry  Geometry
	algorithm forwardAlgorithm

	// Bias, one number per filter or nil, is added to the result, then
	// Residual, of the result's shape or nil; then, with ReLU, negative results
	// become zero. Residual may be the result's own memory if OutStride is 0.
	Bias     []float32
	Residual []float32
	ReLU     bool
	// Cap replaces results above six by six, after the rectifier.
	Cap bool
	// OutStride is the elements from one pixel of the result to the next, 0
	// for Filters.
	OutStride int
	// Narrow says which memory holds numbers of bfloat16, in its first half, for
	// convolutions that Rounds allows; it excludes Pooled. The residual may be the
	// result's own memory if both are narrow or neither.
	Narrow struct{ Pictures, Result, Residual bool }
	// Pooled, unless nil, takes the largest of each 2×2 results side by side in
	// place of the results, which then need no memory; see Pools. It excludes
	// Residual. Which, unless nil, takes which of the four that is, the first
	// of several, before the rectifier: a byte for every maximum; with Positive
	// kernel.Nowhere if it is not above zero. OutStride is Pooled's.
	Pooled   []float32
	Which    []uint8
	Positive bool
	// Packed is memory of PackedSize elements for the packed kernels. Fresh
	// says that it holds them already; Run sets it when that has come true.
	Packed []float32
	Fresh  bool
	// Scratch is memory of ScratchSize elements for every worker.
	Scratch [][]float32
}

// Forward prepares a convolution.
func (e *Engine) Forward(g Geometry) *Forward {
	return &Forward{engine: e, geometry: g, algorithm: e.chooseForward(&g)}
}

// PackedSize returns the elements that Packed needs.
func (f *Forward) PackedSize() int { return f.algorithm.packedSize() }

// ScratchSize returns the elements that every worker's Scratch needs.
func (f *Forward) ScratchSize() int { return f.algorithm.scratchSize() }

// outStride returns the elements from one pixel of the result to the next.
func (f *Forward) outStride() int {
	if f.OutStride > 0 {
		return f.OutStride
	}
	return f.geometry.Filters
}

// mode returns what a kernel does to sums.
func (f *Forward) mode() kernel.Mode {
	mode := kernel.Mode(0)
	if f.ReLU {
		mode |= kernel.ReLU
	}
	if f.Cap {
		mode |= kernel.Cap
	}
	return mode
}

// Pools reports whether the algorithm can pool its results as it makes them.
func (f *Forward) Pools() bool {
	switch f.algorithm.(type) {
	case winogradForward, *poolingForward:
		return true
	}
	return false
}

// Rounds reports whether the algorithm multiplies in bfloat16, so that it can
// read and write such numbers.
func (f *Forward) Rounds() bool {
	p, ok := f.algorithm.(*productForward)
	return ok && p.geometry.Groups == 1 && f.engine.products.Rounds(&p.product)
}

// RoundsResult reports whether the algorithm can write bfloat16, but neither
// read nor add it.
func (f *Forward) RoundsResult() bool {
	_, ok := f.algorithm.(winogradForward)
	return ok && f.engine.BFloat16
}

// Run convolves pictures x with kernels w into y.
func (f *Forward) Run(y, x, w []float32, pictures int) error {
	if pictures == 0 {
		return nil
	}
	return f.algorithm.run(f, y, x, w, pictures)
}
