package lince

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

// LoadCheckpoint makes the training go on from a checkpoint. It must be called
// from a callback's Observe. A checkpoint of a training with another model,
// optimiser, seed or other data is refused with what differs. The error wraps
// fs.ErrNotExist if there is no file.
//
// What the data is beyond its size and its classes cannot be compared: the
// source must be made as it was, with the same files and the same seed.
func (r *Run) LoadCheckpoint(path string) error {
	if r.begun {
		return errors.New("lince: LoadCheckpoint after the training began; call it from a callback's Observe")
	}
	file, err := keras.Open(path)
	if err != nil {
		return fmt.Errorf("lince: checkpoint %s: %w", path, err)
	}
	c, err := newCheckpoint(file)
	if err == nil {
		err = r.resume(c, file)
	}
	if err != nil {
		return fmt.Errorf("lince: checkpoint %s: %w", path, err)
	}
	return nil
}

func newCheckpoint(file *keras.File) (*checkpoint, error) {
	content, arrays := file.Extras[checkpointMember], file.Extras[arraysMember]
	if content == nil || arrays == nil {
		return nil, errors.New("the file is a model, but no checkpoint of a training")
	}
	c := &checkpoint{arrays: map[string]*tensor.Tensor{}}
	if err := json.Unmarshal(content, c); err != nil {
		return nil, fmt.Errorf("%s: %w", checkpointMember, err)
	}
	if c.Version != checkpointVersion {
		return nil, fmt.Errorf("its version is %d, this Lince reads version %d", c.Version, checkpointVersion)
	}
	if c.Epoch < 0 || c.Batch < 0 || c.Step < 0 || c.Samples < 0 || !(c.LearningRate >= 0 && c.LearningRate < math.Inf(1)) {
		return nil, fmt.Errorf("%s: epoch %d, batch %d, step %d, %d samples, learning rate %v: none may be negative", checkpointMember, c.Epoch, c.Batch, c.Step, c.Samples, c.LearningRate)
	}
	archive, err := npz.OpenArchive(bytes.NewReader(arrays), int64(len(arrays)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arraysMember, err)
	}
	for _, name := range archive.Names() {
		if c.arrays[name], err = archive.Read(name); err != nil {
			return nil, fmt.Errorf("%s: %w", arraysMember, err)
		}
	}
	return c, nil
}

// array returns an array of the checkpoint if it is of the type and shape.
func (c *checkpoint) array(name string, dtype tensor.DType, shape tensor.Shape) (*tensor.Tensor, error) {
	value := c.arrays[name]
	if value == nil {
		return nil, fmt.Errorf("%s: there is no %s in it", arraysMember, name)
	}
	if value.DType() != dtype || !value.Shape().Equal(shape) {
		return nil, fmt.Errorf("%s: %s is %v, expected %v%v", arraysMember, name, value, dtype, shape)
	}
	return value, nil
}

// resume puts the training where the checkpoint was made.
func (r *Run) resume(c *checkpoint, file *keras.File) error {
	identity, err := r.identity()
	if err != nil {
		return err
	}
	switch differs, err := mismatch(identity, c.Identity); {
	case err != nil:
		return fmt.Errorf("%s: %w", checkpointMember, err)
	case differs != "":
		return fmt.Errorf("it belongs to another training: %s; remove the file or choose another one to begin anew", differs)
	}
	history, err := c.history()
	if err != nil {
		return err
	}
	if err := r.resumeAccumulators(c); err != nil {
		return err
	}
	if err := r.model.setWeights(file); err != nil {
		return err
	}
	if err := r.model.resumeSlots(file); err != nil {
		return err
	}
	t := r.model.training
	t.step, t.rate = c.Step, c.LearningRate
	r.epoch, r.batch, r.samples, r.stopped = c.Epoch, c.Batch, c.Samples, c.Stopped
	r.history, r.resumed, r.settled = history, c, true
	return nil
}

func (c *checkpoint) history() (*History, error) {
	h := NewHistory()
	h.Epochs, h.Names = c.Epochs, c.Series
	for i, name := range c.Series {
		series, err := c.array(seriesName(i), tensor.Float64, tensor.Shape{len(c.Epochs)})
		if err != nil {
			return nil, err
		}
		h.Values[name] = series.Float64s()
	}
	return h, nil
}

func (r *Run) resumeAccumulators(c *checkpoint) error {
	for i, v := range r.program.accumulators {
		value, err := c.array(accumulatorName(i), v.Type.DType, v.Type.Shape)
		if err != nil {
			return err
		}
		if err := r.model.state().Write(v, value); err != nil {
			return err
		}
	}
	return nil
}

// resumeObservers gives the observers what the checkpoint kept of them; those
// it does not know begin afresh.
func (r *Run) resumeObservers() error {
	c := r.resumed
	observers := map[string]Stateful{}
	for key, observer := range r.stateful() {
		observers[key] = observer
		if memory, ok := c.Observers[key]; ok {
			if err := observer.UnmarshalJSON(memory); err != nil {
				return fmt.Errorf("lince: checkpoint: memory of %s: %w", key, err)
			}
		}
	}
	for i, key := range c.Kept {
		remembering, ok := observers[key].(Remembering)
		if !ok {
			continue
		}
		kept := &Snapshot{}
		for n, w := range r.model.network.weights() {
			value, err := c.array(keptName(i, n), w.Variable.Type.DType, w.Variable.Type.Shape)
			if err != nil {
				return fmt.Errorf("lince: checkpoint: weights kept by %s: %w", key, err)
			}
			kept.values = append(kept.values, value)
		}
		remembering.SetWeights(kept)
	}
	r.resumed = nil
	return nil
}
