package lince

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Evaluate measures the loss and the metrics over one pass of the source, as
// the model predicts: without dropout and augmentation layers.
func (m *Model) Evaluate(ctx context.Context, source data.Source) (Logs, error) {
	logs, err := m.evaluate(ctx, source, 0)
	return logs, named(err)
}

// evaluate takes all batches if steps is 0.
func (m *Model) evaluate(ctx context.Context, source data.Source, steps int) (Logs, error) {
	if m.training == nil {
		return nil, errors.New("Evaluate before Compile; say Loss and Metrics by Compile first")
	}
	if source == nil {
		return nil, errors.New("there is nothing to evaluate: no source given")
	}
	spec := source.Spec()
	step, err := m.program(ctx, evaluating, signatureOf(spec), spec.BatchSize)
	if err != nil {
		return nil, err
	}
	if err := step.reset(m.state()); err != nil {
		return nil, err
	}
	var weights classWeights
	var inputs []*tensor.Tensor
	done := 0
	for batch, err := range source.Batches(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		if err := checkBatch(batch); err != nil {
			return nil, err
		}
		if !step.takes(batch) {
			if step, err = m.program(ctx, evaluating, signatureOfBatch(batch), batch.Len()); err != nil {
				return nil, err
			}
		}
		if inputs, err = weights.feed(inputs[:0], step, batch); err != nil {
			return nil, err
		}
		if err := step.executable.Run(ctx, m.state(), batch.Len(), inputs, nil); err != nil {
			return nil, err
		}
		if done++; done == steps {
			break
		}
	}
	if done == 0 {
		return nil, errors.New("there is nothing to evaluate: the source has no samples")
	}
	return step.logs(m.state())
}

// Predict returns the model's outputs for all samples of the source, one
// tensor per output, in the order in which the source yields them. Give it a
// source that does not shuffle, or nothing tells which prediction is whose.
func (m *Model) Predict(ctx context.Context, source data.Source) ([]*tensor.Tensor, error) {
	if source == nil {
		return nil, errors.New("lince: there is nothing to predict: no source given")
	}
	var rows [][]float32
	var shapes []tensor.Shape
	samples := 0
	for batch, err := range source.Batches(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		outputs, err := m.PredictOnBatch(ctx, batch.Inputs...)
		if err != nil {
			return nil, err
		}
		if rows == nil {
			rows, shapes = make([][]float32, len(outputs)), make([]tensor.Shape, len(outputs))
		}
		for i, output := range outputs {
			if shapes[i] != nil && !shapes[i][1:].Equal(output.Shape()[1:]) {
				return nil, fmt.Errorf("lince: a batch gives outputs of shape %v, those before %v: predict batches that vary in size by PredictOnBatch", output.Shape()[1:], shapes[i][1:])
			}
			rows[i] = append(rows[i], output.Float32s()...)
			shapes[i] = output.Shape()
		}
		samples += batch.Len()
	}
	if samples == 0 {
		return nil, errors.New("lince: there is nothing to predict: the source has no samples")
	}
	results := make([]*tensor.Tensor, len(rows))
	for i, values := range rows {
		shape := slices.Clone(shapes[i])
		shape[0] = samples
		result, err := tensor.Of(values, shape...)
		if err != nil {
			return nil, err
		}
		results[i] = result
	}
	return results, nil
}

// PredictOnBatch returns the model's outputs for one batch, given as one
// tensor per input with the samples along the first dimension.
func (m *Model) PredictOnBatch(ctx context.Context, inputs ...*tensor.Tensor) ([]*tensor.Tensor, error) {
	outputs, err := m.predict(ctx, &data.Batch{Inputs: inputs})
	return outputs, named(err)
}

func (m *Model) predict(ctx context.Context, batch *data.Batch) ([]*tensor.Tensor, error) {
	if len(batch.Inputs) != len(m.inputs) {
		return nil, fmt.Errorf("%d inputs given, the model takes %d", len(batch.Inputs), len(m.inputs))
	}
	if err := checkBatch(batch); err != nil {
		return nil, err
	}
	step, err := m.program(ctx, predicting, signatureOfBatch(batch), batch.Len())
	if err != nil {
		return nil, err
	}
	outputs := make([]*tensor.Tensor, len(step.outputs))
	for i, shape := range step.outputs {
		if outputs[i], err = tensor.New(tensor.Float32, graph.Resolve(shape, batch.Len())...); err != nil {
			return nil, err
		}
	}
	if err := step.executable.Run(ctx, m.state(), batch.Len(), batch.Inputs, outputs); err != nil {
		return nil, err
	}
	return outputs, nil
}
