package cpu

import (
	"math"

	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// wideCluster is a loop over elementwise operations on any types, computed in
// float64, which holds integers up to 2⁵³ exactly.
type wideCluster struct {
	pool     *pool.Pool
	extent   extent
	code     []wideInstruction
	views    []*view
	scratch  *scratch
	elements int
}

// wideTile is the length of a tile.
const wideTile = 256

// wideInstruction fills register number dst, then stores it if memory is set.
type wideInstruction struct {
	run     func(dst, x, y, z []float64)
	load    func(dst []float64, start int)
	sources [3]int
	dst     int
	memory  *memory
	dtype   tensor.DType
}

func (c *compiler) wideCluster(u *unit) *wideCluster {
	w := &wideCluster{pool: c.pool, extent: u.result().extent(), scratch: &c.scratch}
	registers := map[*value]int{}
	emit := func(v *value, in wideInstruction) {
		in.dst = len(w.code)
		registers[v] = in.dst
		w.code = append(w.code, in)
	}
	for _, member := range u.members {
		var in wideInstruction
		if member.isBroadcast() {
			in = w.loadView(member)
		} else {
			in.run = wideFunction(member)
			for i, operand := range member.operands {
				if _, loaded := registers[operand]; !loaded {
					emit(operand, w.loadOperand(operand))
				}
				in.sources[i] = registers[operand]
			}
		}
		if member.stored() {
			in.memory, in.dtype = member.memory, member.typ.DType
		}
		emit(member, in)
	}
	c.scratch.doublesNeeded = max(c.scratch.doublesNeeded, len(w.code)*wideTile)
	return w
}

func (w *wideCluster) loadOperand(v *value) wideInstruction {
	if x, known := v.scalar(); known {
		return wideInstruction{load: func(dst []float64, _ int) {
			for i := range dst {
				dst[i] = x
			}
		}}
	}
	if v.isBroadcast() && v.unit == nil {
		return w.loadView(v)
	}
	return wideInstruction{load: func(dst []float64, start int) { v.memory.wide(dst, v.typ.DType, start) }}
}

func (w *wideCluster) loadView(v *value) wideInstruction {
	view, dtype := viewOf(v), v.typ.DType
	w.views = append(w.views, view)
	return wideInstruction{load: func(dst []float64, start int) {
		view.each(start, len(dst), func(at, from, step, length int) {
			if step == 1 {
				view.memory.wide(dst[at:at+length], dtype, from)
				return
			}
			for i := range length {
				view.memory.wide(dst[at+i:at+i+1], dtype, from+i*step)
			}
		})
	}}
}

func (w *wideCluster) resize(samples int) {
	w.elements = w.extent.at(samples)
	for _, v := range w.views {
		v.resize(samples)
	}
}

func (w *wideCluster) run(int) error {
	const each = wideTile * tilesPerItem
	return w.pool.Run((w.elements+each-1)/each, w)
}

// Do runs the tiles of one item.
func (w *wideCluster) Do(item, worker int) {
	registers := w.scratch.doubles[worker]
	start := item * wideTile * tilesPerItem
	end := min(start+wideTile*tilesPerItem, w.elements)
	for ; start < end; start += wideTile {
		count := min(wideTile, end-start)
		tile := func(register int) []float64 { return registers[register*wideTile : register*wideTile+count] }
		for i := range w.code {
			in := &w.code[i]
			if in.load != nil {
				in.load(tile(in.dst), start)
			} else {
				in.run(tile(in.dst), tile(in.sources[0]), tile(in.sources[1]), tile(in.sources[2]))
			}
		}
		for i := range w.code {
			if in := &w.code[i]; in.memory != nil {
				in.memory.narrow(tile(in.dst), in.dtype, start)
			}
		}
	}
}

// wideFunction returns the operation of a value on tiles.
func wideFunction(v *value) func(dst, x, y, z []float64) {
	switch op := v.op.(type) {
	case graph.Comparison:
		return wideBinary(func(x, y float64) float64 { return truth(op.Direction.Holds(x, y)) })
	case graph.Selection:
		return func(dst, x, y, z []float64) {
			for i := range dst {
				if dst[i] = z[i]; x[i] != 0 {
					dst[i] = y[i]
				}
			}
		}
	case graph.Conversion:
		return wideBinary(conversion(op.To))
	}
	return wideBinary(scalarFunction(v.op.(graph.Elementwise).Function))
}

func wideBinary(f func(x, y float64) float64) func(dst, x, y, z []float64) {
	return func(dst, x, y, _ []float64) {
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	}
}

// conversion returns what changing to a type does to a number within a cluster.
func conversion(to tensor.DType) func(x, _ float64) float64 {
	switch {
	case to == tensor.Bool:
		return func(x, _ float64) float64 { return truth(x != 0) }
	case !to.IsFloat():
		return func(x, _ float64) float64 { return math.Trunc(x) }
	case to == tensor.Float32:
		return func(x, _ float64) float64 { return float64(float32(x)) }
	}
	return func(x, _ float64) float64 { return x }
}
