package callbacks

import (
	"encoding/json"
	"fmt"

	"github.com/lince-ml/lince"
)

// ReduceLROnPlateau lowers the learning rate when a value has stopped
// improving (keras.callbacks.ReduceLROnPlateau).
type ReduceLROnPlateau struct {
	// Monitor is val_loss when empty.
	Monitor string
	// Factor multiplies the learning rate; 0.1 when zero.
	Factor float64
	// Patience is how many epochs without improvement are waited for; 10
	// when zero.
	Patience int
	Mode     Mode
	// MinDelta is the least change that counts; 1e-4 when nil.
	MinDelta *float64
	// Cooldown is how many epochs after a reduction do not count.
	Cooldown int
	// MinLearningRate is never gone below.
	MinLearningRate float64
}

// Observe begins to watch a training.
func (c ReduceLROnPlateau) Observe(run *lince.Run) (lince.Observer, error) {
	if c.Factor == 0 {
		c.Factor = 0.1
	}
	if c.Patience == 0 {
		c.Patience = 10
	}
	minDelta := 1e-4
	if c.MinDelta != nil {
		minDelta = *c.MinDelta
	}
	if !(c.Factor > 0 && c.Factor < 1) {
		return nil, fmt.Errorf("callbacks: ReduceLROnPlateau with Factor %v, expected between 0 and 1", c.Factor)
	}
	m, err := newMonitor(run, c.Monitor, "val_loss", c.Mode, minDelta)
	if err != nil {
		return nil, err
	}
	if err := steerable(run); err != nil {
		return nil, err
	}
	return &reduceLR{settings: c, monitor: m, run: run, memory: plateau{Best: number(m.worst())}}, nil
}

type reduceLR struct {
	lince.Idle
	settings ReduceLROnPlateau
	monitor  monitor
	run      *lince.Run
	memory   plateau
}

type plateau struct {
	Best     number `json:"best"`
	Wait     int    `json:"wait"`
	Cooldown int    `json:"cooldown"`
}

func (o *reduceLR) EpochEnd(_ int, logs lince.Logs) error {
	model, memory := o.run.Model(), &o.memory
	o.run.Log("learning_rate", model.LearningRate())
	value, ok := o.monitor.value(logs)
	if !ok {
		return nil
	}
	if memory.Cooldown > 0 {
		memory.Cooldown--
		memory.Wait = 0
	}
	if o.monitor.improves(value, float64(memory.Best)) {
		memory.Best, memory.Wait = number(value), 0
		return nil
	}
	if memory.Cooldown > 0 {
		return nil
	}
	memory.Wait++
	if rate := model.LearningRate(); memory.Wait >= o.settings.Patience && rate > o.settings.MinLearningRate {
		memory.Cooldown, memory.Wait = o.settings.Cooldown, 0
		return model.SetLearningRate(max(rate*o.settings.Factor, o.settings.MinLearningRate))
	}
	return nil
}

func (o *reduceLR) Key() string                        { return "reduce_lr_on_plateau/" + o.monitor.name }
func (o *reduceLR) MarshalJSON() ([]byte, error)       { return json.Marshal(o.memory) }
func (o *reduceLR) UnmarshalJSON(content []byte) error { return json.Unmarshal(content, &o.memory) }
