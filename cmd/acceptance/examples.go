package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// exampleSize is the width and height of the example CNN's pictures.
const exampleSize = 150

// exampleCNN returns the compiled network of the courses.
func exampleCNN(classes int, o optimizers.Optimizer, seed uint64, engine backend.Backend) (*lince.Model, error) {
	return compiled(applications.ExampleCNN(exampleSize, exampleSize, 3, classes), classes, o, seed, engine)
}

// mixedNetwork returns a compiled network of the layers that the example CNN
// lacks, with small pictures: batch normalization, dropout, other pooling and
// three classes.
func mixedNetwork(o optimizers.Optimizer, seed uint64, engine backend.Backend) (*lince.Model, error) {
	return compiled([]layers.Layer{
		layers.Input{Shape: []int{mixedSize, mixedSize, 3}},
		layers.Conv2D{Filters: 16, Kernel: layers.Square(3), Padding: layers.Same, NoBias: true},
		layers.BatchNormalization{},
		layers.Activation{Of: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.DepthwiseConv2D{Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.AveragePooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Strides: layers.Square(2), Activation: activations.ELU},
		layers.BatchNormalization{},
		layers.Dropout{Rate: 0.3},
		layers.GlobalAveragePooling2D{},
		layers.Dense{Units: 24, Activation: activations.ReLU},
		layers.Dense{Units: mixedClasses, Activation: activations.Softmax},
	}, mixedClasses, o, seed, engine)
}

const mixedSize, mixedClasses = 47, 3

func compiled(stack []layers.Layer, classes int, o optimizers.Optimizer, seed uint64, engine backend.Backend) (*lince.Model, error) {
	model, err := lince.Sequential(stack...)
	if err != nil {
		return nil, err
	}
	training := lince.Training{
		Optimizer: o, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}}, Seed: seed, Backend: engine,
	}
	if classes == 2 {
		training.Loss = losses.BinaryCrossentropy{}
	}
	return model, model.Compile(training)
}

// noise returns pictures of random pixels from 0 to 1, and random targets.
func noise(samples, size, classes int, seed uint64) (x, y *tensor.Tensor, err error) {
	stream := random.NewStream(seed)
	pixels := make([]float32, samples*size*size*3)
	for i := range pixels {
		pixels[i] = float32(stream.Float64())
	}
	width := classes
	if classes == 2 {
		width = 1
	}
	targets := make([]float32, samples*width)
	for i := range samples {
		class := int(stream.Float64() * float64(classes))
		if classes == 2 {
			targets[i] = float32(class)
		} else {
			targets[i*width+class] = 1
		}
	}
	x, err = tensor.Of(pixels, samples, size, size, 3)
	if err != nil {
		return nil, nil, err
	}
	y, err = tensor.Of(targets, samples, width)
	return x, y, err
}

// inOrder returns a source of samples in memory that never shuffles.
func inOrder(batch int, x *tensor.Tensor, y ...*tensor.Tensor) (data.Source, error) {
	return data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{x}, Targets: y, BatchSize: batch, NoShuffle: true})
}

// weights returns the weights of a model in Keras' order.
func weights(model *lince.Model) ([]*tensor.Tensor, error) {
	var all []*tensor.Tensor
	for _, layer := range model.Layers() {
		if len(layer.Weights()) == 0 {
			continue
		}
		values, err := model.Weights(layer.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	if len(all) == 0 {
		return nil, errors.New("the model has no weights")
	}
	return all, nil
}

// digest names the bits of a model's weights.
func digest(model *lince.Model) (string, error) {
	all, err := weights(model)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, w := range all {
		fmt.Fprintln(sum, w)
		for _, v := range w.Float64s() {
			fmt.Fprintf(sum, "%x ", math.Float64bits(v))
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
