package conv

import (
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// winogradFilter is the gradient with respect to 3×3 kernels after Winograd:
//
//	Gᵀ [ Σ (Bᵀ d B) ⊙ (A y Aᵀ) ] G
//
// over all tiles d of the pictures and y of the result's gradient. The tiles
// are cut into chunks that depend on the sizes alone, summed apart and then
// added in order, so that the bits are the same at any number of workers.
type winogradFilter struct {
	set        *kernel.Set
	pool       *pool.Pool
	transforms *kernel.Winograd

	grid              tiling
	channels, filters int
	depth, width      int // both, rounded up to what the kernels sum at a time
	most              int // tiles at a time

	dw, x, dy []float32
	partials  []float32
	scratch   [][]float32
	tiles     int
	chunks    int
}

// filterTiles is how many bytes of transformed tiles a worker makes at a time.
// Fewer tiles would read and write the sums more often.
const filterTiles = 1 << 20

func newWinogradFilter(e *Engine, g *Geometry, a Algorithm) *winogradFilter {
	results := a.results()
	w := &winogradFilter{
		set: e.set, pool: e.pool, transforms: e.set.WinogradFor(results),
		channels: g.Channels, filters: g.Filters,
		grid: tiling{in: g.In, out: g.Out, before: g.Before, results: results},
	}
	w.grid.divide()
	w.depth, w.width = roundUp(g.Channels, e.set.Lanes), roundUp(g.Filters, e.set.TileColumns)
	w.most = min(max(filterTiles/4/(w.planes()*(w.depth+w.width)), 16), 128)
	return w
}

func (w *winogradFilter) planes() int { return w.grid.extent() * w.grid.extent() }

// plane returns the elements of one plane of sums.
func (w *winogradFilter) plane() int { return oddLines(w.depth * w.width) }

func (w *winogradFilter) partialsSize(pictures int) int {
	return w.divide(pictures*w.grid.perPicture()) * w.planes() * w.plane()
}

// divide returns into how many chunks some tiles are cut.
func (w *winogradFilter) divide(tiles int) int {
	const most, least = 8, 2 // chunks, and blocks of tiles in a chunk
	return max(1, min(tiles/(least*w.most), most))
}

func (w *winogradFilter) scratchSize() int {
	n := w.grid.extent()
	return w.planes()*(oddLines(w.most*w.depth)+oddLines(w.most*w.width)) + n*n*max(w.depth, w.width)
}

func (w *winogradFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	w.dw, w.x, w.dy, w.partials, w.scratch = dw, x, dy, f.Partials, f.Scratch
	w.tiles = pictures * w.grid.perPicture()
	w.chunks = w.divide(w.tiles)
	if err := w.pool.Run(w.chunks, w); err != nil {
		return err
	}
	return w.pool.Run(ceil(w.channels, channelsAtOnce), (*winogradSums)(w))
}

// Do sums one chunk.
func (w *winogradFilter) Do(chunk, worker int) {
	size := w.planes() * w.plane()
	sums := w.partials[chunk*size : (chunk+1)*size]
	from, to := w.tiles*chunk/w.chunks, w.tiles*(chunk+1)/w.chunks
	blocks := ceil(to-from, w.most)
	for block := range blocks {
		first := from + (to-from)*block/blocks
		w.sum(sums, w.scratch[worker], first, from+(to-from)*(block+1)/blocks-first, min(block, 1))
	}
}

// sum adds some tiles' products to the sums, or sets these.
func (w *winogradFilter) sum(sums, scratch []float32, first, tiles, add int) {
	lanes := w.set.Lanes
	pixels, results := oddLines(tiles*w.depth), oddLines(tiles*w.width)
	x, scratch := scratch[:w.planes()*pixels], scratch[w.planes()*pixels:]
	y, memory := scratch[:w.planes()*results], scratch[w.planes()*results:]
	px := patch{set: w.set, apply: w.transforms.Pictures, size: w.grid.extent(), extent: w.grid.in, channels: w.channels}
	py := patch{set: w.set, apply: w.transforms.Gradients, size: w.grid.results, extent: w.grid.out, channels: w.filters}
	at := w.grid.locate(first)
	for i := range tiles {
		row, column := at.y*w.grid.results, at.x*w.grid.results
		px.spread(x[i*lanes:], pixels, tiles*lanes, w.x, at.picture, row-w.grid.before[0], column-w.grid.before[1], memory)
		py.spread(y[i*lanes:], results, tiles*lanes, w.dy, at.picture, row, column, memory)
		w.grid.advance(&at)
	}
	for plane := range w.planes() {
		for filter := 0; filter < w.width; filter += w.set.TileColumns {
			w.set.AccumulateTiles(tiles, w.depth/lanes, &x[plane*pixels], &y[plane*results+filter*tiles], tiles*lanes,
				&sums[plane*w.plane()+filter], w.width, add)
		}
	}
}

// channelsAtOnce is how many channels' sums one item joins.
const channelsAtOnce = 8

// winogradSums is the loop that joins the chunks and transforms them back.
type winogradSums winogradFilter

// Do joins some channels.
func (s *winogradSums) Do(item, _ int) {
	w := (*winogradFilter)(s)
	first := item * channelsAtOnce
	count := min(channelsAtOnce, w.channels-first)
	size := w.planes() * w.plane()
	for plane := range w.planes() {
		at := plane*w.plane() + first*w.width
		total := w.partials[at : at+count*w.width]
		for chunk := 1; chunk < w.chunks; chunk++ {
			w.set.Add(total, total, w.partials[chunk*size+at:][:len(total)])
		}
	}
	for filter := 0; filter < w.filters; filter += w.set.Lanes {
		w.transforms.KernelGradients(&w.dw[first*w.filters+filter], w.channels*w.filters, w.filters,
			&w.partials[first*w.width+filter], w.plane(), w.width, count, min(w.set.Lanes, w.filters-filter))
	}
}
