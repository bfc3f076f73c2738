package graph

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/tensor"
)

// Dot multiplies and sums over pairs of dimensions, for every combination of
// the others: the general matrix product. The result's dimensions are the
// batch ones, the left operand's free ones, then the right operand's.
type Dot struct {
	primitive
	LeftContract, RightContract []int
	LeftBatch, RightBatch       []int
}

// MatMul contracts n's last dimension with the first one of w: (..., k) by
// (k, m) gives (..., m).
func (n *Node) MatMul(w *Node) *Node {
	return Apply(Dot{LeftContract: []int{n.Rank() - 1}, RightContract: []int{0}}, n, w)
}

// Contract is the general product; see Dot.
func Contract(d Dot, left, right *Node) *Node { return Apply(d, left, right) }

func (Dot) Name() string { return "dot_general" }

func (d Dot) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 2); err != nil {
		return Type{}, err
	}
	if err := expectFloat(operands...); err != nil {
		return Type{}, err
	}
	left, right := operands[0].Shape, operands[1].Shape
	if len(d.LeftContract) != len(d.RightContract) || len(d.LeftBatch) != len(d.RightBatch) {
		return Type{}, fmt.Errorf("contracted dimensions %v and %v, batch dimensions %v and %v do not pair up",
			d.LeftContract, d.RightContract, d.LeftBatch, d.RightBatch)
	}
	leftPaired := slices.Concat(d.LeftBatch, d.LeftContract)
	rightPaired := slices.Concat(d.RightBatch, d.RightContract)
	if err := checkAxes(leftPaired, len(left)); err != nil {
		return Type{}, fmt.Errorf("left operand: %w", err)
	}
	if err := checkAxes(rightPaired, len(right)); err != nil {
		return Type{}, fmt.Errorf("right operand: %w", err)
	}
	for i, axis := range leftPaired {
		if left[axis] != right[rightPaired[i]] {
			return Type{}, fmt.Errorf("extent %d of dimension %d meets %d of dimension %d", left[axis], axis, right[rightPaired[i]], rightPaired[i])
		}
	}
	shape := pick(left, d.LeftBatch)
	shape = append(shape, pick(left, without(len(left), leftPaired))...)
	shape = append(shape, pick(right, without(len(right), rightPaired))...)
	return Type{operands[0].DType, shape}, nil
}

// Free returns the dimensions of both operands that are neither contracted
// nor batch ones.
func (d Dot) Free(leftRank, rightRank int) (left, right []int) {
	return without(leftRank, slices.Concat(d.LeftBatch, d.LeftContract)),
		without(rightRank, slices.Concat(d.RightBatch, d.RightContract))
}

func pick(shape tensor.Shape, axes []int) tensor.Shape {
	picked := make(tensor.Shape, len(axes))
	for i, axis := range axes {
		picked[i] = shape[axis]
	}
	return picked
}

func without(rank int, axes []int) []int {
	var rest []int
	for axis := range rank {
		if !slices.Contains(axes, axis) {
			rest = append(rest, axis)
		}
	}
	return rest
}

// Gradient of z = x·y: each operand's is the upstream gradient contracted
// with the other operand over the other's free dimensions, its dimensions
// put back in order.
func (d Dot) Gradient(n, upstream *Node) []*Node {
	x, y := n.operands[0], n.operands[1]
	leftFree, rightFree := d.Free(x.Rank(), y.Rank())
	batch := sequence(0, len(d.LeftBatch))
	leftAt := sequence(len(batch), len(leftFree))
	rightAt := sequence(len(batch)+len(leftFree), len(rightFree))

	dx := Contract(Dot{LeftContract: rightAt, RightContract: rightFree, LeftBatch: batch, RightBatch: d.RightBatch}, upstream, y)
	dx = dx.Transpose(restore(d.LeftBatch, leftFree, paired(d.LeftContract, d.RightContract))...)
	dy := Contract(Dot{LeftContract: leftFree, RightContract: leftAt, LeftBatch: d.LeftBatch, RightBatch: batch}, x, upstream)
	dy = dy.Transpose(restore(d.RightBatch, paired(d.RightContract, d.LeftContract), rightFree)...)
	return []*Node{dx, dy}
}

// paired returns own axes in the order in which their partners ascend, which
// is the order of the partner's free dimensions in a product.
func paired(own, partner []int) []int {
	order := sequence(0, len(own))
	slices.SortFunc(order, func(i, j int) int { return partner[i] - partner[j] })
	sorted := make([]int, len(own))
	for i, at := range order {
		sorted[i] = own[at]
	}
	return sorted
}

// restore returns the permutation that puts dimensions, which now stand in
// the order of the given groups of axes, back to their places.
func restore(groups ...[]int) []int {
	now := slices.Concat(groups...)
	permutation := make([]int, len(now))
	for position, axis := range now {
		permutation[axis] = position
	}
	return permutation
}

func sequence(from, count int) []int {
	numbers := make([]int, count)
	for i := range numbers {
		numbers[i] = from + i
	}
	return numbers
}

func (d Dot) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	x, y := operands[0], operands[1]
	leftFree, rightFree := d.Free(len(x.Shape), len(y.Shape))
	leftSteps, rightSteps := strides(x.Shape), strides(y.Shape)
	contracted := pick(x.Shape, d.LeftContract)
	each(out.Shape, func(position int, index []int) {
		left, right := 0, 0
		for i, at := range index {
			switch free := i - len(d.LeftBatch); {
			case free < 0:
				left += at * leftSteps[d.LeftBatch[i]]
				right += at * rightSteps[d.RightBatch[i]]
			case free < len(leftFree):
				left += at * leftSteps[leftFree[free]]
			default:
				right += at * rightSteps[rightFree[free-len(leftFree)]]
			}
		}
		each(contracted, func(_ int, k []int) {
			l, r := left, right
			for i, at := range k {
				l += at * leftSteps[d.LeftContract[i]]
				r += at * rightSteps[d.RightContract[i]]
			}
			out.Values[position] += x.Values[l] * y.Values[r]
		})
	})
	return out, nil
}
