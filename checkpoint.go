package lince

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

// A checkpoint is a saved model with these members more.
const (
	checkpointMember = "lince/checkpoint.json"
	arraysMember     = "lince/checkpoint.npz"
)

const checkpointVersion = 1

// checkpoint is what a training goes on from, beside the model.
type checkpoint struct {
	Version int `json:"version"`
	// Identity is what the training must have in common with the one that
	// goes on.
	Identity     json.RawMessage            `json:"identity"`
	Epoch        int                        `json:"epoch"`
	Batch        int                        `json:"batch"`
	Step         int                        `json:"step"`
	Samples      int                        `json:"samples"`
	LearningRate float64                    `json:"learning_rate"`
	Stopped      string                     `json:"stopped,omitempty"`
	Epochs       []int                      `json:"epochs"`
	Series       []string                   `json:"series"`
	Observers    map[string]json.RawMessage `json:"observers"`
	// Kept lists the observers that keep weights.
	Kept []string `json:"kept"`

	// arrays are the history, the sums of loss and metrics, and the kept
	// weights, by the names that the functions below give.
	arrays map[string]*tensor.Tensor
}

func seriesName(i int) string      { return fmt.Sprintf("history/%d", i) }
func accumulatorName(i int) string { return fmt.Sprintf("accumulators/%d", i) }
func keptName(i, weight int) string {
	return fmt.Sprintf("kept/%d/%d", i, weight)
}

// Settled reports whether SaveCheckpoint may be called: whether the last batch
// or epoch is done with and all observers have been told of it.
func (r *Run) Settled() bool { return r.settled }

// SaveCheckpoint writes all that the training needs to go on from here as if
// it had never stopped, to the bit. The file is a model as Save writes it, so
// path ends in .keras; what else there is lies in members that Keras ignores:
// the position, the optimiser's and the observers' memory, the sums behind the
// running averages, the history. Whatever happens, path holds its earlier
// content or the whole checkpoint.
//
// It is meant for Settler.Settled, and may be called from End where Settled
// reports true.
func (r *Run) SaveCheckpoint(path string) error {
	if extension := filepath.Ext(path); extension != ".keras" {
		return fmt.Errorf("lince: cannot save a checkpoint as %s: the name must end in .keras", path)
	}
	if !r.settled {
		return errors.New("lince: SaveCheckpoint in the middle of a step; call it from an observer's Settled")
	}
	c, err := r.checkpoint()
	if err != nil {
		return fmt.Errorf("lince: checkpoint %s: %w", path, err)
	}
	file, err := r.model.file()
	if err != nil {
		return fmt.Errorf("lince: checkpoint %s: %w", path, err)
	}
	if err := c.put(file); err != nil {
		return fmt.Errorf("lince: checkpoint %s: %w", path, err)
	}
	if err := removePartials(path); err != nil {
		return err
	}
	return writeFile(path, file)
}

// checkpoint gathers what a checkpoint holds beside the model.
func (r *Run) checkpoint() (*checkpoint, error) {
	t := r.model.training
	identity, err := r.identity()
	if err != nil {
		return nil, err
	}
	c := &checkpoint{
		Version: checkpointVersion, Identity: identity,
		Epoch: r.epoch, Batch: r.batch, Step: t.step, Samples: r.samples,
		LearningRate: t.rate, Stopped: r.stopped,
		Epochs: r.history.Epochs, Series: r.history.Names,
		Observers: map[string]json.RawMessage{}, arrays: map[string]*tensor.Tensor{},
	}
	for i, name := range c.Series {
		if c.arrays[seriesName(i)], err = tensor.Of(r.history.Values[name], len(c.Epochs)); err != nil {
			return nil, err
		}
	}
	for i, v := range r.program.accumulators {
		value, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			return nil, err
		}
		if err := r.model.state().Read(v, value); err != nil {
			return nil, err
		}
		c.arrays[accumulatorName(i)] = value
	}
	return c, c.remember(r.stateful())
}

// remember takes the observers' memory.
func (c *checkpoint) remember(observers iter.Seq2[string, Stateful]) error {
	for key, observer := range observers {
		memory, err := observer.MarshalJSON()
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		c.Observers[key] = memory
		remembering, ok := observer.(Remembering)
		if !ok || remembering.Weights() == nil {
			continue
		}
		for n, value := range remembering.Weights().values {
			c.arrays[keptName(len(c.Kept), n)] = value
		}
		c.Kept = append(c.Kept, key)
	}
	return nil
}

// stateful yields the observers with a memory by their keys, with a number
// behind a key that was there before.
func (r *Run) stateful() iter.Seq2[string, Stateful] {
	return func(yield func(string, Stateful) bool) {
		seen := map[string]int{}
		for _, observer := range r.observers {
			stateful, ok := observer.(Stateful)
			if !ok {
				continue
			}
			key := stateful.Key()
			if seen[key]++; seen[key] > 1 {
				key = fmt.Sprintf("%s#%d", key, seen[key])
			}
			if !yield(key, stateful) {
				return
			}
		}
	}
}

func (c *checkpoint) put(file *keras.File) (err error) {
	if file.Extras[checkpointMember], err = json.Marshal(c); err != nil {
		return err
	}
	var arrays bytes.Buffer
	if err := npz.WriteArchive(&arrays, c.arrays); err != nil {
		return err
	}
	file.Extras[arraysMember] = arrays.Bytes()
	return nil
}
