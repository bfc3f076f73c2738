package callbacks

import (
	"errors"

	"github.com/lince-ml/lince"
)

// LearningRateScheduler sets the learning rate at the beginning of each epoch
// (keras.callbacks.LearningRateScheduler).
type LearningRateScheduler struct {
	// Schedule is given the epoch, counted from 0, and the rate so far.
	Schedule func(epoch int, rate float64) float64
}

// Observe begins to steer a training.
func (c LearningRateScheduler) Observe(run *lince.Run) (lince.Observer, error) {
	if c.Schedule == nil {
		return nil, errors.New("callbacks: LearningRateScheduler without a Schedule")
	}
	if err := steerable(run); err != nil {
		return nil, err
	}
	return &learningRateScheduler{schedule: c.Schedule, run: run}, nil
}

// steerable returns an error if the optimiser does not let callbacks set its rate.
func steerable(run *lince.Run) error {
	return run.Model().SetLearningRate(run.Model().LearningRate())
}

type learningRateScheduler struct {
	lince.Idle
	schedule func(int, float64) float64
	run      *lince.Run
}

func (o *learningRateScheduler) EpochBegin(epoch int) error {
	if o.run.Batch() > 0 { // an epoch that is resumed has its rate already
		return nil
	}
	model := o.run.Model()
	return model.SetLearningRate(o.schedule(epoch, model.LearningRate()))
}

func (o *learningRateScheduler) EpochEnd(int, lince.Logs) error {
	o.run.Log("learning_rate", o.run.Model().LearningRate())
	return nil
}
