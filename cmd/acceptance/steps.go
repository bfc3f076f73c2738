package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// stepCount is how many steps both train.
const stepCount = 10

// steppedBy is an optimizer that both have, and its learning rate: the recipe's
// for RMSprop, Keras' defaults for the others.
type steppedBy struct {
	name      string
	rate      float64
	optimizer optimizers.Optimizer
}

// steppedOn is what both train on: series of batches of photos of
// cats-dogs/train, with some noise mixed in.
type steppedOn struct {
	name         string
	series, size int
	grain        float32
}

// stepped is how far Lince was from Keras in a series, and Keras from itself
// when it computes without oneDNN. Lince is measured from the nearer of these
// two engines.
type stepped struct {
	FirstLoss, LastLoss float64 // relative
	Lince, Keras        distances
	// Winograd is how far Lince is with the engine as users have it, and its
	// last loss; the others are measured without Winograd's transforms.
	Winograd     distances
	WinogradLoss float64
}

// distances are those of the tensor furthest off, after the last step.
type distances struct{ Kernels, Biases float64 }

func (d distances) worst() float64 { return max(d.Kernels, d.Biases) }

const stepNote = `Kernels are compared relative to their norm, biases to that of their
update; the worst tensor counts. No two engines add up in the same order, and where two
pixels of a pooling window are equal but for the last bits, one takes this and the other that,
and the gradient goes elsewhere. In ten batches of 20 photos, with over 50 million windows, this
happens many times: there Keras differs from itself without oneDNN about as far as Lince from
Keras, and the bar is on the losses alone. In batches of one photo, with noise that parts equal
pixels, it is rare: there the bar on the tensors is on the median of the series, each measured
from the nearer of Keras' two engines, with oneDNN and without.
Winograd's transforms, which the engine uses where they are faster, err by ten times as much as
products do and so decide more such windows; the bars are held without them (Options.NoWinograd),
and what comes of them is told beside.
Learning rates: SGD 0.01, RMSprop 1e-4, Adam 1e-3.`

// measureSteps trains beside Keras, with each optimizer.
func measureSteps(ctx context.Context, s *session) (*result, error) {
	r := &result{}
	for _, on := range []steppedOn{{"one photo with noise", s.fewer(9, 3), 1, 0.1}, {"20 photos", 1, 20, 0}} {
		for _, by := range []steppedBy{
			{"SGD", 0.01, optimizers.SGD{LearningRate: 0.01}},
			{"RMSprop", 1e-4, optimizers.RMSprop{LearningRate: 1e-4}},
			{"Adam", 1e-3, optimizers.Adam{LearningRate: 1e-3}},
		} {
			name := by.name + ", batches of " + on.name
			one, err := part(ctx, s, name, s.state, func() ([]stepped, error) { return s.stepBeside(ctx, by, on) })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			r.addSteps(name, one, on.size == 1)
		}
	}
	r.note("%s", stepNote)
	return r, nil
}

func (r *result) addSteps(name string, series []stepped, judged bool) {
	median := func(of func(stepped) float64) float64 {
		var values []float64
		for _, one := range series {
			values = append(values, of(one))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	r.atMost(name+": loss of step 1, relative difference", median(func(s stepped) float64 { return s.FirstLoss }), 1e-5, "")
	r.atMost(fmt.Sprintf("%s: loss of step %d, relative difference", name, stepCount), median(func(s stepped) float64 { return s.LastLoss }), 1e-3, "")
	relation := ledger.Told
	if judged {
		relation = ledger.AtMost
	}
	r.add(name+": kernels", median(func(s stepped) float64 { return s.Lince.Kernels }), "", relation, 1e-4)
	r.add(name+": biases", median(func(s stepped) float64 { return s.Lince.Biases }), "", relation, 1e-4)
	r.tell(name+": kernels, Keras without oneDNN", median(func(s stepped) float64 { return s.Keras.Kernels }), "")
	r.tell(name+": biases, Keras without oneDNN", median(func(s stepped) float64 { return s.Keras.Biases }), "")
	r.tell(fmt.Sprintf("%s: loss of step %d with Winograd's transforms", name, stepCount), median(func(s stepped) float64 { return s.WinogradLoss }), "")
	r.tell(name+": kernels with Winograd's transforms", median(func(s stepped) float64 { return s.Winograd.Kernels }), "")
	r.tell(name+": biases with Winograd's transforms", median(func(s stepped) float64 { return s.Winograd.Biases }), "")
	if !judged {
		return
	}
	var lince, keras int
	for _, one := range series {
		if one.Lince.worst() <= 1e-4 {
			lince++
		}
		if one.Keras.worst() <= 1e-4 {
			keras++
		}
	}
	r.note("%s: all tensors within 1e-4 of Keras' in %d of %d series; Keras without oneDNN in %d.", name, lince, len(series), keras)
}

// stepBeside trains the same with both.
func (s *session) stepBeside(ctx context.Context, by steppedBy, on steppedOn) ([]stepped, error) {
	all, err := s.photoSeries(ctx, on)
	if err != nil {
		return nil, err
	}
	before, err := all.write(s.path("arrays.npz"))
	if err != nil {
		return nil, err
	}
	keras, err := s.kerasSteps(ctx, by, on.series, len(before), false)
	if err != nil {
		return nil, err
	}
	plain, err := s.kerasSteps(ctx, by, on.series, len(before), true)
	if err != nil {
		return nil, err
	}
	results := make([]stepped, on.series)
	for i := range results {
		ours, err := linceSteps(ctx, by, all.of(i), cpu.Options{NoWinograd: true})
		if err != nil {
			return nil, err
		}
		if results[i], err = compareSteps(ours, keras[i], plain[i], before); err != nil {
			return nil, err
		}
		fast, err := linceSteps(ctx, by, all.of(i), cpu.Options{})
		if err != nil {
			return nil, err
		}
		beside, err := compareSteps(fast, keras[i], plain[i], before)
		if err != nil {
			return nil, err
		}
		results[i].Winograd, results[i].WinogradLoss = beside.Lince, beside.LastLoss
	}
	return results, nil
}

// compareSteps compares a series of Lince with Keras' two engines.
func compareSteps(ours, keras, plain trained, before []*tensor.Tensor) (one stepped, err error) {
	if one.Keras, err = furthest(plain.weights, keras.weights, before); err != nil {
		return one, err
	}
	if one.Lince, err = furthest(ours.weights, keras.weights, before); err != nil {
		return one, err
	}
	other, err := furthest(ours.weights, plain.weights, before)
	if err != nil {
		return one, err
	}
	nearer, last := keras, stepCount-1
	if other.worst() < one.Lince.worst() {
		nearer, one.Lince = plain, other
	}
	one.FirstLoss = relative(ours.losses[0], nearer.losses[0])
	one.LastLoss = relative(ours.losses[last], nearer.losses[last])
	return one, nil
}

// trained is what a series came to.
type trained struct {
	losses  []float64
	weights []*tensor.Tensor
}

// stepSeed gives the weights that all series begin with.
const stepSeed = 11

func linceSteps(ctx context.Context, by steppedBy, batches data.Source, options cpu.Options) (trained, error) {
	engine, err := cpu.New(options)
	if err != nil {
		return trained{}, err
	}
	defer engine.Close()
	model, err := exampleCNN(2, by.optimizer, stepSeed, engine)
	if err != nil {
		return trained{}, err
	}
	defer model.Close()
	history, err := model.Fit(ctx, batches, lince.Fit{Epochs: stepCount})
	if err != nil {
		return trained{}, err
	}
	after, err := weights(model)
	return trained{history.Values["loss"], after}, err
}

// kerasSteps trains all series with Keras.
func (s *session) kerasSteps(ctx context.Context, by steppedBy, series, tensors int, plain bool) ([]trained, error) {
	request := map[string]any{
		"arrays": "arrays.npz", "weights": "weights.npz", "size": exampleSize,
		"optimizer": by.name, "learning_rate": by.rate, "without_onednn": plain,
	}
	var answer struct{ Losses [][]float64 }
	if err := s.keras(ctx, "steps", request, &answer); err != nil {
		return nil, err
	}
	if len(answer.Losses) != series {
		return nil, fmt.Errorf("%d series of Keras, expected %d", len(answer.Losses), series)
	}
	all := make([]trained, series)
	for i := range all {
		if len(answer.Losses[i]) != stepCount {
			return nil, fmt.Errorf("%d losses of Keras, expected %d", len(answer.Losses[i]), stepCount)
		}
		all[i].losses = answer.Losses[i]
		for n := range tensors {
			name := fmt.Sprintf("series%d_weight%d", i, n)
			arrays, err := readArrays(s.path("weights.npz"), name)
			if err != nil {
				return nil, err
			}
			all[i].weights = append(all[i].weights, arrays[name])
		}
	}
	return all, nil
}

// furthest returns how far weights are from those of Keras.
func furthest(values, keras, before []*tensor.Tensor) (d distances, err error) {
	if len(values) != len(keras) {
		return d, fmt.Errorf("%d weights cannot be compared with Keras' %d", len(values), len(keras))
	}
	for i := range values {
		worst, origin := &d.Kernels, []float32(nil)
		if values[i].Rank() == 1 {
			worst, origin = &d.Biases, before[i].Float32s()
		}
		distance, err := relativeNorm(values[i].Float32s(), keras[i].Float32s(), origin)
		if err != nil {
			return d, err
		}
		*worst = math.Max(*worst, distance)
	}
	return d, nil
}
