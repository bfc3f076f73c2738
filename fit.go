package lince

import (
	"context"
	"errors"
	"fmt"

	"github.com/lince-ml/lince/data"
)

// Fit holds the settings of a training (the arguments of keras.Model.fit).
// The data comes batched and shuffled from its source.
type Fit struct {
	// Epochs is the number of the last epoch; 1 when zero.
	Epochs int
	// InitialEpoch is the epoch to begin with, counted from 0.
	InitialEpoch int
	// StepsPerEpoch ends an epoch after so many batches; 0 takes all.
	StepsPerEpoch int
	// Validation is measured at the end of epochs, without augmentation and
	// dropout.
	Validation data.Source
	// ValidationSplit keeps this fraction of the samples, the last ones
	// before shuffling, for validation. The source must be one that can be
	// divided, such as arrays. Not with Validation.
	ValidationSplit float64
	// ValidationFrequency validates every so many epochs; 1 when zero.
	ValidationFrequency int
	// ValidationSteps limits the batches of a validation; 0 takes all.
	ValidationSteps int
	// ClassWeights counts the samples of a class more or less; classes not
	// in it count 1. BalancedClasses weights every class by
	// samples / (classes · samples of the class).
	ClassWeights    map[int]float64
	BalancedClasses bool
	// Callbacks watch and steer the training, in order.
	Callbacks []Callback
}

// Fit trains the model on the source's batches until the last epoch, a
// callback stops it, or ctx is cancelled. A cancelled training ends after the
// batch at hand, with its callbacks told, and returns the history so far
// together with ctx's error. A training that comes to its end with an
// optimiser that keeps moving averages of the weights leaves those in the
// model, as Keras does.
func (m *Model) Fit(ctx context.Context, source data.Source, options Fit) (*History, error) {
	run, err := m.newRun(ctx, source, options)
	if err != nil {
		return nil, err
	}
	if err = run.train(ctx); err == nil {
		err = m.averageWeights()
	}
	return run.history, run.end(err)
}

func (m *Model) newRun(ctx context.Context, source data.Source, options Fit) (*Run, error) {
	if m.training == nil {
		return nil, errors.New("lince: Fit before Compile; say Optimizer and Loss by Compile first")
	}
	if source == nil {
		return nil, errors.New("lince: there is nothing to train on: no source given")
	}
	if options.InitialEpoch < 0 || options.StepsPerEpoch < 0 || options.ValidationSteps < 0 {
		return nil, fmt.Errorf("lince: InitialEpoch %d, StepsPerEpoch %d, ValidationSteps %d: none may be negative", options.InitialEpoch, options.StepsPerEpoch, options.ValidationSteps)
	}
	options.Epochs = max(options.Epochs, 1)
	options.ValidationFrequency = max(options.ValidationFrequency, 1)
	source, options, err := divide(source, options)
	if err != nil {
		return nil, err
	}
	spec := source.Spec()
	if spec.Samples == 0 {
		return nil, errors.New("lince: there is nothing to train on: the source has no samples")
	}
	if err := m.checkTrainable(); err != nil {
		return nil, err
	}
	step, err := m.program(ctx, learning, signatureOf(spec), spec.BatchSize)
	if err != nil {
		return nil, named(err)
	}
	m.adopt(source)
	run := &Run{
		ctx: ctx, model: m, source: source, options: options, epoch: options.InitialEpoch,
		steps: spec.Batches(), program: step, history: NewHistory(),
	}
	if options.StepsPerEpoch > 0 && (run.steps < 0 || options.StepsPerEpoch < run.steps) {
		run.steps = options.StepsPerEpoch
	}
	if run.weights, err = newClassWeights(spec, options); err != nil {
		return nil, err
	}
	for _, callback := range options.Callbacks {
		observer, err := callback.Observe(run)
		if err != nil {
			return nil, run.end(fmt.Errorf("lince: %T: %w", callback, err))
		}
		run.observers = append(run.observers, observer)
	}
	if err := run.begin(); err != nil {
		return nil, run.end(err)
	}
	return run, nil
}

// Divisible is a source that can be divided into training and validation part.
type Divisible interface {
	data.Source
	// Divide returns the first part and the last part, which holds the
	// given fraction of the samples.
	Divide(fraction float64) (first, last data.Source, err error)
}

func divide(source data.Source, options Fit) (data.Source, Fit, error) {
	if options.ValidationSplit == 0 {
		return source, options, nil
	}
	divisible, ok := source.(Divisible)
	switch {
	case options.Validation != nil:
		return nil, options, errors.New("lince: both Validation and ValidationSplit given; choose one")
	case !(options.ValidationSplit > 0 && options.ValidationSplit < 1):
		return nil, options, fmt.Errorf("lince: ValidationSplit is %v, expected between 0 and 1", options.ValidationSplit)
	case !ok:
		return nil, options, fmt.Errorf("lince: a %T cannot be divided by ValidationSplit; make a source for each part", source)
	}
	first, last, err := divisible.Divide(options.ValidationSplit)
	options.Validation = last
	return first, options, err
}

// train runs the epochs. One that was stopped or finished and not yet ended
// when a checkpoint was made is only ended.
func (r *Run) train(ctx context.Context) error {
	for r.epoch < r.options.Epochs && (!r.Stopped() || r.batch > 0) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.trainEpoch(ctx); err != nil {
			return err
		}
		r.epoch++
		r.batch = 0
		if err := r.settle(true); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) trainEpoch(ctx context.Context) error {
	m := r.model
	if r.batch == 0 {
		if err := r.program.reset(m.state()); err != nil {
			return err
		}
		r.settled = false
	}
	if err := r.each(func(o Observer) error { return o.EpochBegin(r.epoch) }); err != nil {
		return err
	}
	if r.epochDone() {
		return r.endEpoch(ctx)
	}
	for batch, err := range r.source.Batches(ctx, r.epoch, r.batch) {
		if err != nil {
			return err
		}
		if err := r.trainBatch(ctx, batch); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.epochDone() {
			break
		}
	}
	return r.endEpoch(ctx)
}

func (r *Run) epochDone() bool {
	return r.batch > 0 && (r.Stopped() || r.steps >= 0 && r.batch >= r.steps)
}

func (r *Run) trainBatch(ctx context.Context, batch *data.Batch) error {
	if err := r.step(ctx, batch); err != nil {
		return fmt.Errorf("lince: epoch %d, batch %d: %w", r.epoch+1, r.batch+1, err)
	}
	r.settled = false
	r.model.training.step++
	r.batch++
	r.samples += batch.Len()
	if err := r.each(func(o Observer) error { return o.BatchEnd(r.batch - 1) }); err != nil {
		return err
	}
	return r.settle(false)
}

// step runs the compiled step on a batch.
func (r *Run) step(ctx context.Context, batch *data.Batch) error {
	if err := checkBatch(batch); err != nil {
		return err
	}
	m, t := r.model, r.model.training
	if !r.program.takes(batch) { // the sums are the same in another one
		program, err := m.program(ctx, learning, signatureOfBatch(batch), batch.Len())
		if err != nil {
			return err
		}
		r.program = program
	}
	fed, err := r.weights.feed(r.inputs[:0], r.program, batch)
	if err != nil {
		return err
	}
	r.inputs = r.scalars.append(fed, scalars{
		rate: float32(t.learningRate()), number: float32(t.step + 1),
		key: [4]uint32{uint32(t.Seed), uint32(t.Seed >> 32), uint32(t.step), 0},
	})
	// The batch at hand is finished even when ctx is cancelled meanwhile.
	return r.program.executable.Run(context.WithoutCancel(ctx), m.state(), batch.Len(), r.inputs, nil)
}

func (r *Run) endEpoch(ctx context.Context) error {
	if r.batch == 0 {
		return fmt.Errorf("lince: epoch %d: there is nothing to train on: the source yields no batch", r.epoch+1)
	}
	logs, err := r.Logs()
	if err != nil {
		return err
	}
	if r.options.Validation != nil && (r.epoch+1)%r.options.ValidationFrequency == 0 {
		measured, err := r.model.evaluate(ctx, r.options.Validation, r.options.ValidationSteps)
		if err != nil {
			return fmt.Errorf("lince: validation: %w", err)
		}
		for _, log := range measured {
			logs = append(logs, Log{"val_" + log.Name, log.Value})
		}
	}
	r.logs, r.settled = logs, false
	if err := r.each(func(o Observer) error { return o.EpochEnd(r.epoch, r.logs) }); err != nil {
		return err
	}
	r.history.append(r.epoch, r.logs)
	return nil
}
