package conv

// Depthwise convolutions have one filter per channel: they are vectors times
// vectors along the channels, without any matrix.

type direction int

const (
	forwardDepthwise  direction = iota // out is the result, from the pictures
	backwardDepthwise                  // out is the pictures' gradient, from the result's
)

// depthwiseRows is the loop over rows of out.
type depthwiseRows struct {
	*Engine
	g            *Geometry
	direction    direction
	out, from, w []float32
	stride       int      // of out's pixels
	forward      *Forward // what to add and whether to rectify; nil for nothing
}

func (e *Engine) depthwise(g *Geometry, d direction, out, from, w []float32, f *Forward, pictures int) error {
	e.rows = depthwiseRows{Engine: e, g: g, direction: d, out: out, from: from, w: w, stride: g.Channels, forward: f}
	if f != nil {
		e.rows.stride = f.outStride()
	}
	rows := g.Out[0]
	if d == backwardDepthwise {
		rows = g.In[0]
	}
	return e.pool.Run(pictures*rows, &e.rows)
}

// Do computes one row.
func (d *depthwiseRows) Do(item, _ int) {
	g, c := d.g, d.g.Channels
	to, from := g.Out, g.In
	if d.direction == backwardDepthwise {
		to, from = g.In, g.Out
	}
	picture, y := item/to[0], item%to[0]
	if to[1] == 0 {
		return
	}
	first := item * to[1] * d.stride
	out := d.out[first:][:(to[1]-1)*d.stride+c]
	d.begin(out, item*to[1]*c)
	for k := range g.Size[0] {
		row := y*g.Stride[0] + k*g.Dilation[0] - g.Before[0]
		if d.direction == backwardDepthwise {
			row = y + g.Before[0] - k*g.Dilation[0]
			if row%g.Stride[0] != 0 {
				continue
			}
			row /= g.Stride[0]
		}
		if row < 0 || row >= from[0] {
			continue
		}
		line := d.from[(picture*from[0]+row)*from[1]*c:][:from[1]*c]
		for l := range g.Size[1] {
			d.tap(out, line, d.w[(k*g.Size[1]+l)*c:][:c], l)
		}
	}
	if d.forward != nil {
		d.finish(out)
	}
}

// begin sets a row to the residual, whose row begins at the given element, or to zero.
func (d *depthwiseRows) begin(out []float32, residual int) {
	c := d.g.Channels
	for x := 0; x < len(out); x += d.stride {
		if d.forward == nil || d.forward.Residual == nil {
			clear(out[x : x+c])
			continue
		}
		copy(out[x:x+c], d.forward.Residual[residual:])
		residual += c
	}
}

// finish adds the bias to a row and rectifies it.
func (d *depthwiseRows) finish(out []float32) {
	for x := 0; x < len(out); x += d.stride {
		pixel := out[x : x+d.g.Channels]
		if d.forward.Bias != nil {
			d.set.Add(pixel, pixel, d.forward.Bias)
		}
		if d.forward.ReLU {
			d.set.ReLU(pixel, pixel)
		}
		if d.forward.Cap {
			d.set.Min(pixel, pixel, d.sixes)
		}
	}
}

// tap adds one kernel element's share of a row.
func (d *depthwiseRows) tap(out, line, w []float32, l int) {
	g, c := d.g, d.g.Channels
	shift := l*g.Dilation[1] - g.Before[1]
	for window := range g.Out[1] {
		x := window*g.Stride[1] + shift
		if x < 0 || x >= g.In[1] {
			continue
		}
		to, from := window*d.stride, x*c
		if d.direction == backwardDepthwise {
			to, from = x*d.stride, window*c
		}
		pixel := out[to : to+c]
		d.set.MulAdd(pixel, line[from:from+c], w, pixel)
	}
}

// depthwiseChunk is how many rows of results one partial sum covers, and
// depthwiseMost how many partial sums there are at most.
const (
	depthwiseChunk = 32
	depthwiseMost  = 64
)

func depthwiseChunks(g *Geometry, pictures int) int {
	return max(1, min(pictures*g.Out[0]/depthwiseChunk, depthwiseMost))
}

// depthwiseSums is the loop over chunks of rows.
type depthwiseSums struct {
	*Engine
	g               *Geometry
	x, dy, partials []float32
	rows, chunks    int
}

func (e *Engine) depthwiseFilter(g *Geometry, dw, x, dy, partials []float32, pictures int) error {
	chunks := depthwiseChunks(g, pictures)
	e.sums = depthwiseSums{Engine: e, g: g, x: x, dy: dy, partials: partials, rows: pictures * g.Out[0], chunks: chunks}
	if err := e.pool.Run(chunks, &e.sums); err != nil {
		return err
	}
	size := g.taps() * g.Channels
	copy(dw, partials[:size])
	for chunk := 1; chunk < chunks; chunk++ {
		e.set.Add(dw[:size], dw, partials[chunk*size:])
	}
	return nil
}

// Do sums one chunk.
func (d *depthwiseSums) Do(chunk, _ int) {
	g, c := d.g, d.g.Channels
	sums := d.partials[chunk*g.taps()*c:][:g.taps()*c]
	clear(sums)
	each := (d.rows + d.chunks - 1) / d.chunks
	for row := chunk * each; row < min((chunk+1)*each, d.rows); row++ {
		picture, window := row/g.Out[0], row%g.Out[0]
		results := d.dy[row*g.Out[1]*c:][:g.Out[1]*c]
		for k := range g.Size[0] {
			y := window*g.Stride[0] + k*g.Dilation[0] - g.Before[0]
			if y < 0 || y >= g.In[0] {
				continue
			}
			line := d.x[(picture*g.In[0]+y)*g.In[1]*c:][:g.In[1]*c]
			for l := range g.Size[1] {
				d.row(sums[(k*g.Size[1]+l)*c:][:c], line, results, l)
			}
		}
	}
}

func (d *depthwiseSums) row(sum, line, results []float32, l int) {
	g, c := d.g, d.g.Channels
	for window := range g.Out[1] {
		x := window*g.Stride[1] + l*g.Dilation[1] - g.Before[1]
		if x >= 0 && x < g.In[1] {
			d.set.MulAdd(sum, line[x*c:(x+1)*c], results[window*c:], sum)
		}
	}
}
