package cpu

import (
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/graph"
)

// writer turns the members of a unit into instructions. Registers are
// numbered without bounds at first; allocate gives them real ones.
type writer struct {
	set     *kernel.Set
	unit    *unit
	cluster *cluster
	places  map[*value]place
	numbers map[float64]place
	skipped map[*value]bool // members computed as part of another
	next    int

	replacements []instruction // of variables, last
}

func (c *compiler) cluster(u *unit) *cluster {
	w := &writer{
		set: c.set, unit: u, places: map[*value]place{}, numbers: map[float64]place{}, skipped: map[*value]bool{},
		cluster: &cluster{pool: c.pool, extent: u.extent(), scratch: &c.scratch},
	}
	w.cluster.tile = w.tile()
	w.skip()
	for _, member := range u.members {
		switch {
		case slices.Contains(u.sums, member):
			w.sum(c, member)
		case member != u.fed && !w.skipped[member]:
			w.member(member)
		}
	}
	w.cluster.code = append(w.cluster.code, w.replacements...)
	w.allocate()
	c.scratch.floatsNeeded = max(c.scratch.floatsNeeded, w.cluster.registers*w.cluster.tile)
	return w.cluster
}

// tile chooses a length that is a multiple of the periods with which
// broadcast operands repeat, so that they are laid out once per item.
func (w *writer) tile() int {
	tile := 1
	if len(w.unit.sums) > 0 {
		tile = w.unit.sums[0].extent().per
	}
	for _, member := range w.unit.members {
		for _, operand := range append(member.operands, member) {
			if !operand.isBroadcast() {
				continue
			}
			if period := viewOf(operand).period(); period > 0 && lcm(tile, period) <= longestTile {
				tile = lcm(tile, period)
			}
		}
	}
	return longestTile / tile * tile
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

func (w *writer) register() place {
	w.next++
	return place{register: w.next - 1}
}

func (w *writer) emit(in instruction) { w.cluster.code = append(w.cluster.code, in) }

// operand returns where the tile of an operand lies, loading it if need be.
func (w *writer) operand(v *value) place {
	if x, known := v.scalar(); known {
		return w.number(x)
	}
	if p, ok := w.places[v]; ok {
		return p
	}
	var p place
	switch {
	case v.isBroadcast() && v.unit == nil:
		p = w.broadcast(v)
	case v.typ.DType.Size() == 1:
		p = w.register()
		w.emit(instruction{load: loadBytes(v.memory), dst: p, sources: noSources})
	default:
		p = place{register: -1, memory: v.memory}
	}
	w.places[v] = p
	return p
}

// number returns a register full of one number.
func (w *writer) number(x float64) place {
	if p, ok := w.numbers[x]; ok {
		return p
	}
	p := w.register()
	w.cluster.once = append(w.cluster.once, instruction{dst: p, load: func(dst []float32, _ int) { w.set.Fill(dst, float32(x)) }})
	w.numbers[x] = p
	return p
}

func (w *writer) broadcast(v *value) place {
	view, p := viewOf(v), w.register()
	w.cluster.views = append(w.cluster.views, view)
	load := w.loadView(view, v.typ.DType.Size() == 1)
	if period := view.period(); period > 0 && w.cluster.tile%period == 0 {
		w.cluster.once = append(w.cluster.once, instruction{dst: p, load: load})
	} else {
		w.emit(instruction{dst: p, load: load, sources: noSources})
	}
	return p
}

// skip finds members that are computed as part of their only user.
func (w *writer) skip() {
	for _, member := range w.unit.members {
		if gradient := w.rectifierGradient(member); gradient != nil {
			if comparison := member.operands[0]; w.private(comparison, member) {
				w.skipped[comparison] = true
			}
			continue
		}
		if product := w.addedProduct(member); product != nil {
			w.skipped[product] = true
		}
	}
}

// private reports whether v is a member that only user reads.
func (w *writer) private(v, user *value) bool {
	return v.unit == w.unit && !v.stored() && len(v.users) == 1 && v.users[0] == user
}

// rectifierGradient returns y if v is g where y > 0 and 0 elsewhere.
func (w *writer) rectifierGradient(v *value) (y *value) {
	if _, ok := v.op.(graph.Selection); !ok || !v.operands[2].is(0) {
		return nil
	}
	c, ok := v.operands[0].op.(graph.Comparison)
	if !ok || c.Direction != graph.Greater || v.operands[0].elementwise() != narrow || !v.operands[0].operands[1].is(0) || v.operands[0].unit != w.unit {
		return nil
	}
	return v.operands[0].operands[0]
}

// addedProduct returns the member product whose only use is being added by v.
func (w *writer) addedProduct(v *value) *value {
	if op, ok := v.op.(graph.Elementwise); !ok || op.Function != graph.Add {
		return nil
	}
	for i, operand := range v.operands {
		op, ok := operand.op.(graph.Elementwise)
		if ok && op.Function == graph.Multiply && w.private(operand, v) && v.operands[1-i] != operand && !w.skipped[operand] {
			if _, known := v.operands[1-i].scalar(); !known {
				return operand
			}
		}
	}
	return nil
}

// member writes the instructions of one value.
func (w *writer) member(v *value) {
	in := w.instruction(v)
	stored, float := v.stored(), v.typ.DType.Size() == 4
	if stored && float && v.memory.into == nil {
		in.dst = place{register: -1, memory: v.memory}
	} else {
		in.dst = w.register()
	}
	w.emit(in)
	w.places[v] = in.dst
	switch {
	case stored && !float:
		w.emit(instruction{store: storeBools(v.memory), dst: nowhere, sources: [3]place{in.dst, nowhere, nowhere}})
	case stored && v.memory.into != nil:
		// A variable is replaced when the tile's last instruction has read it.
		w.replacements = append(w.replacements, instruction{
			run: func(dst, x, _, _ []float32) { copy(dst, x) },
			dst: place{register: -1, memory: v.memory}, sources: [3]place{in.dst, nowhere, nowhere},
		})
	}
}

// sum ends the cluster in a reduction.
func (w *writer) sum(c *compiler, v *value) {
	s := &sum{set: w.set, value: v, width: v.extent().per}
	w.cluster.sums = append(w.cluster.sums, s)
	w.emit(instruction{store: w.cluster.add(s), dst: nowhere, sources: [3]place{w.operand(v.operands[0]), nowhere, nowhere}})
	w.cluster.resize(c.capacity)
	s.partials = c.temporary(w.unit, w.cluster.items()*s.width)
}

func (w *writer) instruction(v *value) instruction {
	switch op := v.op.(type) {
	case graph.Broadcast:
		view := viewOf(v)
		w.cluster.views = append(w.cluster.views, view)
		return instruction{load: w.loadView(view, v.typ.DType.Size() == 1), sources: noSources}
	case graph.Comparison:
		return w.apply(comparison(w.set, op.Direction), v.operands...)
	case graph.Conversion:
		if v.typ.DType.Size() == 1 {
			return w.apply(isNot0, v.operands...)
		}
		return w.apply(func(dst, x, _, _ []float32) { copy(dst, x) }, v.operands...)
	case graph.Selection:
		if y := w.rectifierGradient(v); y != nil {
			return w.apply(func(dst, x, y, _ []float32) { w.set.ReLUGrad(dst, x, y) }, v.operands[1], y)
		}
		return w.apply(w.set.Choose, v.operands...)
	}
	return w.function(v, v.op.(graph.Elementwise).Function)
}

func (w *writer) apply(run vector, operands ...*value) instruction {
	in := instruction{run: run, sources: noSources}
	for i, operand := range operands {
		in.sources[i] = w.operand(operand)
	}
	return in
}

func (w *writer) function(v *value, f graph.Function) instruction {
	set := w.set
	if f == graph.Add {
		for i, operand := range v.operands {
			if w.skipped[operand] && w.private(operand, v) {
				return w.apply(func(dst, x, y, z []float32) { set.MulAdd(dst, x, y, z) },
					operand.operands[0], operand.operands[1], v.operands[1-i])
			}
		}
	}
	if len(v.operands) == 2 {
		if x, scale, shift, ok := linear(f, v.operands[0], v.operands[1]); ok {
			return w.apply(func(dst, x, _, _ []float32) { set.ScaleShift(dst, x, scale, shift) }, x)
		}
	}
	return w.apply(vectorFunction(set, f), v.operands...)
}

// linear recognises a function of one operand and a known number as x·scale + shift.
func linear(f graph.Function, x, y *value) (operand *value, scale, shift float32, ok bool) {
	if number, known := y.scalar(); known {
		switch n := float32(number); f {
		case graph.Add:
			return x, 1, n, true
		case graph.Subtract:
			return x, 1, -n, true
		case graph.Multiply:
			return x, n, 0, true
		}
	}
	if number, known := x.scalar(); known {
		switch n := float32(number); f {
		case graph.Add:
			return y, 1, n, true
		case graph.Subtract:
			return y, -1, n, true
		case graph.Multiply:
			return y, n, 0, true
		}
	}
	return nil, 0, 0, false
}
