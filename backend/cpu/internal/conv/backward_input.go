package conv

// Input is the gradient of a convolution with respect to its pictures, which
// is also the transposed convolution.
type Input struct {
	engine    *Engine
	geometry  Geometry
	algorithm inputAlgorithm

	// Packed is memory of PackedSize elements for the packed kernels. Fresh
	// says that it holds them already; Run sets it when that has come true.
	Packed []float32
	Fresh  bool
	// Phase is memory of PhaseSize elements.
	Phase []float32
	// Which, unless nil, says that dy is the gradient of the results' maxima of
	// 2×2, and which of the four each is, as Forward.Which does; see
	// Engine.UnpoolsInput.
	Which []uint8
	// Scratch is memory of ScratchSize elements for every worker.
	Scratch [][]float32
}

// Input prepares a gradient.
func (e *Engine) Input(g Geometry) *Input {
	return &Input{engine: e, geometry: g, algorithm: e.chooseInput(&g)}
}

// PackedSize returns the elements that Packed needs.
func (in *Input) PackedSize() int { return in.algorithm.packedSize() }

// PhaseSize returns the elements that Phase needs for a number of pictures.
func (in *Input) PhaseSize(pictures int) int { return in.algorithm.phaseSize(pictures) }

// ScratchSize returns the elements that every worker's Scratch needs.
func (in *Input) ScratchSize() int { return in.algorithm.scratchSize() }

// Run computes the gradient dx from the gradient dy of the result and kernels w.
func (in *Input) Run(dx, dy, w []float32, pictures int) error {
	if pictures == 0 {
		return nil
	}
	return in.algorithm.run(in, dx, dy, w, pictures)
}

// UnpoolsInput reports whether the algorithm for a gradient takes Which.
func (e *Engine) UnpoolsInput(g Geometry) bool {
	a := e.choose(&g, inputTask)
	return (a == Winograd4 || a == Winograd2) && g.Filters%e.set.Lanes == 0
}
