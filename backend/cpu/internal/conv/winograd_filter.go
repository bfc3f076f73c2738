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
	which     []uint8 // if dy is maxima's
	partials  []float32
	totals    []float32 // of dy, for every chunk; nil if nobody asks
	scratch   [][]float32
	tiles     int
	chunks    int
	parts     int // into which the filters are divided, where chunks are few
}

// filterTiles is how many bytes of transformed tiles a worker makes at a time.
// Fewer tiles would read and write the sums more often.
const filterTiles = 5 << 19

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
	return w.divide(pictures*w.grid.perPicture()) * (w.planes()*w.plane() + w.width)
}

// divide returns into how many chunks some tiles are cut.
func (w *winogradFilter) divide(tiles int) int {
	const most, least, largest = 8, 2, 1 << 23 // chunks, blocks of tiles in a chunk, numbers in all sums
	return max(1, min(tiles/(least*w.most), most, largest/(w.planes()*w.plane()))&^1)
}

// begin returns a chunk's first tile. Chunks get smaller from pair to pair, so
// that a worker slower than another leaves little to wait for at the end: of
// n chunks the pair p has n/2 + 1 − p shares.
func (w *winogradFilter) begin(chunk int) int {
	before := func(chunk int) int {
		shares := 0
		for i := range chunk {
			shares += w.chunks/2 + 1 - i/2
		}
		return shares
	}
	return w.tiles * before(chunk) / before(w.chunks)
}

func (w *winogradFilter) scratchSize() int {
	n := w.grid.extent()
	return w.planes()*(oddLines(w.most*w.depth)+oddLines(w.most*w.width)) + n*n*max(w.depth, w.width)
}

func (w *winogradFilter) run(f *Filter, dw, x, dy []float32, pictures int) error {
	w.dw, w.x, w.dy, w.which, w.partials, w.scratch = dw, x, dy, f.Which, f.Partials, f.Scratch
	w.tiles = pictures * w.grid.perPicture()
	w.chunks = w.divide(w.tiles)
	w.parts = min(ceil(w.pool.Workers(), w.chunks/2+1), w.width/w.set.TileColumns)
	if w.totals = nil; f.Sums != nil {
		w.totals = w.partials[w.chunks*w.planes()*w.plane():][:w.chunks*w.filters]
		clear(w.totals)
	}
	if err := w.pool.Run(w.chunks*w.parts, w); err != nil {
		return err
	}
	f.join(w.totals)
	return w.pool.Run(ceil(w.channels, channelsAtOnce), (*winogradSums)(w))
}

// Do sums one chunk for some filters.
func (w *winogradFilter) Do(item, worker int) {
	chunk, part := item/w.parts, item%w.parts
	size, panels := w.planes()*w.plane(), w.width/w.set.TileColumns
	s := filterSums{
		winogradFilter: w, sums: w.partials[chunk*size : (chunk+1)*size], scratch: w.scratch[worker],
		filter: part * panels / w.parts * w.set.TileColumns, end: (part + 1) * panels / w.parts * w.set.TileColumns,
	}
	if w.totals != nil {
		s.totals = w.totals[chunk*w.filters:][:w.filters]
	}
	from, to := w.begin(chunk), w.begin(chunk+1)
	blocks := ceil(to-from, w.most)
	for block := range blocks {
		first := from + (to-from)*block/blocks
		s.add(first, from+(to-from)*(block+1)/blocks-first, min(block, 1))
	}
}

// filterSums is the sums of one item.
type filterSums struct {
	*winogradFilter
	sums, scratch []float32
	totals        []float32
	filter, end   int
}

// add adds some tiles' products to the sums, or sets these.
func (s *filterSums) add(first, tiles, add int) {
	lanes, m, count := s.set.Lanes, s.grid.results, s.end-s.filter
	pixels, results := oddLines(tiles*s.depth), oddLines(tiles*count)
	x, rest := s.scratch[:s.planes()*pixels], s.scratch[s.planes()*pixels:]
	y, memory := rest[:s.planes()*results], rest[s.planes()*results:]
	px := patch{set: s.set, apply: s.transforms.Pictures, size: s.grid.extent(), extent: s.grid.in, pixel: s.channels, channels: s.channels}
	py := patch{
		set: s.set, apply: s.transforms.Gradients, size: m, extent: s.grid.out, pixel: s.filters,
		first: s.filter, channels: min(s.filters, s.end) - s.filter,
	}
	at := s.grid.locate(first)
	for i := range tiles {
		px.spread(x[i*lanes:], pixels, tiles*lanes, s.x, at.picture, at.y*m-s.grid.before[0], at.x*m-s.grid.before[1], memory)
		if s.which != nil {
			py.unpool(y[i*lanes:], results, tiles*lanes, s.dy, s.which, at.picture, at.y*m, at.x*m, memory)
		} else {
			py.spread(y[i*lanes:], results, tiles*lanes, s.dy, at.picture, at.y*m, at.x*m, memory)
		}
		s.grid.advance(&at)
	}
	for plane := range s.planes() {
		for filter := 0; filter < count; filter += s.set.TileColumns {
			s.set.AccumulateTiles(tiles, s.depth/lanes, &x[plane*pixels], &y[plane*results+filter*tiles], tiles*lanes,
				&s.sums[plane*s.plane()+s.filter+filter], s.width, add)
		}
	}
	if s.totals == nil {
		return
	}
	// A is all ones in its second row, so that this plane holds the tiles' sums.
	ones := y[(s.grid.extent()+1)*results:]
	for filter := 0; filter < py.channels; filter += lanes {
		s.set.AddRows(s.totals[s.filter+filter:][:lanes], &ones[filter*tiles], lanes, tiles)
	}
}

// channelsAtOnce is how many channels' sums one item joins.
const channelsAtOnce = 8

// winogradSums is the loop that joins the chunks and transforms them back.
type winogradSums winogradFilter

// Do joins some channels.
func (j *winogradSums) Do(item, _ int) {
	w := (*winogradFilter)(j)
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
