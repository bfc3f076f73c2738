package callbacks

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/format/tfevents"
)

// TensorBoard writes what TensorBoard shows (keras.callbacks.TensorBoard): the
// scalars epoch_loss, epoch_accuracy … with the epoch, counted from 0, as
// step, into the folders train and validation below LogDir, and the model's
// graph. A resumed training adds files to the folders.
type TensorBoard struct {
	// LogDir is logs when empty. Trainings to be compared get folders of
	// their own within one that TensorBoard is given.
	LogDir string
	// HistogramEvery writes the distributions of all weights every so many
	// epochs; 0 never.
	HistogramEvery int
	// NoGraph leaves the model's graph out.
	NoGraph bool
	// UpdateEvery writes the running averages as batch_loss … every so many
	// batches, too; 0 never. The step is the optimiser's.
	UpdateEvery int
	// StepsPerSecond writes the speed of each epoch, too.
	StepsPerSecond bool
}

// Observe begins to log a training.
func (c TensorBoard) Observe(run *lince.Run) (lince.Observer, error) {
	if c.HistogramEvery < 0 || c.UpdateEvery < 0 {
		return nil, fmt.Errorf("callbacks: TensorBoard with HistogramEvery %d and UpdateEvery %d, expected numbers not below 0", c.HistogramEvery, c.UpdateEvery)
	}
	if c.LogDir == "" {
		c.LogDir = "logs"
	}
	o := &tensorBoard{settings: c, run: run}
	var err error
	if o.train, err = tfevents.Create(filepath.Join(c.LogDir, "train"), tfevents.Options{}); err != nil {
		return nil, err
	}
	if run.HasValidation() {
		if o.validation, err = tfevents.Create(filepath.Join(c.LogDir, "validation"), tfevents.Options{}); err != nil {
			return nil, errors.Join(err, o.train.Close())
		}
	}
	if c.NoGraph {
		return o, nil
	}
	described, err := run.Model().MarshalJSON()
	if err == nil {
		err = o.train.Model("keras", 0, described)
	}
	if err != nil {
		return nil, errors.Join(err, o.End(nil))
	}
	return o, nil
}

type tensorBoard struct {
	lince.Idle
	settings          TensorBoard
	run               *lince.Run
	train, validation *tfevents.Writer // nil without
	begun             time.Time
	first             int // the step with which the epoch began here
}

func (o *tensorBoard) EpochBegin(int) error {
	o.begun, o.first = time.Now(), o.run.Step()
	return nil
}

func (o *tensorBoard) BatchEnd(int) error {
	step := o.run.Step()
	if o.settings.UpdateEvery == 0 || step%o.settings.UpdateEvery != 0 {
		return nil
	}
	logs, err := o.run.Logs()
	if err != nil {
		return err
	}
	for _, log := range logs {
		if err := o.train.Scalar("batch_"+log.Name, int64(step), float32(log.Value)); err != nil {
			return err
		}
	}
	return nil
}

func (o *tensorBoard) EpochEnd(epoch int, logs lince.Logs) error {
	rate := lince.Log{Name: "learning_rate", Value: o.run.Model().LearningRate()}
	logs = append(logs[:len(logs):len(logs)], rate)
	if o.settings.StepsPerSecond {
		speed := float64(o.run.Step()-o.first) / time.Since(o.begun).Seconds()
		logs = append(logs, lince.Log{Name: "steps_per_second", Value: speed})
	}
	written := map[string]bool{}
	for _, log := range logs {
		if written[log.Name] { // by a callback that changes the rate
			continue
		}
		written[log.Name] = true
		if err := o.scalar(epoch, log); err != nil {
			return err
		}
	}
	if o.settings.HistogramEvery > 0 && epoch%o.settings.HistogramEvery == 0 {
		return o.histograms(epoch)
	}
	return nil
}

func (o *tensorBoard) scalar(epoch int, log lince.Log) error {
	name, validated := strings.CutPrefix(log.Name, "val_")
	if !validated || o.validation == nil {
		return o.train.Scalar("epoch_"+log.Name, int64(epoch), float32(log.Value))
	}
	err := o.validation.Scalar("epoch_"+name, int64(epoch), float32(log.Value))
	if err != nil {
		return err
	}
	return o.validation.Scalar("evaluation_"+name+"_vs_iterations", int64(o.run.Step()), float32(log.Value))
}

func (o *tensorBoard) histograms(epoch int) error {
	model := o.run.Model()
	for _, layer := range model.Layers() {
		weights, err := model.Weights(layer.Name())
		if err != nil {
			return err
		}
		for i, w := range layer.Weights() {
			if err := o.train.Histogram(w.Variable.Name+"/histogram", int64(epoch), weights[i].Float32s()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *tensorBoard) End(error) error {
	err := o.train.Close()
	if o.validation != nil {
		err = errors.Join(err, o.validation.Close())
	}
	return err
}
