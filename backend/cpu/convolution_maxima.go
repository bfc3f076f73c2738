package cpu

import (
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// The gradients of a convolution before a max pooling need not see the
// pooling's gradient scattered to the convolution's results, most of which get
// none: some algorithms read where the maxima were.

// inputOfMaxima is the gradient with respect to pictures of a convolution
// whose results, of a shape, were pooled. The operands are the maxima's
// numbers, their gradients and the kernels.
type inputOfMaxima struct {
	graph.ConvolutionInput
	result tensor.Shape
}

// filterOfMaxima is the gradient with respect to kernels. The operands are
// the pictures, the maxima's numbers and their gradients.
type filterOfMaxima struct {
	graph.ConvolutionFilter
	result tensor.Shape
}

// convolveMaxima puts these two in the place of the gradients that read a
// scattered one, where all its readers can do without.
func (c *compiler) convolveMaxima(values []*value) []*value {
	for i, v := range values {
		v.id = i
		if op, ok := v.op.(scatterMaxima); !ok || v.root || !isHalving(op.Window) || !c.allUnpool(v) {
			continue
		}
		which, gradient := v.operands[0], v.operands[1]
		for _, user := range v.users {
			switch op := user.op.(type) {
			case graph.ConvolutionInput:
				user.op, user.operands = inputOfMaxima{op, v.typ.Shape}, []*value{which, gradient, user.operands[1]}
			case graph.ConvolutionFilter:
				user.op, user.operands = filterOfMaxima{op, v.typ.Shape}, []*value{user.operands[0], which, gradient}
			}
		}
	}
	return values
}

// allUnpool reports whether all that read a scattered gradient are gradients
// of convolutions by algorithms that can read it where it was. Sums of it do
// so already.
func (c *compiler) allUnpool(v *value) bool {
	for _, user := range v.users {
		switch op := user.op.(type) {
		case wonSum:
		case graph.ConvolutionInput:
			g := geometry(op.Convolution, user.typ.Shape, v.typ.Shape, user.pictures(c.capacity))
			if user.operands[1] == v || !c.convolutions(g).UnpoolsInput(g) {
				return false
			}
		case graph.ConvolutionFilter:
			x := user.operands[0]
			if x == v {
				return false
			}
			g := geometry(op.Convolution, x.typ.Shape, v.typ.Shape, x.pictures(c.capacity))
			if !c.convolutions(g).UnpoolsFilter(g) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (c *compiler) convolutionInputOfMaxima(u *unit, op inputOfMaxima) step {
	v := u.result()
	return c.inputStep(u, op.ConvolutionInput, v, op.result, v.operands[0], v.operands[1], v.operands[2])
}

func (c *compiler) convolutionFilterOfMaxima(u *unit, op filterOfMaxima) step {
	v := u.members[0]
	s := c.filterStep(u, op.ConvolutionFilter, v, op.result, v.operands[0], v.operands[1], v.operands[2])
	s.sum = u.summed
	return s
}

// fuseSum makes the unit of a gradient with respect to kernels that also sums
// what it reads of the maxima's gradient: the gradient of the bias.
func fuseSum(v *value) *unit {
	if _, ok := v.op.(filterOfMaxima); !ok {
		return nil
	}
	pictures, which, gradient := v.operands[0], v.operands[1], v.operands[2]
	for _, user := range gradient.users {
		_, ok := user.op.(wonSum)
		if ok && user.operands[0] == which && user.operands[1] == gradient && pictures.id < user.id { // so not made from the sum
			u := &unit{kind: single, summed: user}
			u.take(v)
			u.take(user)
			return u
		}
	}
	return nil
}
