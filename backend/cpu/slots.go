package cpu

import (
	"slices"
	"unsafe"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// slot is the channels of a joined value that one of its parts is. What makes
// the part writes it there, so that joining copies nothing.
type slot struct {
	whole   *value // the outermost concatenation
	channel int    // the first of the part's
}

// assignSlots finds the parts that can be written into the whole.
func (c *compiler) assignSlots() {
	for _, v := range slices.Backward(c.values) {
		op, ok := v.op.(graph.Concatenation)
		if !ok || v.typ.DType != tensor.Float32 || len(v.typ.Shape) != 4 || op.Axis != 3 || v.unit.lasting() {
			continue
		}
		s := slot{whole: v}
		if v.slot != nil {
			s = *v.slot
		}
		for _, part := range v.operands {
			if part.fitsSlot(v) {
				part.slot = &slot{s.whole, s.channel}
			}
			s.channel += part.typ.Shape[3]
		}
	}
}

// fitsSlot reports whether nobody but the concatenation reads the part, and
// what makes it can leave gaps between pixels.
func (v *value) fitsSlot(whole *value) bool {
	first := slices.Index(whole.operands, v)
	if v.unit == nil || !v.serves(whole) || slices.Contains(whole.operands[first+1:], v) || v.isAlias() || v.lasting {
		return false
	}
	if _, ok := v.op.(graph.Concatenation); ok {
		return true
	}
	if v.unit.pooled != nil {
		return v == v.unit.pooled.last
	}
	_, ok := v.unit.members[0].op.(graph.Convolution)
	return ok && v.unit.kind == product && v == v.unit.result()
}

// bindSlots gives the parts their place in the whole's memory, which is
// needed from the first of them on.
func (c *compiler) bindSlots() {
	for _, v := range c.values {
		if v.slot == nil {
			continue
		}
		whole := v.slot.whole.memory
		whole.first = min(whole.first, v.unit.position)
		v.memory = &memory{}
		c.slotted = append(c.slotted, v)
	}
}

// placeSlots follows the arena's allocation.
func (c *compiler) placeSlots() {
	for _, v := range c.slotted {
		size := 4
		if v.rounded {
			size = 2
		}
		v.memory.base = unsafe.Add(v.slot.whole.memory.base, size*v.slot.channel)
	}
}

// isJoined reports whether every part of a concatenation lies in its place.
func (v *value) isJoined() bool {
	_, ok := v.op.(graph.Concatenation)
	return ok && !slices.ContainsFunc(v.operands, func(part *value) bool { return part.slot == nil })
}

// apart returns the elements from one pixel of pictures to the next.
func (v *value) apart() int {
	if v.slot != nil {
		return v.slot.whole.typ.Shape[3]
	}
	return v.typ.Shape[3]
}

// pixels views count pictures from the first one on, with the gaps between pixels.
func (v *value) pixels(first, count int) []float32 { return pixelsOf[float32](v, first, count) }

func pixelsOf[T any](v *value, first, count int) []T {
	size, apart := v.typ.Shape[1]*v.typ.Shape[2], v.apart()
	length := max(0, (count*size-1)*apart+v.typ.Shape[3])
	return elementsOf[T](v.memory, first*size*apart+length)[first*size*apart:]
}
