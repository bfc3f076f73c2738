package main

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// measureThreads trains the same at different numbers of threads.
func measureThreads(ctx context.Context, s *session) (*result, error) {
	r := &result{}
	for _, set := range []string{"avx512", "avx2", "neon", "generic"} {
		if engine, err := cpu.New(cpu.Options{Instructions: set}); err != nil {
			r.note("This machine has no %s.", set)
			continue
		} else if err := engine.Close(); err != nil {
			return nil, err
		}
		for _, network := range []struct {
			name  string
			train func(context.Context, *session, backend.Backend) (string, error)
		}{{"example CNN", trainExample}, {"batch normalization, depthwise and dropout", trainMixed}} {
			found := map[string]bool{}
			for threads := 1; threads <= 3; threads++ {
				name := fmt.Sprintf("%s, %s, %d threads", set, network.name, threads)
				bits, err := part(ctx, s, name, s.state, func() (string, error) {
					engine, err := cpu.New(cpu.Options{Instructions: set, Threads: threads})
					if err != nil {
						return "", err
					}
					defer engine.Close()
					return network.train(ctx, s, engine)
				})
				if err != nil {
					return nil, err
				}
				found[bits] = true
			}
			r.equals(fmt.Sprintf("%s, %s: different weights at 1, 2 and 3 threads", set, network.name), float64(len(found)-1), 0, "")
		}
	}
	return r, nil
}

// trainExample trains the example CNN for three steps of an odd size.
func trainExample(ctx context.Context, s *session, engine backend.Backend) (string, error) {
	model, err := exampleCNN(2, optimizers.RMSprop{LearningRate: 1e-4}, 3, engine)
	if err != nil {
		return "", err
	}
	samples := s.fewer(15, 4)
	x, y, err := noise(samples, exampleSize, 2, 5)
	if err != nil {
		return "", err
	}
	if err := fitArrays(ctx, model, x, y, (samples+2)/3, 1); err != nil {
		return "", err
	}
	return digest(model)
}

// trainMixed trains the other network for two epochs whose last batch is
// smaller.
func trainMixed(ctx context.Context, s *session, engine backend.Backend) (string, error) {
	model, err := mixedNetwork(optimizers.Adam{}, 3, engine)
	if err != nil {
		return "", err
	}
	x, y, err := noise(50, mixedSize, mixedClasses, 5)
	if err != nil {
		return "", err
	}
	if err := fitArrays(ctx, model, x, y, 16, 2); err != nil {
		return "", err
	}
	return digest(model)
}

// fitArrays trains a model on samples in their order.
func fitArrays(ctx context.Context, model *lince.Model, x, y *tensor.Tensor, batch, epochs int) error {
	source, err := inOrder(batch, x, y)
	if err != nil {
		return err
	}
	_, err = model.Fit(ctx, source, lince.Fit{Epochs: epochs})
	return err
}
