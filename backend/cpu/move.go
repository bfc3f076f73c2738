package cpu

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// move carries elements from operands to other places: transposing, cutting,
// padding, reversing and joining, of any type.
type move struct {
	pool  *pool.Pool
	value *value
	parts []part

	current *part
	fill    bool // the result is set to value first
	pad     float64
}

// part is what comes from one operand: a grid of elements that are stepped
// over differently at both ends. Steps and offsets count elements.
type part struct {
	from     *value
	start    []int // index in the operand of the grid's first element
	stride   []int // steps along the operand's dimensions
	target   []int // index in the result of the grid's first element
	spread   []int // steps along the result's dimensions
	axes     []int // which dimension of the operand each of the grid's is
	grid     tensor.Shape
	size     int
	resolved grid
}

// grid is a part at the samples of a run.
type grid struct {
	rank           int
	extents        [tensor.MaxRank]int
	read, write    [tensor.MaxRank]int // steps
	first, reaches int
	from, to       unsafe.Pointer
	together       int // indices of the outermost dimension in one item
}

// divide makes items large enough to be worth handing out.
func (g *grid) divide() {
	const elementsPerItem = 1 << 13
	inner := 1
	for _, extent := range g.extents[1:g.rank] {
		inner *= extent
	}
	g.together = max(1, elementsPerItem/inner)
}

func (c *compiler) move(v *value) *move {
	m := &move{pool: c.pool, value: v}
	switch op := v.op.(type) {
	case graph.Transpose:
		p := whole(v.operands[0], v.typ.Shape)
		p.axes = op.Permutation
		m.parts = []part{p}
	case graph.Slice:
		p := whole(v.operands[0], v.typ.Shape)
		p.start, p.stride = op.Start, op.Stride
		m.parts = []part{p}
	case graph.Reverse:
		p := whole(v.operands[0], v.typ.Shape)
		for _, axis := range op.Axes {
			p.stride[axis], p.start[axis] = -1, -1
		}
		m.parts = []part{p}
	case graph.Concatenation:
		at := 0
		for _, operand := range v.operands {
			if operand.slot != nil {
				at += operand.typ.Shape[op.Axis]
				continue
			}
			p := whole(operand, operand.typ.Shape)
			p.target[op.Axis] = at
			at += operand.typ.Shape[op.Axis]
			m.parts = append(m.parts, p)
		}
	case graph.Pad:
		m.fill, m.pad = true, op.Value
		m.parts = []part{kept(v, op)}
	}
	return m
}

// whole is an operand put at the beginning of the result.
func whole(from *value, shape tensor.Shape) part {
	n := len(shape)
	p := part{
		from: from, grid: shape.Clone(), size: from.typ.DType.Size(),
		start: make([]int, n), stride: make([]int, n), target: make([]int, n), spread: make([]int, n), axes: make([]int, n),
	}
	for i := range n {
		p.stride[i], p.spread[i], p.axes[i] = 1, 1, i
	}
	return p
}

// kept is what padding keeps of its operand: negative padding cuts off.
func kept(v *value, op graph.Pad) part {
	p := whole(v.operands[0], v.operands[0].typ.Shape)
	for i, extent := range p.grid {
		if extent == graph.Batch {
			continue
		}
		step := op.Interior[i] + 1
		first := max(0, (-op.Low[i]+step-1)/step) // the first element that stays
		room := v.typ.Shape[i] - (op.Low[i] + first*step)
		p.start[i], p.spread[i], p.target[i] = first, step, op.Low[i]+first*step
		p.grid[i] = max(0, min(extent-first, (room+step-1)/step))
	}
	return p
}

func (m *move) resize(samples int) {
	for i := range m.parts {
		m.parts[i].resize(m.value.typ.Shape, samples)
	}
}

// resize computes steps, leaving out dimensions of extent 1 and joining
// neighbours that are stepped over as one.
func (p *part) resize(result tensor.Shape, samples int) {
	var readSteps, writeSteps [tensor.MaxRank]int
	lay := func(steps *[tensor.MaxRank]int, shape tensor.Shape) {
		step := 1
		for i := len(shape) - 1; i >= 0; i-- {
			steps[i] = step
			step *= resolved(shape[i], samples)
		}
	}
	operand := p.from.typ.Shape
	lay(&readSteps, operand)
	lay(&writeSteps, result)
	g := grid{}
	for i, extent := range p.grid {
		axis := p.axes[i]
		start := p.start[axis]
		if start < 0 { // from the end
			start += resolved(operand[axis], samples)
		}
		extent = resolved(extent, samples)
		read, write := p.stride[axis]*readSteps[axis], p.spread[i]*writeSteps[i]
		g.first += start * readSteps[axis]
		g.reaches += p.target[i] * writeSteps[i]
		if extent == 1 {
			continue
		}
		if last := g.rank - 1; last >= 0 && g.read[last] == read*extent && g.write[last] == write*extent {
			g.extents[last] *= extent
			g.read[last], g.write[last] = read, write
			continue
		}
		g.extents[g.rank], g.read[g.rank], g.write[g.rank] = extent, read, write
		g.rank++
	}
	if g.rank < 2 { // the outermost dimension is what workers share
		copy(g.extents[1:], g.extents[:g.rank])
		copy(g.read[1:], g.read[:g.rank])
		copy(g.write[1:], g.write[:g.rank])
		g.extents[0], g.read[0], g.write[0] = 1, 0, 0
		g.rank++
	}
	if g.rank < 2 {
		g.extents[1], g.read[1], g.write[1] = 1, 1, 1
		g.rank++
	}
	p.resolved = g
}

func resolved(extent, samples int) int {
	if extent == graph.Batch {
		return samples
	}
	return extent
}

func (m *move) run(samples int) error {
	if m.fill {
		m.spreadValue(m.value.extent().at(samples))
	}
	for i := range m.parts {
		p := &m.parts[i]
		if p.resolved.empty() {
			continue
		}
		m.current = p
		p.resolved.from, p.resolved.to = p.from.memory.base, m.value.memory.base
		p.resolved.divide()
		if err := m.pool.Run((p.resolved.extents[0]+p.resolved.together-1)/p.resolved.together, m); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) empty() bool {
	for _, extent := range g.extents[:g.rank] {
		if extent == 0 {
			return true
		}
	}
	return false
}

// spreadValue fills the result with the padding's value.
func (m *move) spreadValue(count int) {
	var one [1]float64
	one[0] = m.pad
	size := m.value.typ.DType.Size()
	if count == 0 {
		return
	}
	m.value.memory.narrow(one[:], m.value.typ.DType, 0)
	bytes := elementsOf[byte](m.value.memory, count*size)
	for filled := size; filled < len(bytes); filled *= 2 {
		copy(bytes[filled:], bytes[:filled])
	}
}

// Do carries what lies at some indices of the outermost dimension.
func (m *move) Do(item, _ int) {
	g := &m.current.resolved
	for i := item * g.together; i < min((item+1)*g.together, g.extents[0]); i++ {
		switch m.current.size {
		case 1:
			carry[uint8](g, i)
		case 2:
			carry[uint16](g, i)
		case 4:
			carry[uint32](g, i)
		case 8:
			carry[uint64](g, i)
		}
	}
}

func carry[T uint8 | uint16 | uint32 | uint64](g *grid, item int) {
	var index [tensor.MaxRank]int
	at, to := g.first+item*g.read[0], g.reaches+item*g.write[0]
	size := int(unsafe.Sizeof(T(0)))
	last := g.rank - 1
	for {
		source, target := unsafe.Add(g.from, at*size), unsafe.Add(g.to, to*size)
		if g.read[last] == 1 && g.write[last] == 1 {
			copy(unsafe.Slice((*T)(target), g.extents[last]), unsafe.Slice((*T)(source), g.extents[last]))
		} else {
			read, write := g.read[last]*size, g.write[last]*size
			for i := range g.extents[last] {
				*(*T)(unsafe.Add(target, i*write)) = *(*T)(unsafe.Add(source, i*read))
			}
		}
		axis := last - 1
		for ; axis > 0; axis-- {
			index[axis]++
			at, to = at+g.read[axis], to+g.write[axis]
			if index[axis] < g.extents[axis] {
				break
			}
			at, to = at-index[axis]*g.read[axis], to-index[axis]*g.write[axis]
			index[axis] = 0
		}
		if axis <= 0 {
			return
		}
	}
}
