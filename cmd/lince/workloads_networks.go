package main

import (
	"context"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
)

// inferring is the forward pass of an application without its top, followed
// by global average pooling. Its weights are random.
func inferring(name, what string, network applications.Application, size int) workload {
	return workload{
		name: name, what: what, batch: 16, seconds: 2,
		prepare: func(ctx context.Context, s benchSettings) (func() error, int, error) {
			model, err := network.Model(ctx, applications.Options{
				InputShape: []int{size, size, 3}, NoTop: true, Pooling: applications.AveragePooling,
			})
			if err != nil {
				return nil, 0, err
			}
			engine, err := s.engine()
			if err != nil {
				return nil, 0, err
			}
			if err := model.Use(engine); err != nil {
				return nil, 0, err
			}
			return forwardPass(ctx, model, s.batch, size)
		},
	}
}

// transferring trains two units of classifier on InceptionV3 up to mixed7. The
// layers before the one named unfrozen are frozen, all if it is empty.
func transferring(name, what, unfrozen string) workload {
	return workload{
		name: name, what: what, batch: 20, seconds: 2,
		prepare: func(ctx context.Context, s benchSettings) (func() error, int, error) {
			model, err := transferModel(ctx, s, unfrozen)
			if err != nil {
				return nil, 0, err
			}
			return fitNoise(ctx, model, s)
		},
	}
}

func transferModel(ctx context.Context, s benchSettings, unfrozen string) (*lince.Model, error) {
	base, err := applications.InceptionV3.Model(ctx, applications.Options{InputShape: []int{benchSize, benchSize, 3}, NoTop: true})
	if err != nil {
		return nil, err
	}
	base.Freeze()
	if unfrozen != "" {
		if err := base.UnfreezeFrom(unfrozen); err != nil {
			return nil, err
		}
	}
	x := layers.Apply(layers.Flatten{}, base.Layer("mixed7").Output())
	x = layers.Apply(layers.Dense{Units: 1024, Activation: activations.ReLU}, x)
	x = layers.Apply(layers.Dropout{Rate: 0.2}, x)
	x = layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid}, x)
	model, err := lince.NewModel(base.Inputs(), lince.Outputs(x))
	if err != nil {
		return nil, err
	}
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	return model, model.Compile(lince.Training{
		Optimizer: optimizers.RMSprop{LearningRate: 1e-4}, Loss: losses.BinaryCrossentropy{}, Backend: engine,
	})
}
