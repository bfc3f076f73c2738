package cpu

import "github.com/lince-ml/lince/graph"

// definition computes an operation by its definition in float64: for element
// types and forms that are too rare for a step of their own. It allocates.
type definition struct {
	value *value
}

func (d *definition) resize(int) {}

func (d *definition) run(samples int) error {
	v := d.value
	operands := make([]graph.Array, len(v.operands))
	for i, operand := range v.operands {
		values := make([]float64, operand.extent().at(samples))
		operand.memory.wide(values, operand.typ.DType, 0)
		operands[i] = graph.Array{Shape: graph.Resolve(operand.typ.Shape, samples), Values: values}
	}
	result, err := v.op.Reference(operands, graph.Type{DType: v.typ.DType, Shape: graph.Resolve(v.typ.Shape, samples)})
	if err != nil {
		return err
	}
	v.memory.narrow(result.Values, v.typ.DType, 0)
	return nil
}
