package conv

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// winograd is a convolution by 3×3 kernels at stride 1 after Winograd: tiles
// of the pictures and the kernels are transformed, multiplied in as many
// planes as a tile has numbers, and transformed back. The gradient with
// respect to the pictures is such a convolution too, by turned kernels.
//
// A worker takes some tiles at a time, so few that what lies between the
// transforms stays in its second cache. A NaN or an infinity in a picture
// reaches all results of the tiles that read it, where a direct convolution
// would spoil only the windows that contain it.
type winograd struct {
	set        *kernel.Set
	pool       *pool.Pool
	transforms *kernel.Winograd
	turned     bool

	grid              tiling
	pooled            bool // out is the maxima of 2×2 results
	channels, filters int
	depth             int // channels, rounded up to registers
	panels            int // of a tile's width of filters
	most              int // tiles at a time
	rows              [][]*float32

	run winogradRun
}

// winogradRun is what a run works on.
type winogradRun struct {
	out, in, kernels []float32
	weights          []float32 // as the variable holds them
	bias, residual   []float32
	which            []uint8 // of pooled results, or of what they handed back; nil for none
	positive         int
	stride           int // of the result's pixels
	mode             kernel.Mode
	rounds           bool // out holds bfloat16
	scratch          [][]float32

	tiles, each int // all tiles, and those of an item
	parts       int // into which the panels are divided
}

// A worker's transformed tiles should stay in its second cache. Where reading
// the kernels once for so few tiles would take longer than computing, they may
// be more, and lie in the third.
const (
	secondCache = 680 << 10
	thirdCache  = 5 << 19
	fewKernels  = 5 << 20 // bytes
)

// results returns the side of an algorithm's tiles.
func (a Algorithm) results() int {
	if a == Winograd2 {
		return 2
	}
	return 4
}

func newWinograd(e *Engine, g *Geometry, a Algorithm, turned bool) *winograd {
	results := a.results()
	w := &winograd{
		set: e.set, pool: e.pool, transforms: e.set.WinogradFor(results), turned: turned,
		channels: g.Channels, filters: g.Filters,
		grid: tiling{in: g.In, out: g.Out, before: g.Before, results: results},
	}
	if turned {
		w.channels, w.filters = g.Filters, g.Channels
		w.grid.in, w.grid.out = g.Out, g.In
		w.grid.before = [2]int{2 - g.Before[0], 2 - g.Before[1]}
	}
	w.grid.divide()
	w.depth, w.panels = roundUp(w.channels, e.set.Lanes), ceil(w.filters, e.set.TileColumns)
	cache := secondCache
	if 4*w.packedSize() > fewKernels {
		cache = thirdCache
	}
	rows := e.set.TileRows
	w.most = max(1, min(cache/4/(w.planes()*(w.depth+e.set.TileColumns)), 84)/rows) * rows
	w.rows = make([][]*float32, e.pool.Workers())
	for i := range w.rows {
		w.rows[i] = make([]*float32, e.set.TileColumns+e.set.Lanes)
	}
	return w
}

func (w *winograd) planes() int { return w.grid.extent() * w.grid.extent() }

// panel returns the elements of the transformed kernels of one plane and panel.
func (w *winograd) panel() int { return oddLines(w.depth * w.set.TileColumns) }

func (w *winograd) packedSize() int { return w.panels * w.planes() * w.panel() }

// oddLines rounds up to an odd number of cache lines, so that the same place
// in several planes falls into different sets of the first cache.
func oddLines(floats int) int { return (ceil(floats, 16) | 1) * 16 }

func ceil(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceil(a, b) * b }

// workspace is one worker's memory: transformed tiles, their products, and
// patches of pictures and results that reach over an edge.
type workspace struct {
	tiles, products []float32
	picture         []float32
	result, skip    []float32
	which           []uint8
	bias            []float32
}

// sizes returns the elements of the planes of transformed tiles and of products.
func (w *winograd) sizes(tiles int) (tile, product int) {
	whole, _, groups := w.set.PlanesFor(tiles)
	return oddLines(groups * whole.Rows * w.depth), oddLines(groups * whole.Rows * w.set.TileColumns)
}

func (w *winograd) scratchSize() int {
	tile, product := 0, 0
	for n := 1; n <= w.most; n++ { // fewer tiles may want more rows
		t, p := w.sizes(n)
		tile, product = max(tile, t), max(product, p)
	}
	n, m, width := w.grid.extent(), w.grid.results, w.set.TileColumns
	kernels := 9 * kernelsAtOnce * width
	return max(w.planes()*(tile+product)+(n+2)*(n+2)*w.depth+3*m*m*width+width, kernels)
}

func (w *winograd) workspace(scratch []float32, tile, product int) workspace {
	take := func(n int) []float32 {
		part := scratch[:n:n]
		scratch = scratch[n:]
		return part
	}
	n, patch := w.grid.extent(), w.grid.results*w.grid.results*w.set.TileColumns
	return workspace{
		tiles: take(w.planes() * tile), products: take(w.planes() * product), picture: take((n + 2) * (n + 2) * w.depth),
		result: take(patch), skip: take(patch), which: bytesOf(take(patch)), bias: take(w.set.TileColumns),
	}
}

// bytesOf is the memory of floats as bytes, as many.
func bytesOf(floats []float32) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(&floats[0])), len(floats))
}

// convolve runs over all tiles of some pictures.
func (w *winograd) convolve(pictures int) error {
	r := &w.run
	if r.tiles = pictures * w.grid.perPicture(); r.tiles == 0 {
		return nil // nothing to pool
	}
	workers := w.pool.Workers()
	r.parts = 1
	if r.tiles < 2*workers*w.set.TileRows { // every worker reads its share of the kernels
		r.parts = min(workers, w.panels)
	}
	blocks := ceil(r.tiles, w.most)
	if r.parts == 1 {
		blocks = roundUp(blocks, workers)
	}
	r.each = ceil(r.tiles, blocks)
	if rows := w.set.TileRows; r.each > 2*rows {
		r.each = min(roundUp(r.each, rows), w.most)
	}
	return w.pool.Run(ceil(r.tiles, r.each)*r.parts, w)
}

// Do computes one item: some panels of some tiles.
func (w *winograd) Do(item, worker int) {
	r := &w.run
	first := item / r.parts * r.each
	tiles := min(r.each, r.tiles-first)
	whole, half, groups := w.set.PlanesFor(tiles)
	tile, product := w.sizes(tiles)
	s := w.workspace(r.scratch[worker], tile, product)
	w.spread(&s, first, tiles, whole.Rows, tile)
	part := item % r.parts
	for panel := part * w.panels / r.parts; panel < (part+1)*w.panels/r.parts; panel++ {
		multiply := whole.Multiply
		if w.filters-panel*w.set.TileColumns <= w.set.Lanes {
			multiply = half.Multiply
		}
		kernels := r.kernels[panel*w.planes()*w.panel():]
		multiply(w.depth, groups, w.planes(), &s.tiles[0], tile, &kernels[0], w.panel(), &s.products[0], product)
		w.gather(&s, panel, first, tiles, product)
	}
}

// spread transforms tiles of the pictures, in groups of rows.
func (w *winograd) spread(s *workspace, first, tiles, rows, plane int) {
	at, r := w.grid.locate(first), &w.run
	lanes, m := w.set.Lanes, w.grid.results
	p := patch{set: w.set, apply: w.transforms.Pictures, size: w.grid.extent(), extent: w.grid.in, pixel: w.channels, channels: w.channels}
	for i := range tiles {
		to := s.tiles[i/rows*rows*w.depth+i%rows*lanes:]
		y, x := at.y*m-w.grid.before[0], at.x*m-w.grid.before[1]
		if w.turned && r.which != nil {
			p.unpool(to, plane, rows*lanes, r.in, r.which, at.picture, y, x, s.picture)
		} else {
			p.spread(to, plane, rows*lanes, r.in, at.picture, y, x, s.picture)
		}
		w.grid.advance(&at)
	}
}
