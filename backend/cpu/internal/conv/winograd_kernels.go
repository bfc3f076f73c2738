package conv

// kernelsAtOnce is how many channels' kernels of a panel one item transforms.
const kernelsAtOnce = 32

// winogradKernels is the loop that transforms the kernels.
type winogradKernels winograd

// pack transforms the kernels into memory of packedSize elements.
func (w *winograd) pack() error {
	return w.pool.Run(w.panels*ceil(w.channels, kernelsAtOnce), (*winogradKernels)(w))
}

// Do transforms some channels of a panel.
func (k *winogradKernels) Do(item, worker int) {
	w := (*winograd)(k)
	width, lanes := w.set.TileColumns, w.set.Lanes
	blocks := ceil(w.channels, kernelsAtOnce)
	panel, first := item/blocks, item%blocks*kernelsAtOnce
	count := min(kernelsAtOnce, w.channels-first)
	memory := w.run.kernels[panel*w.planes()*w.panel():]
	if first+count == w.channels { // channels that fill up a register
		for plane := range w.planes() {
			clear(memory[plane*w.panel()+w.channels*width : plane*w.panel()+w.depth*width])
		}
	}
	src, tap, step := k.source(panel*width, first, count, worker)
	for lane := 0; lane < min(width, w.filters-panel*width); lane += lanes {
		used := lanes
		if !w.turned {
			used = min(lanes, w.filters-panel*width-lane)
		}
		from := src[lane:]
		if w.turned {
			from = src[8*count*width+lane:]
		}
		w.transforms.Kernels(&memory[first*width+lane], w.panel(), width, &from[0], tap, step, count, used)
	}
}

// source returns where the kernels of some channels lie, how far apart their
// elements are and how far the channels: for turned ones in scratch, where
// filters and channels have changed places, back to front.
func (k *winogradKernels) source(filter, first, count, worker int) (src []float32, tap, step int) {
	w, width := (*winograd)(k), k.set.TileColumns
	weights := w.run.weights
	if !w.turned {
		return weights[first*w.filters+filter:], w.channels * w.filters, w.filters
	}
	src = w.run.scratch[worker]
	rows := w.rows[worker]
	for at := range 9 {
		for i := range rows {
			channel := filter + min(i, w.filters-filter-1)
			rows[i] = &weights[(at*w.filters+channel)*w.channels+first]
		}
		w.set.Transpose(src[at*count*width:][:count*width], width, rows, count)
	}
	return src, -count * width, width
}

// winogradForward is a convolution after Winograd.
type winogradForward struct{ *winograd }

func newWinogradForward(e *Engine, g *Geometry, a Algorithm) forwardAlgorithm {
	return winogradForward{newWinograd(e, g, a, false)}
}

func (w winogradForward) run(f *Forward, y, x, weights []float32, pictures int) error {
	w.setPooled(f.Pooled != nil)
	r := &w.winograd.run
	*r = winogradRun{
		out: y, in: x, kernels: f.Packed, weights: weights, bias: f.Bias, residual: f.Residual,
		stride: f.outStride(), mode: f.mode(), scratch: f.Scratch, rounds: f.Narrow.Result,
	}
	if w.pooled {
		r.out, r.which = f.Pooled, f.Which
		if f.Positive {
			r.positive = 1
		}
	}
	if !f.Fresh {
		if err := w.pack(); err != nil {
			return err
		}
		f.Fresh = true
	}
	return w.convolve(pictures)
}

// setPooled makes tiles of what pooling reads alone, or of all results.
func (w *winograd) setPooled(pooled bool) {
	w.pooled = pooled
	for i, extent := range w.grid.out {
		if pooled {
			extent &^= 1
		}
		w.grid.tiles[i] = ceil(extent, w.grid.results)
	}
}

// winogradInput is the gradient with respect to the pictures after Winograd.
type winogradInput struct{ *winograd }

func newWinogradInput(e *Engine, g *Geometry, a Algorithm) inputAlgorithm {
	return winogradInput{newWinograd(e, g, a, true)}
}

func (w winogradInput) phaseSize(int) int { return 0 }

func (w winogradInput) run(in *Input, dx, dy, weights []float32, pictures int) error {
	w.winograd.run = winogradRun{out: dx, in: dy, which: in.Which, kernels: in.Packed, weights: weights, stride: w.filters, scratch: in.Scratch}
	if !in.Fresh {
		if err := w.pack(); err != nil {
			return err
		}
		in.Fresh = true
	}
	return w.convolve(pictures)
}
