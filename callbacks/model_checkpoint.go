package callbacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lince-ml/lince"
)

// ModelCheckpoint saves the model while it is trained
// (keras.callbacks.ModelCheckpoint). To resume a training use
// BackupAndRestore.
type ModelCheckpoint struct {
	// Path ends in .keras, or .weights.h5 with SaveWeightsOnly. It may have
	// fields as in Python: {epoch:02d}, counted from 1, {batch}, counted
	// from 1, with SaveEvery, and what was measured: {val_loss:.2f}. Missing
	// folders are made.
	Path string
	// Monitor is val_loss when empty; used with SaveBestOnly.
	Monitor string
	// SaveBestOnly saves only when Monitor is better than ever before. An
	// epoch that does not measure it saves nothing; Keras would overwrite
	// the best.
	SaveBestOnly bool
	// SaveWeightsOnly saves the weights without the model.
	SaveWeightsOnly bool
	Mode            Mode
	// SaveEvery saves after so many batches, epochs notwithstanding, with
	// the running averages as what was measured; 0 saves after each epoch.
	SaveEvery int
	// InitialValueThreshold is what the first saved value has to be better
	// than; nil for none.
	InitialValueThreshold *float64
}

// Observe begins to watch a training.
func (c ModelCheckpoint) Observe(run *lince.Run) (lince.Observer, error) {
	extension := ".keras"
	if c.SaveWeightsOnly {
		extension = ".weights.h5"
	}
	if !strings.HasSuffix(c.Path, extension) {
		return nil, fmt.Errorf("callbacks: ModelCheckpoint's Path is %q, expected a name that ends in %s", c.Path, extension)
	}
	if c.SaveEvery < 0 {
		return nil, fmt.Errorf("callbacks: ModelCheckpoint with SaveEvery %d, expected a number of batches, or 0 for every epoch", c.SaveEvery)
	}
	name, err := parseTemplate(c.Path)
	if err != nil {
		return nil, err
	}
	o := &modelCheckpoint{settings: c, name: name, run: run}
	if !c.SaveBestOnly {
		return o, nil
	}
	if o.monitor, err = newMonitor(run, c.Monitor, "val_loss", c.Mode, 0); err != nil {
		return nil, err
	}
	if c.SaveEvery > 0 && strings.HasPrefix(o.monitor.name, "val_") {
		return nil, errors.New("callbacks: ModelCheckpoint with SaveEvery monitors " + o.monitor.name + ", which only the end of an epoch measures; monitor loss or save every epoch")
	}
	o.memory.Best = number(o.monitor.worst())
	if c.InitialValueThreshold != nil {
		o.memory.Best = number(*c.InitialValueThreshold)
	}
	return o, nil
}

type modelCheckpoint struct {
	lince.Idle
	settings ModelCheckpoint
	name     template
	monitor  monitor
	run      *lince.Run
	memory   saved
}

// saved is what the observer remembers between saves.
type saved struct {
	Best    number `json:"best"`
	Batches int    `json:"batches"` // since the last save
}

func (o *modelCheckpoint) BatchEnd(int) error {
	if o.settings.SaveEvery == 0 {
		return nil
	}
	if o.memory.Batches++; o.memory.Batches < o.settings.SaveEvery {
		return nil
	}
	o.memory.Batches = 0
	logs, err := o.run.Logs()
	if err != nil {
		return err
	}
	return o.save(logs)
}

func (o *modelCheckpoint) EpochEnd(_ int, logs lince.Logs) error {
	if o.settings.SaveEvery > 0 {
		return nil
	}
	return o.save(logs)
}

func (o *modelCheckpoint) save(logs lince.Logs) error {
	if o.settings.SaveBestOnly {
		value, ok := o.monitor.value(logs)
		if !ok || !o.monitor.improves(value, float64(o.memory.Best)) {
			return nil
		}
		o.memory.Best = number(value)
	}
	path, err := o.name.fill(func(name string) (any, bool) {
		switch {
		case name == "epoch":
			return o.run.Epoch() + 1, true
		case name == "batch" && o.settings.SaveEvery > 0:
			return o.run.Batch(), true
		}
		return logs.Get(name)
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if o.settings.SaveWeightsOnly {
		return o.run.Model().SaveWeights(path)
	}
	return o.run.Model().Save(path)
}

func (o *modelCheckpoint) Key() string                  { return "model_checkpoint/" + o.settings.Path }
func (o *modelCheckpoint) MarshalJSON() ([]byte, error) { return json.Marshal(o.memory) }
func (o *modelCheckpoint) UnmarshalJSON(content []byte) error {
	return json.Unmarshal(content, &o.memory)
}
