package callbacks

import (
	"encoding/json"
	"fmt"

	"github.com/lince-ml/lince"
)

// EarlyStopping ends a training when a value has stopped improving
// (keras.callbacks.EarlyStopping).
type EarlyStopping struct {
	// Monitor is val_loss when empty.
	Monitor string
	// MinDelta is the least change that counts as an improvement.
	MinDelta float64
	// Patience is how many epochs in a row may bring no improvement.
	Patience int
	Mode     Mode
	// Baseline is a value to improve on from the beginning; nil for none.
	Baseline *float64
	// RestoreBestWeights puts the weights of the best epoch back at the end,
	// also when the training was not stopped.
	RestoreBestWeights bool
	// StartFromEpoch leaves out the first epochs.
	StartFromEpoch int
}

// Observe begins to watch a training.
func (c EarlyStopping) Observe(run *lince.Run) (lince.Observer, error) {
	m, err := newMonitor(run, c.Monitor, "val_loss", c.Mode, c.MinDelta)
	if err != nil {
		return nil, err
	}
	if c.Patience < 0 || c.StartFromEpoch < 0 {
		return nil, fmt.Errorf("callbacks: EarlyStopping with Patience %d and StartFromEpoch %d, expected numbers not below 0", c.Patience, c.StartFromEpoch)
	}
	return &earlyStopping{settings: c, monitor: m, run: run, memory: patience{Best: number(m.worst())}}, nil
}

type earlyStopping struct {
	lince.Idle
	settings EarlyStopping
	monitor  monitor
	run      *lince.Run
	memory   patience
	weights  *lince.Snapshot
}

// patience is what the observer remembers between epochs.
type patience struct {
	Best      number `json:"best"`
	BestEpoch int    `json:"best_epoch"`
	Wait      int    `json:"wait"`
}

func (o *earlyStopping) EpochEnd(epoch int, logs lince.Logs) error {
	value, ok := o.monitor.value(logs)
	if !ok || epoch < o.settings.StartFromEpoch {
		return nil
	}
	if o.settings.RestoreBestWeights && o.weights == nil {
		if err := o.keep(epoch); err != nil { // something to return to, whatever comes
			return err
		}
	}
	o.memory.Wait++
	if o.monitor.improves(value, float64(o.memory.Best)) {
		o.memory.Best = number(value)
		if o.settings.RestoreBestWeights {
			if err := o.keep(epoch); err != nil {
				return err
			}
		}
		o.memory.BestEpoch = epoch
		if o.settings.Baseline == nil || o.monitor.improves(value, *o.settings.Baseline) {
			o.memory.Wait = 0
		}
		return nil
	}
	if o.memory.Wait >= o.settings.Patience && epoch > 0 {
		o.run.Stop(fmt.Sprintf("%s has not improved for %d epochs", o.monitor.name, o.memory.Wait))
	}
	return nil
}

func (o *earlyStopping) keep(epoch int) (err error) {
	o.memory.BestEpoch = epoch
	o.weights, err = o.run.Model().Snapshot()
	return err
}

func (o *earlyStopping) End(error) error {
	if o.weights == nil {
		return nil
	}
	return o.run.Model().Restore(o.weights)
}

func (o *earlyStopping) Key() string                  { return "early_stopping/" + o.monitor.name }
func (o *earlyStopping) MarshalJSON() ([]byte, error) { return json.Marshal(o.memory) }
func (o *earlyStopping) UnmarshalJSON(content []byte) error {
	return json.Unmarshal(content, &o.memory)
}
func (o *earlyStopping) Weights() *lince.Snapshot        { return o.weights }
func (o *earlyStopping) SetWeights(best *lince.Snapshot) { o.weights = best }
