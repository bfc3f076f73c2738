package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

const (
	finetunedSteps = 5
	finetunedBatch = 20
	finetunedUnits = 64
	finetunedRate  = 1e-3
)

// kerasFinetuned is what Keras says of its training.
type kerasFinetuned struct {
	Losses    []float64
	Names     []string
	Trainable []bool
}

// finetunedBeside is how a fine-tuning differs from Keras'.
type finetunedBeside struct {
	// Trained and Averages are the furthest of the trained tensors and of batch
	// normalisation's averages, Frozen how many frozen weights changed.
	Trained, Averages float64
	Worst             string
	Frozen, Tensors   int
	FirstLoss         float64
	LastLoss          float64
}

// measureFinetuned fine-tunes InceptionV3 by steps of SGD, from the same
// weights and batches as Keras.
func measureFinetuned(ctx context.Context, s *session) (*result, error) {
	if s.python == "" {
		return nil, missing{needsKeras}
	}
	one, err := part(ctx, s, "steps", s.state, func() (finetunedBeside, error) { return s.finetuneBeside(ctx) })
	if err != nil {
		return nil, err
	}
	r := &result{}
	r.atMost("trained tensors: furthest, ‖difference‖ / ‖update‖", one.Trained, 1e-2, "")
	r.atMost("averages of batch normalisation: furthest, ‖difference‖ / ‖update‖", one.Averages, 1e-2, "")
	r.equals("frozen tensors that changed", float64(one.Frozen), 0, "")
	r.tell("trained tensors", float64(one.Tensors), "")
	r.tell("loss of step 1, relative difference", one.FirstLoss, "")
	r.tell(fmt.Sprintf("loss of step %d, relative difference", finetunedSteps), one.LastLoss, "")
	r.note("InceptionV3 at 150×150, cut at mixed7, flattened, %d units, one sigmoid unit; unfrozen from mixed6 on, batch normalisation included. %d steps of SGD at %g on batches of %d photos. The furthest tensor is %s.",
		finetunedUnits, finetunedSteps, finetunedRate, finetunedBatch, one.Worst)
	return r, nil
}

func (s *session) finetuneBeside(ctx context.Context) (one finetunedBeside, err error) {
	series, err := s.photoSeries(ctx, steppedOn{"photos", 1, finetunedBatch, 0})
	if err != nil {
		return one, err
	}
	x, err := inner(series.x, 0)
	if err != nil {
		return one, err
	}
	y, err := inner(series.y, 0)
	if err != nil {
		return one, err
	}
	if x, err = x.Rows(0, finetunedSteps); err != nil {
		return one, err
	}
	if y, err = y.Rows(0, finetunedSteps); err != nil {
		return one, err
	}
	for i, v := range x.Float32s() { // as Inception takes them
		x.Float32s()[i] = 2*v - 1
	}
	if err := writeArrays(s.path("arrays.npz"), map[string]*tensor.Tensor{"x": x, "y": y}); err != nil {
		return one, err
	}
	var keras kerasFinetuned
	request := map[string]any{"arrays": "arrays.npz", "weights": "weights.npz", "units": finetunedUnits, "learning_rate": finetunedRate, "seed": 1}
	if err := s.ask(ctx, script{"pretrained.py", pretrainedScript}, "finetuned", request, &keras); err != nil {
		return one, err
	}
	model, err := finetunedModel(ctx)
	if err != nil {
		return one, err
	}
	defer model.Close()
	before, err := s.beginAsKeras(model, len(keras.Names))
	if err != nil {
		return one, err
	}
	history, err := model.Fit(ctx, series.of(0), lince.Fit{Epochs: finetunedSteps})
	if err != nil {
		return one, err
	}
	curve := history.Values["loss"]
	one.FirstLoss, one.LastLoss = relative(curve[0], keras.Losses[0]), relative(curve[len(curve)-1], keras.Losses[finetunedSteps-1])
	return one, s.compareFinetuned(&one, model, keras, before)
}

// finetunedModel is the course's, unfrozen from mixed6 on.
func finetunedModel(ctx context.Context) (*lince.Model, error) {
	base, err := applications.InceptionV3.Model(ctx, applications.Options{InputShape: []int{exampleSize, exampleSize, 3}, NoTop: true})
	if err != nil {
		return nil, err
	}
	base.Freeze()
	if err := base.UnfreezeFrom("mixed6"); err != nil {
		return nil, err
	}
	x := layers.Apply(layers.Flatten{}, base.Layer("mixed7").Output())
	x = layers.Apply(layers.Dense{Units: finetunedUnits, Activation: activations.ReLU}, x)
	x = layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid}, x)
	model, err := lince.NewModel(base.Inputs(), lince.Outputs(x))
	if err != nil {
		return nil, err
	}
	return model, model.Compile(lince.Training{Optimizer: optimizers.SGD{LearningRate: finetunedRate}, Loss: losses.BinaryCrossentropy{}})
}

// beginAsKeras gives the model the weights that Keras began with.
func (s *session) beginAsKeras(model *lince.Model, count int) ([]*tensor.Tensor, error) {
	before, err := s.kerasWeights("before", count)
	if err != nil {
		return nil, err
	}
	rest := before
	for _, layer := range model.Layers() {
		own := len(layer.Weights())
		if own == 0 {
			continue
		}
		if own > len(rest) {
			return nil, fmt.Errorf("too few weights, %d, of Keras' model for layer %s", count, layer.Name())
		}
		if err := model.SetWeights(layer.Name(), rest[:own]); err != nil {
			return nil, err
		}
		rest = rest[own:]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d weights of Keras' model, %d too many", count, len(rest))
	}
	return before, nil
}

func (s *session) kerasWeights(prefix string, count int) ([]*tensor.Tensor, error) {
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	arrays, err := readArrays(s.path("weights.npz"), names...)
	if err != nil {
		return nil, err
	}
	list := make([]*tensor.Tensor, count)
	for i, name := range names {
		list[i] = arrays[name]
	}
	return list, nil
}

func (s *session) compareFinetuned(one *finetunedBeside, model *lince.Model, keras kerasFinetuned, before []*tensor.Tensor) error {
	after, err := s.kerasWeights("after", len(keras.Names))
	if err != nil {
		return err
	}
	ours, err := weights(model)
	if err != nil {
		return err
	}
	for i, name := range keras.Names {
		own, theirs, origin := ours[i].Float32s(), after[i].Float32s(), before[i].Float32s()
		if slices.Equal(theirs, origin) { // frozen there
			if !slices.Equal(own, origin) {
				one.Frozen++
			}
			continue
		}
		distance, err := relativeNorm(own, theirs, origin)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if strings.Contains(name, "moving_") {
			one.Averages = math.Max(one.Averages, distance)
			continue
		}
		one.Tensors++
		if distance > one.Trained {
			one.Trained, one.Worst = distance, name
		}
	}
	return nil
}
