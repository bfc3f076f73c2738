package lince

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// NonFinite says where the first NaN or infinity is in the last batch and the
// model as it left the batch: in the data, a layer's weights or its output, in
// the order of the computation; empty if all is finite. It computes the batch
// once more and is meant for an observer's BatchEnd when the loss is not
// finite. Since a step changes all weights by a gradient of that loss, it then
// often finds the first layer's weights; the data is looked at before them.
func (r *Run) NonFinite(ctx context.Context) (string, error) {
	count := len(r.model.inputs)
	targets := len(r.program.targets)
	if len(r.inputs) < count+2*targets {
		return "", errors.New("lince: NonFinite before the first batch")
	}
	for i, input := range r.inputs[:count] {
		if !finite(input) {
			return fmt.Sprintf("input %d of the batch", i), nil
		}
	}
	for i := range targets {
		if !finite(r.inputs[count+i]) {
			return "the targets of the batch", nil
		}
		if !finite(r.inputs[count+targets+i]) {
			return "the sample weights of the batch", nil
		}
	}
	key := r.inputs[len(r.inputs)-1]
	broken, err := r.model.brokenOutputs(ctx, append(slices.Clone(r.inputs[:count]), key))
	if err != nil {
		return "", err
	}
	for _, value := range r.model.network.order {
		instance := value.Instance()
		for _, w := range instance.Weights() {
			weight, err := readWeight(r.model.state(), w)
			if err != nil {
				return "", err
			}
			if !finite(weight) {
				return fmt.Sprintf("the weight %s of layer %q", w.Name, instance.Name()), nil
			}
		}
		if broken[value] {
			return fmt.Sprintf("the output of layer %q", instance.Name()), nil
		}
	}
	return "", nil
}

func finite(t *tensor.Tensor) bool {
	return !slices.ContainsFunc(t.Float64s(), func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// brokenOutputs computes a training step's forward half and tells which values
// have elements that are not finite.
func (m *Model) brokenOutputs(ctx context.Context, inputs []*tensor.Tensor) (map[layers.Value]bool, error) {
	samples := inputs[0].Shape()[0]
	b := builder{model: m, graph: graph.New(), described: &graph.Program{}}
	for _, input := range inputs[:len(inputs)-1] {
		b.form.inputs = append(b.form.inputs, graph.Type{DType: input.DType(), Shape: append(tensor.Shape{graph.Batch}, input.Shape()[1:]...)})
	}
	if err := b.findBroken(); err != nil {
		return nil, fmt.Errorf("lince: %w", err)
	}
	executable, err := m.home().engine.Compile(ctx, b.described, samples)
	if err != nil {
		return nil, err
	}
	defer executable.Close()
	counts := make([]*tensor.Tensor, len(b.described.Outputs))
	for i := range counts {
		counts[i] = tensor.Scalar(float32(0))
	}
	if err := executable.Run(ctx, m.state(), samples, inputs, counts); err != nil {
		return nil, err
	}
	broken := map[layers.Value]bool{}
	for i, value := range m.network.order {
		broken[value] = counts[i].Float32s()[0] > 0
	}
	return broken, nil
}

// findBroken describes a program whose outputs count, for every value, the
// elements that are not finite.
func (b *builder) findBroken() error {
	inputs := b.inputs()
	key := b.parameter("random key", graph.Type{DType: tensor.Uint32, Shape: tensor.Shape{4}})
	values, err := b.model.network.call(&layers.Build{Graph: b.graph, Training: true, Key: key}, inputs)
	if err != nil {
		return err
	}
	for _, value := range b.model.network.order {
		node := values[value]
		count := graph.Select(node.IsFinite(), node.Like(0), node.Like(1)).ReduceSum(node.AllAxes()...)
		b.described.Outputs = append(b.described.Outputs, count)
	}
	if err := b.graph.Err(); err != nil {
		return err
	}
	return b.described.Verify()
}
