package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
)

// ErrStopped is what a training ends with that was stopped from its page. It
// wraps context.Canceled, as after Ctrl-C: backups are kept, and the training
// can be resumed.
var ErrStopped = fmt.Errorf("watch: the training was stopped from its page: %w", context.Canceled)

// Recorder writes what happens in a training to files that a Server shows. Put
// it behind callbacks.BackupAndRestore. A training that goes on where an earlier
// one stopped continues the file; one that begins anew begins it anew.
//
// Batches are told a few times a second at first, less often as time goes on,
// so that the file grows by at most 4 MB a day.
type Recorder struct {
	// Path is the run's model file, pets.keras; the events go beside it.
	Path string
	// Pictures are what the network learns from: the first ones of an epoch are
	// kept as it sees them, augmented. Nil keeps none.
	Pictures *images.Pictures
	// Interval is the least time between two events of batches; 250 ms when zero.
	Interval time.Duration
	// Warn is told what the record lacks and why: a full disk ends the record, a
	// picture that cannot be read is left out of it, a file that stops and cannot
	// be removed is overlooked; none of them ends the training. Nil tells nobody.
	Warn func(error)
}

// Observe begins to record a training.
func (c Recorder) Observe(run *lince.Run) (lince.Observer, error) {
	if c.Path == "" {
		return nil, errors.New("watch: Recorder without a Path")
	}
	if c.Interval == 0 {
		c.Interval = 250 * time.Millisecond
	}
	return &recorder{settings: c, run: run, files: filesOf(c.Path)}, nil
}

type recorder struct {
	settings Recorder
	run      *lince.Run
	files    files
	file     *os.File
	broken   error     // why there is no more of the record
	begun    time.Time // the training
	pace     pace
	told     time.Time // the last event of a batch
	looked   time.Time // for the file that stops

	unstoppable bool      // by that file, which cannot be removed
	sheet       time.Time // the last sheet of samples
}

func (o *recorder) EpochBegin(epoch int) error {
	if o.begun.IsZero() {
		if err := o.begin(epoch); err != nil {
			return err
		}
	}
	o.pace.beginEpoch(time.Now(), o.run.Batch(), o.run.Samples())
	return o.keepSamples(epoch)
}

// begin opens the file when the training begins: only then is it known whether
// it is a resumed one.
func (o *recorder) begin(epoch int) error {
	o.begun = time.Now()
	// One left from an earlier training that cannot be removed must not end this
	// one, nor may its button then.
	err := remove(o.files.stop)
	o.unstoppable = err != nil
	o.warn(err)
	o.file, err = openEvents(o.files.events, o.run.Samples() > 0)
	o.breakOff(err)
	event := Event{Kind: Begin, Epoch: epoch, Batch: o.run.Batch(), Epochs: o.run.Epochs(), Steps: o.run.Steps(), Rate: o.run.Model().LearningRate()}
	if p := o.settings.Pictures; p != nil {
		event.Samples, event.Classes = p.Samples(), p.ClassNames()
	}
	o.write(event)
	return nil
}

// openEvents opens a file of events to go on with it or to begin it anew.
func openEvents(path string, goOn bool) (*os.File, error) {
	// Another training of the same name may empty the file under this one: what
	// does not append would leave a hole then.
	mode := os.O_CREATE | os.O_APPEND
	if goOn {
		mode |= os.O_RDWR
	} else {
		mode |= os.O_WRONLY | os.O_TRUNC
	}
	file, err := os.OpenFile(path, mode, 0o644)
	if err != nil {
		return nil, err
	}
	if goOn {
		if err := cutTorn(file); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file, nil
}

// cutTorn takes a line away that a crash cut off.
func cutTorn(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	last := make([]byte, min(info.Size(), maxLine))
	if _, err := file.ReadAt(last, info.Size()-int64(len(last))); err != nil {
		return err
	}
	torn := len(last) - 1 - bytes.LastIndexByte(last, '\n')
	return file.Truncate(info.Size() - int64(torn))
}

func (o *recorder) BatchEnd(int) error {
	now := time.Now()
	if now.Sub(o.told) < o.interval(now) {
		return nil
	}
	logs, err := o.run.Logs()
	if err != nil {
		return err
	}
	o.told = now
	batch, steps := o.run.Batch(), o.run.Steps()
	event := Event{Kind: Batch, Epoch: o.run.Epoch(), Batch: batch, Logs: newValues(logs), Rate: o.run.Model().LearningRate()}
	event.PerSecond = o.pace.perSecond(now, o.run.Samples())
	event.Left = o.pace.left(now, batch, steps, o.run.Epochs()-o.run.Epoch()-1)
	o.write(event)
	return nil
}

// interval grows with the training, so that its file does not grow without end.
func (o *recorder) interval(now time.Time) time.Duration {
	const parts, longest = 2000, 5 * time.Second
	return max(o.settings.Interval, min(now.Sub(o.begun)/parts, longest))
}

func (o *recorder) EpochEnd(epoch int, logs lince.Logs) error {
	now := time.Now()
	event := Event{Kind: Epoch, Epoch: epoch, Batch: o.run.Batch(), Logs: newValues(logs), Rate: o.run.Model().LearningRate()}
	event.PerSecond = o.pace.perSecond(now, o.run.Samples())
	event.Seconds = o.pace.endEpoch(now, o.run.Steps())
	event.Left = o.pace.left(now, 0, 0, o.run.Epochs()-epoch-1)
	o.write(event)
	return nil
}

// Settled ends the training if its page asked for that: now a checkpoint of it
// can be made.
func (o *recorder) Settled(epochEnded bool) error {
	const patience = 500 * time.Millisecond
	now := time.Now()
	if o.unstoppable || !epochEnded && now.Sub(o.looked) < patience {
		return nil
	}
	o.looked = now
	if _, err := os.Stat(o.files.stop); err != nil {
		return nil
	}
	o.warn(remove(o.files.stop))
	return ErrStopped
}

func (o *recorder) End(cause error) error {
	if o.begun.IsZero() {
		return nil
	}
	event := Event{Kind: End, Epoch: o.run.Epoch(), Batch: o.run.Batch(), Status: Finished, Reason: o.run.StopReason()}
	switch {
	case errors.Is(cause, context.Canceled):
		event.Status = Stopped
	case cause != nil:
		event.Status, event.Reason = Failed, strings.ToValidUTF8(cause.Error(), "?")
	}
	o.write(event)
	if o.file != nil {
		o.breakOff(o.file.Close())
	}
	o.warn(o.broken)
	if !o.unstoppable {
		o.warn(remove(o.files.stop))
	}
	return nil
}

// warn tells what is wrong with the record, which ends no training.
func (o *recorder) warn(err error) {
	if err != nil && o.settings.Warn != nil {
		o.settings.Warn(err)
	}
}

// write appends a line by a single write, so that readers never see parts of
// two; nothing once the record broke off, for what failed may have left a part.
func (o *recorder) write(event Event) {
	if o.broken != nil {
		return
	}
	event.Time = time.Now().UTC().Truncate(time.Millisecond)
	line, err := json.Marshal(event)
	if err == nil {
		_, err = o.file.Write(append(line, '\n'))
	}
	o.breakOff(err)
}

// breakOff ends the record, not the training, at the first failure.
func (o *recorder) breakOff(err error) {
	if err != nil && o.broken == nil {
		o.broken = fmt.Errorf("watch: %s ends early: %w", o.files.events, err)
	}
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("watch: %w", err)
	}
	return nil
}

// files are those of a run.
type files struct{ events, samples, history, stop string }

// filesOf returns the files beside a model of the given path or name.
func filesOf(path string) files {
	stem := stemOf(path)
	return files{stem + ".events.jsonl", stem + ".samples.png", stem + ".history.json", stem + ".stop"}
}

// stemOf takes the endings off that files of a run have.
func stemOf(path string) string {
	for _, ending := range []string{".events.jsonl", ".history.json", ".settings.json", ".backup.keras", ".keras", ".log"} {
		if stem, ok := strings.CutSuffix(path, ending); ok && filepath.Base(stem) != "." {
			return stem
		}
	}
	return path
}
