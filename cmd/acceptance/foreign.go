package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// measureForeign loads what Keras saved and compares outputs and accuracies.
func measureForeign(ctx context.Context, s *session) (*result, error) {
	r := &result{}
	for _, name := range []string{"mnist_cnn.h5", "mnist_cnn.keras"} {
		if err := s.foreignDigits(ctx, r, name); err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, c := range []struct {
		interpolation images.Interpolation
		accuracy      float64
	}{{images.NearestNeighbor, 83.0}, {images.Bilinear, 83.3}} {
		if err := s.foreignPets(ctx, r, c.interpolation, c.accuracy); err != nil {
			return r, fmt.Errorf("cat_dog_model.keras, %s: %w", c.interpolation, err)
		}
	}
	return r, nil
}

// foreignDigits runs a model on the first 2,000 test digits of MNIST.
func (s *session) foreignDigits(ctx context.Context, r *result, name string) error {
	folder, err := s.dataPath("mnist")
	if err != nil {
		return err
	}
	_, test, err := images.FromIDX(folder)
	if err != nil {
		return err
	}
	x, err := test.X.Rows(0, 2000)
	if err != nil {
		return err
	}
	labels, err := test.Y.Rows(0, 2000)
	if err != nil {
		return err
	}
	if err := writeArrays(s.path("pixels.npz"), map[string]*tensor.Tensor{"x": x}); err != nil {
		return err
	}
	outputs, difference, err := s.beside(ctx, name, x)
	if err != nil {
		return err
	}
	r.atMost(name+": largest difference of an output", difference, 1e-4, "")
	r.atLeast(name+": accuracy on 2,000 test digits", accuracy(outputs, labels.Float64s()), 98.05, "%")
	return nil
}

// foreignPets runs the model of cats and dogs on the photos as Keras and
// Pillow decode them, and for comparison as Lince does.
func (s *session) foreignPets(ctx context.Context, r *result, interpolation images.Interpolation, expected float64) error {
	const name = "cat_dog_model.keras"
	folder, err := s.dataPath("cats-dogs/test")
	if err != nil {
		return err
	}
	request := map[string]any{"folder": folder, "size": 150, "interpolation": interpolation.String(), "pixels": "pixels.npz"}
	var answer struct{ Classes []string }
	if err := s.keras(ctx, "pixels", request, &answer); err != nil {
		return err
	}
	arrays, err := readArrays(s.path("pixels.npz"), "x", "y")
	if err != nil {
		return err
	}
	outputs, difference, err := s.beside(ctx, name, arrays["x"])
	if err != nil {
		return err
	}
	what := name + ", " + interpolation.String()
	r.atMost(what+": largest difference of an output", difference, 1e-4, "")
	r.atLeast(what+": accuracy on photos that Pillow decoded", accuracy(outputs, arrays["y"].Float64s()), expected, "%")
	own, err := s.ownAccuracy(ctx, name, folder, interpolation)
	if err != nil {
		return err
	}
	r.tell(what+": accuracy on photos that Lince decoded", own, "%")
	return nil
}

// beside returns the outputs of a model for pixels of 0 to 255, which also
// lie in pixels.npz, and the largest difference to Keras'.
func (s *session) beside(ctx context.Context, name string, pixels *tensor.Tensor) (*tensor.Tensor, float64, error) {
	path, err := s.dataPath("models/" + name)
	if err != nil {
		return nil, 0, err
	}
	x, err := scaled(pixels)
	if err != nil {
		return nil, 0, err
	}
	outputs, err := predictFile(ctx, path, x)
	if err != nil {
		return nil, 0, err
	}
	request := map[string]any{"model": path, "arrays": "pixels.npz", "scale": 1.0 / 255, "outputs": "outputs.npz"}
	if err := s.keras(ctx, "predict", request, &struct{}{}); err != nil {
		return nil, 0, err
	}
	keras, err := readArrays(s.path("outputs.npz"), "y")
	if err != nil {
		return nil, 0, err
	}
	difference, err := largestDifference(outputs.Float32s(), keras["y"].Float32s())
	return outputs, difference, err
}

// ownAccuracy evaluates a model as lince evaluate does.
func (s *session) ownAccuracy(ctx context.Context, name, folder string, interpolation images.Interpolation) (float64, error) {
	pictures, err := images.Generator{Rescale: 1.0 / 255}.FlowFromDirectoryContext(ctx, folder, images.Flow{
		TargetSize: images.Size{Height: 150, Width: 150}, Interpolation: interpolation, NoShuffle: true,
	})
	if err != nil {
		return 0, err
	}
	model, err := lince.Load(filepath.Join(s.data, "models", name))
	if err != nil {
		return 0, err
	}
	defer model.Close()
	outputs, err := model.Predict(ctx, pictures)
	if err != nil {
		return 0, err
	}
	labels := make([]float64, pictures.Samples())
	for i, label := range pictures.Labels() {
		labels[i] = float64(label)
	}
	return accuracy(outputs[0], labels), nil
}

// predictFile returns the outputs of a saved model.
func predictFile(ctx context.Context, path string, x *tensor.Tensor) (*tensor.Tensor, error) {
	model, err := lince.Load(path)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	source, err := inOrder(50, x)
	if err != nil {
		return nil, err
	}
	outputs, err := model.Predict(ctx, source)
	if err != nil {
		return nil, err
	}
	return outputs[0], nil
}

// scaled returns pixels as floats from 0 to 1.
func scaled(pixels *tensor.Tensor) (*tensor.Tensor, error) {
	x, err := pixels.Convert(tensor.Float32)
	if err != nil {
		return nil, err
	}
	values := x.Float32s()
	for i := range values {
		values[i] *= float32(1.0 / 255)
	}
	return x, nil
}

// accuracy returns how many of the labels the outputs name, in percent: by
// the largest of several, or above a half where there is one.
func accuracy(outputs *tensor.Tensor, labels []float64) float64 {
	values, right := outputs.Float32s(), 0
	width := len(values) / len(labels)
	for i, label := range labels {
		row, best := values[i*width:(i+1)*width], 0
		for class, v := range row {
			if v > row[best] {
				best = class
			}
		}
		if width == 1 && row[0] > 0.5 {
			best = 1
		}
		if float64(best) == label {
			right++
		}
	}
	return 100 * float64(right) / float64(len(labels))
}
