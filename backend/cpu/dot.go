package cpu

import (
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// dot is a matrix product, one for each index of the batch dimensions, with
// bias and rectifier.
type dot struct {
	products                 *gemm.Multiplier
	z, x, y, bias, residual  *value
	relu, cap                bool
	stream                   bool
	left, right              factor
	batch                    extent
	packed                   *packed
	floats                   int
	partials                 *memory
	most                     int // chunks at capacity
	product                  gemm.Product
	times                    int // at the samples of the run
	leftSize, rightSize, out int
}

// manyRows is of how many rows a product is worth rounding a right factor that
// changes from run to run.
const manyRows = 64

// factor is one side of a product: lanes by depth, stored by lanes or by depth.
type factor struct {
	lanes, depth extent
	byLanes      bool
	rows         gemm.Rows
	columns      gemm.Columns
}

func (f *factor) operand() gemm.Operand {
	if f.byLanes {
		return &f.rows
	}
	return &f.columns
}

func (f *factor) resize(samples int) {
	lanes, depth := f.lanes.at(samples), f.depth.at(samples)
	f.rows.Stride, f.rows.Lanes = depth, lanes
	f.columns.Stride, f.columns.Lanes = lanes, lanes
}

func (f *factor) set(data []float32) { f.rows.Data, f.columns.Data = data, data }

// factorOf describes an operand of a plain product.
func (c *compiler) factorOf(shape tensor.Shape, batch, free, contract []int) factor {
	f := factor{lanes: extentOf(pick(shape, free)), depth: extentOf(pick(shape, contract))}
	f.rows.Set, f.columns.Set = c.set, c.set
	f.byLanes = slices.IsSorted(slices.Concat(batch, free, contract))
	return f
}

// isPlain reports whether both operands' dimensions are the batch's, then the
// free and the contracted ones, either of them first. Others are rare.
func isPlain(v *value, op graph.Dot) bool {
	leftFree, rightFree := op.Free(len(v.operands[0].typ.Shape), len(v.operands[1].typ.Shape))
	ordered := func(batch, free, contract []int) bool {
		return slices.IsSorted(slices.Concat(batch, free, contract)) || slices.IsSorted(slices.Concat(batch, contract, free))
	}
	return ordered(op.LeftBatch, leftFree, op.LeftContract) && ordered(op.RightBatch, rightFree, op.RightContract)
}

func pick(shape tensor.Shape, axes []int) tensor.Shape {
	picked := make(tensor.Shape, len(axes))
	for i, axis := range axes {
		picked[i] = shape[axis]
	}
	return picked
}

func (c *compiler) dot(u *unit) *dot {
	v := u.members[0]
	op := v.op.(graph.Dot)
	x, y := v.operands[0], v.operands[1]
	leftFree, rightFree := op.Free(len(x.typ.Shape), len(y.typ.Shape))
	left := c.factorOf(x.typ.Shape, op.LeftBatch, leftFree, op.LeftContract)
	right := c.factorOf(y.typ.Shape, op.RightBatch, rightFree, op.RightContract)
	s := &dot{
		products: c.products, z: u.result(), x: x, y: y, bias: u.bias, residual: u.residual, relu: u.relu, cap: u.cap, left: left, right: right,
		batch: extentOf(pick(x.typ.Shape, op.LeftBatch)),
	}
	rows, columns, depth := left.lanes.at(c.capacity), right.lanes.at(c.capacity), right.depth.at(c.capacity)
	streams, single := gemm.StreamChunks(rows, columns, depth), s.batch == extent{per: 1}
	s.most = 1
	switch {
	case single && !y.lasting && left.byLanes && !right.byLanes && streams > 0:
		s.stream, s.most = true, streams
	case u.bias == nil && u.residual == nil && !u.relu:
		s.most = gemm.Chunks(rows, columns, depth)
	}
	if single && !s.stream {
		s.product.BFloat16 = c.engine.options.BFloat16 && left.byLanes && s.most == 1 && (y.lasting || rows >= manyRows)
		s.floats = c.products.SizeFor(&gemm.Product{Columns: columns, Depth: depth, BFloat16: s.product.BFloat16})
		s.packed = c.packed(u, y, s.floats)
	}
	if s.most > 1 {
		s.partials = c.temporary(u, s.most*rows*columns)
	}
	return s
}

func (s *dot) resize(samples int) {
	s.left.resize(samples)
	s.right.resize(samples)
	s.times = s.batch.at(samples)
	p := &s.product
	p.Rows, p.Columns, p.Depth = s.left.lanes.at(samples), s.right.lanes.at(samples), s.left.depth.at(samples)
	p.Stride, p.ResidualStride = p.Columns, p.Columns
	p.ReLU, p.Cap = s.relu, s.cap
	p.Left, p.Right = s.left.operand(), s.right.operand()
	p.Chunks = min(s.most, gemm.Chunks(p.Rows, p.Columns, p.Depth))
	if p.Stream = s.stream && gemm.StreamChunks(p.Rows, p.Columns, p.Depth) > 0; p.Stream {
		p.Chunks = s.most
	} else if s.stream {
		p.Chunks = 1
	}
	s.leftSize, s.rightSize, s.out = p.Rows*p.Depth, p.Columns*p.Depth, p.Rows*p.Columns
}

// begin readies the product's memory.
func (s *dot) begin(samples int) {
	p := &s.product
	if s.bias != nil {
		p.Bias = s.bias.floats(samples)
	}
	if s.packed != nil {
		p.Packed = s.packed.memory.floats(s.floats)
		if s.packed.stale() {
			p.Fresh = false
		}
		p.Keep = s.packed.kept
	}
	if s.partials != nil {
		p.Partials = s.partials.floats(p.Chunks * s.out)
	}
}

// part computes rows of a product without a batch, as many as out holds, from
// the given one on.
func (s *dot) part(samples, row int, out []float32) error {
	p := &s.product
	p.Out, p.Rows = out, len(out)/p.Columns
	x, skip := s.x.floats(samples), row
	if s.left.byLanes {
		skip *= p.Depth
	}
	s.left.set(x[min(skip, len(x)):])
	s.left.rows.Lanes, s.left.columns.Lanes = p.Rows, p.Rows
	s.right.set(s.y.floats(samples))
	return s.products.Run(p)
}

func (s *dot) run(samples int) error {
	s.begin(samples)
	p := &s.product
	x, y, z := s.x.floats(samples), s.y.floats(samples), s.z.floats(samples)
	for i := range s.times {
		s.left.set(x[i*s.leftSize:])
		s.right.set(y[i*s.rightSize:])
		p.Out = z[i*s.out : (i+1)*s.out]
		if s.residual != nil {
			p.Residual = s.residual.floats(samples)[i*s.out : (i+1)*s.out]
		}
		if err := s.products.Run(p); err != nil {
			return err
		}
	}
	return nil
}
