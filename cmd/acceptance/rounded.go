package main

import (
	"context"
	"math"
	"path/filepath"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/tensor"
)

// measureRounded compares SqueezeNet 1.0 with its real weights in bfloat16 and
// in float32.
func measureRounded(ctx context.Context, s *session) (*result, error) {
	models, err := s.dataPath("models")
	if err != nil {
		return nil, err
	}
	photos, err := s.dataPath("imagenet-250")
	if err != nil {
		return nil, err
	}
	arrays, err := readArrays(filepath.Join(models, "squeezenet_v1.0_reference_10.npz"), "x", "prob")
	if err != nil {
		return nil, err
	}
	weights := filepath.Join(models, "squeezenet_v1.0_imagenet.h5")
	var classes [2][]int
	r := &result{}
	for i, rounded := range []bool{false, true} {
		found, outputs, err := classesIn(ctx, weights, photos, arrays["x"], cpu.Options{Threads: 2, BFloat16: rounded})
		if err != nil {
			return nil, err
		}
		classes[i] = found
		if !rounded {
			continue
		}
		difference, err := largestDifference(outputs, arrays["prob"].Float32s())
		if err != nil {
			return nil, err
		}
		r.atMost("largest difference of a probability of ten pictures from Keras in float32", difference, 0.05, "")
	}
	equal := 0
	for i, class := range classes[0] {
		if classes[1][i] == class {
			equal++
		}
	}
	r.atLeast("photos of the same likeliest class as in float32", 100*float64(equal)/math.Max(1, float64(len(classes[0]))), 98, "%")
	return r, nil
}

// classesIn returns the likeliest class of each photo, and the probabilities
// of prepared pictures, as an engine computes them.
func classesIn(ctx context.Context, weights, photos string, prepared *tensor.Tensor, options cpu.Options) (classes []int, outputs []float32, err error) {
	m, err := applications.SqueezeNet.Model(ctx, applications.Options{Weights: weights})
	if err != nil {
		return nil, nil, err
	}
	engine, err := cpu.New(options)
	if err != nil {
		return nil, nil, err
	}
	defer engine.Close()
	if err := m.Use(engine); err != nil {
		return nil, nil, err
	}
	defer m.Close()
	results, err := m.PredictOnBatch(ctx, prepared)
	if err != nil {
		return nil, nil, err
	}
	for p, err := range m.Classify(ctx, photos) { // in the files' order
		if err != nil {
			return nil, nil, err
		}
		classes = append(classes, p.Index)
	}
	return classes, results[0].Float32s(), nil
}
