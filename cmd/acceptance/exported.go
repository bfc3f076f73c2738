package main

import (
	"context"
	"fmt"
	"math"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// goneOn is what Keras did with a model that Lince saved.
type goneOn struct {
	Losses     []float64
	Iterations int
	Warnings   []string
}

// measureExported trains models, saves them, and lets Keras use and train
// them further.
func measureExported(ctx context.Context, s *session) (*result, error) {
	r := &result{}
	example := func() (*lince.Model, error) {
		return exampleCNN(2, optimizers.RMSprop{LearningRate: 1e-4}, 21, nil)
	}
	if err := s.export(ctx, r, "example CNN", example, exampleSize, 2, true); err != nil {
		return r, fmt.Errorf("example CNN: %w", err)
	}
	mixed := func() (*lince.Model, error) { return mixedNetwork(optimizers.Adam{}, 22, nil) }
	if err := s.export(ctx, r, "batch normalization, dropout and all pooling", mixed, mixedSize, mixedClasses, false); err != nil {
		return r, fmt.Errorf("the other network: %w", err)
	}
	return r, nil
}

// export compares one network. If it is repeatable, Lince trains on as Keras
// does, which shows that the optimizer's memory arrived too.
func (s *session) export(ctx context.Context, r *result, what string, build func() (*lince.Model, error), size, classes int, repeatable bool) error {
	model, err := build()
	if err != nil {
		return err
	}
	defer model.Close()
	x, y, err := noise(24, size, classes, 9)
	if err != nil {
		return err
	}
	if err := fitArrays(ctx, model, x, y, 8, 2); err != nil {
		return err
	}
	if err := model.Save(s.path("model.keras")); err != nil {
		return err
	}
	outputs, err := model.PredictOnBatch(ctx, x)
	if err != nil {
		return err
	}
	ours, err := lossesOf(ctx, model, x, y)
	if err != nil {
		return err
	}
	answer, keras, err := s.goOn(ctx, x, y, len(ours))
	if err != nil {
		return err
	}
	difference, err := largestDifference(outputs[0].Float32s(), keras.Float32s())
	if err != nil {
		return err
	}
	r.atMost(what+": largest difference of a prediction", difference, 1e-4, "")
	r.equals(what+": steps done, as Keras' optimizer counts them", float64(answer.Iterations), 6, "")
	r.equals(what+": Keras' warnings", float64(len(answer.Warnings)), 0, "")
	for _, warning := range answer.Warnings {
		r.note("%s: Keras warned: %s", what, warning)
	}
	if repeatable {
		r.atMost(what+": relative difference of the losses of three more steps", worstLoss(ours, answer.Losses), 1e-3, "")
	}
	return nil
}

// goOn lets Keras predict with the saved model and train some steps more.
func (s *session) goOn(ctx context.Context, x, y *tensor.Tensor, steps int) (answer goneOn, outputs *tensor.Tensor, err error) {
	if err := writeArrays(s.path("arrays.npz"), map[string]*tensor.Tensor{"x": x, "y": y}); err != nil {
		return answer, nil, err
	}
	request := map[string]any{"model": "model.keras", "arrays": "arrays.npz", "outputs": "outputs.npz", "steps": steps}
	if err := s.keras(ctx, "go_on", request, &answer); err != nil {
		return answer, nil, err
	}
	arrays, err := readArrays(s.path("outputs.npz"), "y")
	if err != nil {
		return answer, nil, err
	}
	return answer, arrays["y"], nil
}

// lossesOf trains three steps and returns the loss of each.
func lossesOf(ctx context.Context, model *lince.Model, x, y *tensor.Tensor) ([]float64, error) {
	source, err := inOrder(x.Shape()[0], x, y)
	if err != nil {
		return nil, err
	}
	history, err := model.Fit(ctx, source, lince.Fit{Epochs: 3})
	if err != nil {
		return nil, err
	}
	return history.Values["loss"], nil
}

// worstLoss returns the largest relative difference of two lists of losses,
// NaN if one is longer.
func worstLoss(ours, keras []float64) float64 {
	if len(ours) != len(keras) {
		return math.NaN()
	}
	worst := 0.0
	for i := range ours {
		worst = math.Max(worst, relative(ours[i], keras[i]))
	}
	return worst
}
