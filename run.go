package lince

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/tensor"
)

// Callback watches and steers a training. It is a plain value of settings;
// what it remembers belongs to the Observer that each training gets from it.
type Callback interface {
	// Observe is called once when a training begins.
	Observe(run *Run) (Observer, error)
}

// Observer is told what happens during one training. An error ends the
// training with it. Embed Idle to implement only some of the methods.
type Observer interface {
	// EpochBegin is called before the first batch of an epoch, counted from 0.
	EpochBegin(epoch int) error
	// BatchEnd is called after every batch, counted from 0 in its epoch.
	BatchEnd(batch int) error
	// EpochEnd is called with what the epoch measured, validation included.
	EpochEnd(epoch int, logs Logs) error
	// End is called once, also after an error or a cancellation, which it is
	// given; nil when the training came to its end.
	End(cause error) error
}

// Settler is an Observer that is told when a batch or an epoch is over and done
// with: all observers have been told of it and the history holds it. This is
// the moment for checkpoints. A Settler's End is called before that of all
// other observers.
type Settler interface {
	Observer
	Settled(epochEnded bool) error
}

// Stateful is an Observer whose memory a checkpoint keeps, so that a resumed
// training goes on as if it had never stopped.
type Stateful interface {
	Observer
	// Key tells the observer's state from others'; the same at every start.
	Key() string
	MarshalJSON() ([]byte, error)
	UnmarshalJSON([]byte) error
}

// Remembering is a Stateful Observer that also keeps weights.
type Remembering interface {
	Stateful
	// Weights returns what is kept, nil if nothing is.
	Weights() *Snapshot
	// SetWeights puts back what a checkpoint kept.
	SetWeights(*Snapshot)
}

// Idle is an Observer that does nothing.
type Idle struct{}

// EpochBegin does nothing.
func (Idle) EpochBegin(int) error { return nil }

// BatchEnd does nothing.
func (Idle) BatchEnd(int) error { return nil }

// EpochEnd does nothing.
func (Idle) EpochEnd(int, Logs) error { return nil }

// End does nothing.
func (Idle) End(error) error { return nil }

// Run is a training while it goes on, as callbacks see it.
type Run struct {
	ctx       context.Context
	model     *Model
	source    data.Source
	options   Fit
	program   *program
	observers []Observer
	history   *History
	weights   *classWeights
	scalars   scalarInputs
	inputs    []*tensor.Tensor
	logs      Logs
	epoch     int
	batch     int
	steps     int
	samples   int
	stopped   string
	// settled is whether a checkpoint can be made now; begun whether
	// callbacks were told of the training; resumed is what the checkpoint
	// that the training goes on from keeps for its observers.
	settled, begun bool
	resumed        *checkpoint
}

// Context returns the one that Fit was given. A callback that works for long
// ends when it is done.
func (r *Run) Context() context.Context { return r.ctx }

// Model returns the model that is trained.
func (r *Run) Model() *Model { return r.model }

// Epoch returns the number of the epoch at hand, counted from 0.
func (r *Run) Epoch() int { return r.epoch }

// Epochs returns the number of the last epoch.
func (r *Run) Epochs() int { return r.options.Epochs }

// Batch returns how many batches of the epoch are done.
func (r *Run) Batch() int { return r.batch }

// Steps returns the batches of an epoch, -1 if unknown.
func (r *Run) Steps() int { return r.steps }

// Samples returns how many samples the training has seen so far.
func (r *Run) Samples() int { return r.samples }

// Step returns how many steps the optimiser has done, in earlier trainings too.
func (r *Run) Step() int { return r.model.training.step }

// HasValidation reports whether epochs end with a validation.
func (r *Run) HasValidation() bool { return r.options.Validation != nil }

// History returns what was measured so far.
func (r *Run) History() *History { return r.history }

// Logs returns the running averages of loss and metrics over the batches of
// the epoch so far.
func (r *Run) Logs() (Logs, error) { return r.program.logs(r.model.state()) }

// Log adds a value to what the epoch measured, for the callbacks behind and
// the history; to be called from EpochEnd.
func (r *Run) Log(name string, value float64) {
	for i := range r.logs {
		if r.logs[i].Name == name {
			r.logs[i].Value = value
			return
		}
	}
	r.logs = append(r.logs, Log{name, value})
}

// Stop ends the training after the batch or epoch at hand, for a reason that
// StopReason tells.
func (r *Run) Stop(reason string) { r.stopped = reason }

// Stopped reports whether a callback ended the training.
func (r *Run) Stopped() bool { return r.stopped != "" }

// StopReason returns what the callback that ended the training gave, empty if none did.
func (r *Run) StopReason() string { return r.stopped }

// begin gives the observers what a checkpoint kept of them, once all are there.
func (r *Run) begin() error {
	r.begun = true
	if r.resumed == nil {
		return nil
	}
	return r.resumeObservers()
}

// end tells the observers that the training is over: first those that keep
// checkpoints, before others put other weights into the model.
func (r *Run) end(cause error) error {
	for _, settlers := range [...]bool{true, false} {
		for _, observer := range r.observers {
			if _, ok := observer.(Settler); ok == settlers {
				cause = errors.Join(cause, observer.End(cause))
			}
		}
	}
	return cause
}

// settle tells those who wait for a consistent moment.
func (r *Run) settle(epochEnded bool) error {
	r.settled = true
	return r.each(func(o Observer) error {
		if settler, ok := o.(Settler); ok {
			return settler.Settled(epochEnded)
		}
		return nil
	})
}

func (r *Run) each(call func(Observer) error) error {
	var errs []error
	for _, observer := range r.observers {
		errs = append(errs, call(observer))
	}
	return errors.Join(errs...)
}

// scalars are the inputs of a training step beside the batch.
type scalars struct {
	rate, number float32
	key          [4]uint32
}

// scalarInputs holds their tensors, reused by every step.
type scalarInputs struct {
	rate, number, key *tensor.Tensor
}

func (s *scalarInputs) append(inputs []*tensor.Tensor, values scalars) []*tensor.Tensor {
	if s.rate == nil {
		s.rate, s.number = tensor.Scalar(float32(0)), tensor.Scalar(float32(0))
		s.key, _ = tensor.Of(make([]uint32, 4), 4)
	}
	s.rate.Float32s()[0], s.number.Float32s()[0] = values.rate, values.number
	key, _ := tensor.Values[uint32](s.key)
	copy(key, values.key[:])
	return append(inputs, s.rate, s.number, s.key)
}

// Falls reports whether a measured value should fall rather than rise: the
// loss and the metrics that say so. An unknown name is an error.
func (r *Run) Falls(name string) (bool, error) {
	base := strings.TrimPrefix(name, "val_")
	var known []string
	for _, m := range r.program.meters {
		if m.name != base {
			known = append(known, m.name)
			continue
		}
		if _, ok := m.metric.(lossMeter); ok {
			return true, nil
		}
		return metrics.DirectionOf(m.metric) == metrics.LowerIsBetter, nil
	}
	return false, fmt.Errorf("lince: nothing named %q is measured; there are %s, with val_ before them for validation", name, strings.Join(known, ", "))
}
