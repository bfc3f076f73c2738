package graph

import (
	"fmt"

	"github.com/lince-ml/lince/tensor"
)

// GatherRows picks rows by number, per sample: from values (batch, rows,
// channels) and int32 numbers (batch, picks) it makes (batch, picks,
// channels). Numbers outside are moved to the nearest row.
type GatherRows struct{ primitive }

// GatherRows picks rows of n by number; see the type.
func (n *Node) GatherRows(numbers *Node) *Node { return Apply(GatherRows{}, n, numbers) }

func (GatherRows) Name() string { return "gather" }

func (GatherRows) Infer(operands []Type) (Type, error) {
	values, numbers, err := rowOperands(operands)
	if err != nil {
		return Type{}, err
	}
	if values.Shape[1] == 0 {
		return Type{}, fmt.Errorf("there are no rows to pick from")
	}
	return Type{values.DType, tensor.Shape{values.Shape[0], numbers.Shape[1], values.Shape[2]}}, nil
}

func rowOperands(operands []Type) (values, numbers Type, err error) {
	if err := expect(operands, 2); err != nil {
		return values, numbers, err
	}
	values, numbers = operands[0], operands[1]
	if len(values.Shape) != 3 || len(numbers.Shape) != 2 || numbers.DType != tensor.Int32 || values.Shape[0] != numbers.Shape[0] {
		return values, numbers, fmt.Errorf("expected values (batch, rows, channels) and int32 row numbers (batch, picks)")
	}
	if min(values.Shape[1], values.Shape[2], numbers.Shape[1]) < 0 {
		return values, numbers, fmt.Errorf("only the first dimension can be the batch")
	}
	return values, numbers, expectFloat(values)
}

func (GatherRows) Gradient(n, upstream *Node) []*Node {
	return []*Node{Apply(ScatterRows{Rows: n.operands[0].Shape()[1]}, upstream, n.operands[1]), nil}
}

func (GatherRows) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	values := operands[0]
	eachRow(values.Shape[1], values.Shape[2], operands[1], func(row, pick, channel int) {
		out.Values[pick*values.Shape[2]+channel] = values.Values[row*values.Shape[2]+channel]
	})
	return out, nil
}

// eachRow visits every channel of every picked row; row and pick count over
// the whole batch.
func eachRow(rows, channels int, numbers Array, visit func(row, pick, channel int)) {
	for pick, number := range numbers.Values {
		row := int(min(max(number, 0), float64(rows-1))) + pick/numbers.Shape[1]*rows
		for channel := range channels {
			visit(row, pick, channel)
		}
	}
}

// ScatterRows adds rows up by number, per sample: values (batch, picks,
// channels) and int32 numbers (batch, picks) make (batch, Rows, channels).
// Numbers outside are moved to the nearest row.
type ScatterRows struct {
	primitive
	Rows int
}

func (ScatterRows) Name() string { return "scatter" }

func (s ScatterRows) Infer(operands []Type) (Type, error) {
	values, numbers, err := rowOperands(operands)
	if err != nil {
		return Type{}, err
	}
	if values.Shape[1] != numbers.Shape[1] || s.Rows < 1 {
		return Type{}, fmt.Errorf("%d rows of values, %d numbers, %d rows to add them to", values.Shape[1], numbers.Shape[1], s.Rows)
	}
	shape := tensor.Shape{values.Shape[0], s.Rows, values.Shape[2]}
	return Type{values.DType, shape}, nil
}

func (ScatterRows) Gradient(n, upstream *Node) []*Node {
	return []*Node{upstream.GatherRows(n.operands[1]), nil}
}

func (s ScatterRows) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	values := operands[0]
	channels := values.Shape[2]
	eachRow(s.Rows, channels, operands[1], func(row, pick, channel int) {
		out.Values[row*channels+channel] += values.Values[pick*channels+channel]
	})
	return out, nil
}
