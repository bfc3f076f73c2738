package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

const benchSize = 150

// seedModel returns the compiled example CNN.
func seedModel(s benchSettings, measured ...metrics.Metric) (*lince.Model, error) {
	model, err := lince.Sequential(applications.ExampleCNN(benchSize, benchSize, 3, 2)...)
	if err != nil {
		return nil, err
	}
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	return model, model.Compile(lince.Training{
		Optimizer: optimizers.RMSprop{LearningRate: 1e-4}, Loss: losses.BinaryCrossentropy{},
		Metrics: measured, Backend: engine,
	})
}

// noise is a source of random pictures with random labels of two classes.
type noise struct {
	batch *data.Batch
	steps int
	size  int
}

func newNoise(batch, steps, size int) (*noise, error) {
	r := random.NewStream(0)
	pixels := make([]float32, batch*size*size*3)
	for i := range pixels {
		pixels[i] = float32(r.Float64())
	}
	labels := make([]float32, batch)
	for i := range labels {
		labels[i] = float32(r.Intn(2))
	}
	x, err := tensor.Of(pixels, batch, size, size, 3)
	if err != nil {
		return nil, err
	}
	y, err := tensor.Of(labels, batch)
	if err != nil {
		return nil, err
	}
	return &noise{&data.Batch{Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}}, steps, size}, nil
}

func (n *noise) Spec() data.Spec {
	return data.Spec{
		Inputs: []tensor.Shape{{n.size, n.size, 3}}, InputTypes: []tensor.DType{tensor.Float32},
		Targets: []tensor.Shape{{}}, TargetTypes: []tensor.DType{tensor.Float32},
		Samples: n.batch.Len() * n.steps, BatchSize: n.batch.Len(),
	}
}

func (n *noise) Batches(ctx context.Context, _, first int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		for range n.steps - first {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if !yield(n.batch, nil) {
				return
			}
		}
	}
}

func benchSeedTrain(ctx context.Context, s benchSettings) (func() error, int, error) {
	model, err := seedModel(s)
	if err != nil {
		return nil, 0, err
	}
	return fitNoise(ctx, model, s)
}

func benchSeedInfer(ctx context.Context, s benchSettings) (func() error, int, error) {
	model, err := seedModel(s)
	if err != nil {
		return nil, 0, err
	}
	return forwardPass(ctx, model, s.batch, benchSize)
}

// eightOptions is the augmentation of the courses.
func eightOptions() images.Generator {
	return images.Generator{
		Rescale: 1.0 / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2,
		ShearRange: 0.2, ZoomRange: 0.2, HorizontalFlip: true, FillMode: images.Nearest,
	}
}

func benchAugment(ctx context.Context, s benchSettings) (func() error, int, error) {
	return benchPictures(ctx, s, eightOptions(), -1)
}

func benchAugmentCached(ctx context.Context, s benchSettings) (func() error, int, error) {
	return benchPictures(ctx, s, eightOptions(), 0)
}

func benchDecode(ctx context.Context, s benchSettings) (func() error, int, error) {
	return benchPictures(ctx, s, images.Generator{Rescale: 1.0 / 255}, -1)
}

// benchPictures takes up to 20 batches per call, from epoch to epoch.
func benchPictures(ctx context.Context, s benchSettings, g images.Generator, memory int64) (func() error, int, error) {
	pictures, err := g.FlowFromDirectoryContext(ctx, s.data, images.Flow{
		TargetSize: images.Size{Height: benchSize, Width: benchSize}, Interpolation: images.NearestNeighbor,
		BatchSize: s.batch, MemoryLimit: memory, NoCache: memory < 0, Workers: s.threads,
	})
	if err != nil {
		return nil, 0, err
	}
	count := min(20, pictures.Spec().Batches()-1)
	if count < 1 {
		return nil, 0, fmt.Errorf("%s holds %d pictures, expected at least two batches of %d", s.data, pictures.Samples(), s.batch)
	}
	epoch := 0
	return func() error {
		taken := 0
		for _, err := range pictures.Batches(ctx, epoch, 0) {
			if err != nil {
				return err
			}
			if taken++; taken == count {
				break
			}
		}
		epoch++
		return nil
	}, count * s.batch, nil
}

func benchFitDirectory(ctx context.Context, s benchSettings) (func() error, int, error) {
	model, err := seedModel(s, metrics.Accuracy{})
	if err != nil {
		return nil, 0, err
	}
	pictures, err := eightOptions().FlowFromDirectoryContext(ctx, s.data, images.Flow{
		TargetSize: images.Size{Height: benchSize, Width: benchSize}, Interpolation: images.NearestNeighbor,
		BatchSize: s.batch, Workers: s.threads,
	})
	if err != nil {
		return nil, 0, err
	}
	epoch := 0
	return func() error {
		epoch++
		_, err := model.Fit(ctx, pictures, lince.Fit{InitialEpoch: epoch - 1, Epochs: epoch})
		return err
	}, pictures.Samples(), nil
}

// forwardPass predicts the same random pictures again and again.
func forwardPass(ctx context.Context, model *lince.Model, batch, size int) (func() error, int, error) {
	source, err := newNoise(batch, 1, size)
	if err != nil {
		return nil, 0, err
	}
	return func() error {
		_, err := model.PredictOnBatch(ctx, source.batch.Inputs...)
		return err
	}, batch, nil
}

// fitNoise trains some steps on random pictures.
func fitNoise(ctx context.Context, model *lince.Model, s benchSettings) (func() error, int, error) {
	source, err := newNoise(s.batch, s.steps, benchSize)
	if err != nil {
		return nil, 0, err
	}
	return func() error {
		_, err := model.Fit(ctx, source, lince.Fit{})
		return err
	}, s.batch * s.steps, nil
}
