package gemm

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// Rows is a matrix whose lanes lie one after another, Stride apart, each
// contiguous along the depth: a left factor stored by rows, or the transpose of one.
type Rows struct {
	Set    *kernel.Set
	Data   []float32
	Stride int
	Lanes  int
}

// Pack implements Operand.
func (r *Rows) Pack(dst []float32, width, lane, from, depth int, rows []*float32) {
	if depth == 0 {
		return
	}
	used := min(width, r.Lanes-lane)
	for i := range used {
		rows[i] = &r.Data[(lane+i)*r.Stride+from]
	}
	for i := used; i < width+r.Set.Lanes; i++ {
		rows[i] = rows[0]
	}
	r.Set.Transpose(dst, width, rows, depth)
	clearLanes(dst, width, used)
}

// clearLanes zeroes the lanes of a panel from used on.
func clearLanes(panel []float32, width, used int) {
	if used == width {
		return
	}
	for ; len(panel) >= width; panel = panel[width:] {
		clear(panel[used:width])
	}
}

// Columns is a matrix whose lanes lie side by side, one line per depth,
// Stride apart: a right factor stored by rows, or the transpose of one.
type Columns struct {
	Set    *kernel.Set
	Data   []float32
	Stride int
	Lanes  int
}

// Pack implements Operand.
func (c *Columns) Pack(dst []float32, width, lane, from, depth int, _ []*float32) {
	if depth == 0 {
		return
	}
	used := min(width, c.Lanes-lane)
	if used < width {
		clear(dst)
	}
	c.Set.Stack(dst, width, &c.Data[from*c.Stride+lane], c.Stride, used, depth)
}

// A product of one or two rows with a stored matrix is bound by reading the
// matrix once, so nothing is packed.
const (
	thinRows    = 2
	thinColumns = 128
)

// fewRows reports whether the product is such a one.
func (m *Multiplier) fewRows() bool {
	p := m.product
	if p.Rows > thinRows || p.Chunks > 1 || p.Depth == 0 || p.Rows > 1 && p.Packed != nil && (p.Fresh || p.Keep) {
		return false // a packed factor serves two rows at the price of one
	}
	_, stored := p.Left.(*Rows)
	switch p.Right.(type) {
	case *Columns, *Rows:
		return stored
	}
	return false
}

// thin computes some columns of such a product.
type thin Multiplier

func (x *thin) Do(item, _ int) {
	p := x.product
	from, to := item*thinColumns, min((item+1)*thinColumns, p.Columns)
	left := p.Left.(*Rows)
	for row := range p.Rows {
		out := p.Out[row*p.Stride+from : row*p.Stride+to]
		line := left.Data[row*left.Stride:][:p.Depth]
		switch {
		case p.Residual != nil:
			copy(out, p.Residual[row*p.ResidualStride+from:][:len(out)])
		case !p.Accumulate:
			clear(out)
		}
		switch right := p.Right.(type) {
		case *Columns:
			x.set.Combine(out, line, &right.Data[from], right.Stride)
		case *Rows:
			for i := range out {
				out[i] += x.set.Dot(line, right.Data[(from+i)*right.Stride:][:p.Depth])
			}
		}
		if p.Bias != nil {
			x.set.Add(out, out, p.Bias[from:to])
		}
		if p.ReLU {
			x.set.ReLU(out, out)
		}
		if p.Cap {
			for i, v := range out {
				out[i] = min(v, 6)
			}
		}
	}
}
