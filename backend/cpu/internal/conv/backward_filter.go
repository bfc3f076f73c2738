package conv

// Filter is the gradient of a convolution with respect to its kernels.
type Filter struct {
	engine    *Engine
	geometry  Geometry
	algorithm filterAlgorithm

	// Partials is memory of PartialsSize elements.
	Partials []float32
	// Which, unless nil, says that dy is the gradient of the results' maxima of
	// 2×2, and which of the four each is, as Forward.Which does; see
	// Engine.UnpoolsFilter.
	Which []uint8
	// Sums, unless nil, gets the sums of dy over all pixels, which are the
	// gradient of a bias. Only algorithms that take Which make them.
	Sums []float32
	// Scratch is memory of ScratchSize elements for every worker.
	Scratch [][]float32
}

// Filter prepares a gradient.
func (e *Engine) Filter(g Geometry) *Filter {
	return &Filter{engine: e, geometry: g, algorithm: e.chooseFilter(&g)}
}

// PartialsSize returns the elements that Partials needs for a number of pictures.
func (f *Filter) PartialsSize(pictures int) int { return f.algorithm.partialsSize(pictures) }

// ScratchSize returns the elements that every worker's Scratch needs.
func (f *Filter) ScratchSize() int { return f.algorithm.scratchSize() }

// Run computes the gradient dw from pictures x and the gradient dy of the result.
func (f *Filter) Run(dw, x, dy []float32, pictures int) error {
	if pictures == 0 {
		clear(dw)
		clear(f.Sums)
		return nil
	}
	return f.algorithm.run(f, dw, x, dy, pictures)
}

// join adds up the sums of all chunks, in order.
func (f *Filter) join(sums []float32) {
	clear(f.Sums)
	for ; len(sums) > 0 && len(f.Sums) > 0; sums = sums[len(f.Sums):] {
		f.engine.set.Add(f.Sums, f.Sums, sums)
	}
}

// UnpoolsFilter reports whether the algorithm for a gradient takes Which.
func (e *Engine) UnpoolsFilter(g Geometry) bool {
	switch e.choose(&g, filterTask) {
	case Winograd4, Winograd2:
		return g.Filters%e.set.Lanes == 0
	case Depthwise:
		return false
	}
	return !g.pointwise() && g.fewChannels()
}
