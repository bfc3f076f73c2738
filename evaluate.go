package lince

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

// Evaluate measures the loss and the metrics over one pass of the source, as
// the model predicts: without dropout and augmentation layers.
func (m *Model) Evaluate(ctx context.Context, source data.Source) (Logs, error) {
	return m.evaluate(ctx, source, 0, nil)
}

// evaluate calls progress, if any, after each batch with how many are done.
func (m *Model) evaluate(ctx context.Context, source data.Source, steps int, progress func(done int)) (Logs, error) {
	if m.training == nil {
		return nil, errors.New("lince: Evaluate before Compile; say Loss and Metrics by Compile first")
	}
	spec := source.Spec()
	step, err := m.program(ctx, evaluating, signatureOf(spec), spec.BatchSize)
	if err != nil {
		return nil, err
	}
	if err := step.reset(m.state); err != nil {
		return nil, err
	}
	var weights classWeights
	var inputs []*tensor.Tensor
	done := 0
	for batch, err := range source.Batches(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		if len(batch.Targets) != 1 {
			return nil, fmt.Errorf("lince: the data has %d targets, expected 1", len(batch.Targets))
		}
		each, err := weights.of(batch)
		if err != nil {
			return nil, err
		}
		inputs = append(append(inputs[:0], batch.Inputs...), batch.Targets[0], each)
		if err := step.executable.Run(ctx, m.state, batch.Len(), inputs, nil); err != nil {
			return nil, err
		}
		done++
		if progress != nil {
			progress(done)
		}
		if done == steps {
			break
		}
	}
	if done == 0 {
		return nil, errors.New("lince: there is nothing to evaluate: the source has no samples")
	}
	return step.logs(m.state)
}

// Predict returns the model's outputs for all samples of the source, one
// tensor per output, in the order in which the source yields them. A source
// that shuffles should not be used; its files tell which prediction is whose
// only by PredictBatches.
func (m *Model) Predict(ctx context.Context, source data.Source) ([]*tensor.Tensor, error) {
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
	if len(inputs) != len(m.inputs) {
		return nil, fmt.Errorf("lince: %d inputs given, the model takes %d", len(inputs), len(m.inputs))
	}
	for i, input := range inputs {
		if input.Rank() == 0 || input.Shape()[0] != inputs[0].Shape()[0] {
			return nil, fmt.Errorf("lince: input %d has the shape %v; the first dimension must be the samples, as many in every input", i, input.Shape())
		}
	}
	batch := &data.Batch{Inputs: inputs}
	step, err := m.program(ctx, predicting, signatureOfBatch(batch), batch.Len())
	if err != nil {
		return nil, err
	}
	outputs := make([]*tensor.Tensor, len(step.outputs))
	for i, shape := range step.outputs {
		concrete := slices.Clone(shape)
		concrete[0] = batch.Len()
		if outputs[i], err = tensor.New(tensor.Float32, concrete...); err != nil {
			return nil, err
		}
	}
	return outputs, step.executable.Run(ctx, m.state, batch.Len(), inputs, outputs)
}
