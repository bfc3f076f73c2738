package conv

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// Depthwise convolutions have one filter per channel: they are vectors times
// vectors along the channels, without any matrix. Pixels of a row are computed
// in blocks whose sums stay in registers; those whose window reaches out of the
// picture, one by one with the taps that stay.

type depthwiseForward struct {
	engine *Engine
	rows   channelwise
}

func newDepthwiseForward(e *Engine, g *Geometry) *depthwiseForward {
	return &depthwiseForward{engine: e, rows: e.channelwise(view{
		set: e.set, extent: g.In, pixel: g.Channels, channels: g.Channels,
		grid: g.Out, stride: g.Stride, taps: g.forwardTaps(),
	}, [2]int{}, [2]int{1, 1}, g.Out)}
}

func (d *depthwiseForward) packedSize() int  { return 0 }
func (d *depthwiseForward) scratchSize() int { return 0 }

func (d *depthwiseForward) run(f *Forward, y, x, w []float32, pictures int) error {
	d.rows.forward, d.rows.pixel = f, f.outStride()
	return d.engine.pool.Run(d.rows.prepare(y, x, w, pictures), &d.rows)
}

// depthwiseInput is the gradient with respect to the pictures: the pixels that
// the same taps reach, stride apart, are convolved together.
type depthwiseInput struct {
	engine *Engine
	phases []*channelwise
}

func newDepthwiseInput(e *Engine, g *Geometry) *depthwiseInput {
	d := &depthwiseInput{engine: e}
	for y := range min(g.Stride[0], g.In[0]) {
		for x := range min(g.Stride[1], g.In[1]) {
			first := [2]int{y, x}
			rows := e.channelwise(view{
				set: e.set, extent: g.Out, pixel: g.Channels, channels: g.Channels,
				grid: g.phase(first), stride: [2]int{1, 1}, taps: g.backwardTaps(first),
			}, first, g.Stride, g.In)
			d.phases = append(d.phases, &rows)
		}
	}
	return d
}

func (d *depthwiseInput) packedSize() int   { return 0 }
func (d *depthwiseInput) scratchSize() int  { return 0 }
func (d *depthwiseInput) phaseSize(int) int { return 0 }

func (d *depthwiseInput) run(_ *Input, dx, dy, w []float32, pictures int) error {
	for _, phase := range d.phases {
		if err := d.engine.pool.Run(phase.prepare(dx, dy, w, pictures), phase); err != nil {
			return err
		}
	}
	return nil
}

// channelwise convolves every channel of a view by itself.
type channelwise struct {
	from   view
	tables [][]int // per worker: where the taps of a block read pictures and weights

	first, apart [2]int // where the grid's positions lie in the result
	extent       [2]int // of the result
	pixel        int    // elements from one pixel of the result to the next

	w, out  []float32
	forward *Forward // what to add and whether to rectify; nil for nothing
}

func (e *Engine) channelwise(from view, first, apart, extent [2]int) channelwise {
	from.measure()
	c := channelwise{from: from, first: first, apart: apart, extent: extent, pixel: from.pixel, tables: make([][]int, e.pool.Workers())}
	for i := range c.tables {
		c.tables[i] = make([]int, 0, 2*len(from.taps)+1)
	}
	return c
}

// prepare sets the memory and returns the number of rows.
func (c *channelwise) prepare(out, from, w []float32, pictures int) int {
	c.out, c.from.data, c.w = out, from, w
	return pictures * c.from.grid[0]
}

// Do computes one row of the grid.
func (c *channelwise) Do(item, worker int) {
	v := &c.from
	columns := v.grid[1]
	first, _ := v.clip(v.reach[1][0], 0, columns)
	_, end := v.clip(v.reach[1][1], 0, columns)
	end = max(first, end)
	for column := range first {
		c.compute(item, worker, column, 1, 1)
	}
	if n, most := end-first, len(v.set.Depthwise); n > 0 {
		blocks := (n + most - 1) / most
		size, larger := n/blocks, n%blocks
		if larger > 0 {
			c.compute(item, worker, first, size+1, larger)
		}
		c.compute(item, worker, first+larger*(size+1), size, blocks-larger)
	}
	for column := end; column < columns; column++ {
		c.compute(item, worker, column, 1, 1)
	}
}

// compute does blocks of columns that see the same taps.
func (c *channelwise) compute(item, worker, column, size, blocks int) {
	v := &c.from
	picture, row := item/v.grid[0], item%v.grid[0]
	table := c.tables[worker]
	for _, t := range v.taps {
		y, x := row*v.stride[0]+t.dy, column*v.stride[1]+t.dx
		if y >= 0 && y < v.extent[0] && x >= 0 && x < v.extent[1] {
			table = append(table, (y*v.extent[1]+x)*v.pixel, t.kernel*v.pixel)
		}
	}
	var bias, residual *float32
	mode := kernel.Mode(0)
	if f := c.forward; f != nil {
		mode = f.mode()
		if f.Bias != nil {
			bias = &f.Bias[0]
		}
		if f.Residual != nil {
			residual = &f.Residual[(item*v.grid[1]+column)*v.pixel]
		}
	}
	y, x := c.first[0]+row*c.apart[0], c.first[1]+column*c.apart[1]
	out := &c.out[((picture*c.extent[0]+y)*c.extent[1]+x)*c.pixel]
	v.set.DepthwiseFor(size, v.stride[1]*v.pixel, table)(out, c.apart[1]*c.pixel, &v.data[picture*v.extent[0]*v.extent[1]*v.pixel], v.stride[1]*v.pixel,
		&c.w[0], &table[:1][0], len(table)/2, v.pixel, bias, residual, v.pixel, mode, blocks)
}
