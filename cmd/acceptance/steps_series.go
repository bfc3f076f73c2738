package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// photoSeries is batches for several trainings: (series, step, sample, ...).
type photoSeries struct{ x, y *tensor.Tensor }

// photoSeries returns the first batches of the recipe's photos.
func (s *session) photoSeries(ctx context.Context, on steppedOn) (*photoSeries, error) {
	folder, err := s.dataPath("cats-dogs/train")
	if err != nil {
		return nil, err
	}
	pictures, err := images.Generator{Rescale: 1.0 / 255}.FlowFromDirectoryContext(ctx, folder, images.Flow{
		TargetSize: images.Size{Height: exampleSize, Width: exampleSize}, BatchSize: on.size, Seed: 1,
	})
	if err != nil {
		return nil, err
	}
	var x, y []float32
	wanted := on.series * stepCount
	for batch, err := range pictures.Batches(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		x = append(x, batch.Inputs[0].Float32s()...)
		y = append(y, batch.Targets[0].Float32s()...)
		if wanted--; wanted == 0 {
			break
		}
	}
	noise := random.NewStream(1)
	for i := range x {
		x[i] = (x[i] + on.grain*float32(noise.Float64())) / (1 + on.grain)
	}
	all := &photoSeries{}
	if all.x, err = tensor.Of(x, on.series, stepCount, on.size, exampleSize, exampleSize, 3); err != nil {
		return nil, err
	}
	all.y, err = tensor.Of(y, on.series, stepCount, on.size, 1)
	return all, err
}

// write writes the series and the weights to begin with, which it returns.
func (p *photoSeries) write(path string) ([]*tensor.Tensor, error) {
	model, err := exampleCNN(2, optimizers.SGD{}, stepSeed, nil)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	before, err := weights(model)
	if err != nil {
		return nil, err
	}
	arrays := map[string]*tensor.Tensor{"x": p.x, "y": p.y}
	for i, w := range before {
		arrays[fmt.Sprintf("weight%d", i)] = w
	}
	return before, writeArrays(path, arrays)
}

func (p *photoSeries) of(series int) data.Source { return oneEach{p, series} }

// oneEach is a source whose epochs have one batch each of a series, so that
// an epoch's loss is a step's.
type oneEach struct {
	*photoSeries
	series int
}

// Spec implements [data.Source].
func (o oneEach) Spec() data.Spec {
	samples := o.x.Shape()[2]
	return data.Spec{
		Inputs: []tensor.Shape{o.x.Shape()[3:]}, Targets: []tensor.Shape{o.y.Shape()[3:]},
		InputTypes: []tensor.DType{tensor.Float32}, TargetTypes: []tensor.DType{tensor.Float32},
		Samples: samples, BatchSize: samples,
	}
}

// Batches implements [data.Source].
func (o oneEach) Batches(_ context.Context, epoch, first int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		if first > 0 {
			return
		}
		x, err := inner(o.x, o.series, epoch)
		if err != nil {
			yield(nil, err)
			return
		}
		y, err := inner(o.y, o.series, epoch)
		if err != nil {
			yield(nil, err)
			return
		}
		yield(&data.Batch{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}}, nil)
	}
}

// inner returns the part of a tensor at the given places of its first
// dimensions.
func inner(t *tensor.Tensor, places ...int) (*tensor.Tensor, error) {
	for _, place := range places {
		row, err := t.Rows(place, place+1)
		if err != nil {
			return nil, err
		}
		if t, err = row.Reshape(t.Shape()[1:]...); err != nil {
			return nil, err
		}
	}
	return t, nil
}
