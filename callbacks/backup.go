package callbacks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince"
)

// BackupAndRestore lets a training that was interrupted, even by a crash or a
// loss of power, go on where it stopped (keras.callbacks.BackupAndRestore).
// Unlike Keras' it also resumes in the middle of an epoch, and to the bit:
// weights, optimiser, history and the memory of the other callbacks come out
// as if nothing had happened.
//
// A training that is cancelled or fails leaves a backup of its last batch; one
// that comes to its end removes it. Where a backup is found the training
// begins with it; one of another training is an error.
type BackupAndRestore struct {
	// Path is the backup's file and ends in .keras: it is a model that Load
	// reads as well. Missing folders are made.
	Path string
	// Every makes a backup after so many batches and at the end of each
	// epoch; 0 makes them at the end of epochs only.
	Every int
	// Anew begins from the start even if there is a backup.
	Anew bool
	// Keep keeps the backup of a training that came to its end.
	Keep bool
}

// Observe resumes the training if there is a backup.
func (c BackupAndRestore) Observe(run *lince.Run) (lince.Observer, error) {
	if filepath.Ext(c.Path) != ".keras" {
		return nil, fmt.Errorf("callbacks: BackupAndRestore's Path is %q, expected a name that ends in .keras", c.Path)
	}
	if c.Every < 0 {
		return nil, fmt.Errorf("callbacks: BackupAndRestore with Every %d, expected a number of batches, or 0 for every epoch", c.Every)
	}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o755); err != nil {
		return nil, err
	}
	if !c.Anew {
		if err := run.LoadCheckpoint(c.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return &backup{settings: c, run: run}, nil
}

type backup struct {
	lince.Idle
	settings BackupAndRestore
	run      *lince.Run
	batches  int // since the last backup
	failed   bool
}

// Settled makes the backups that are due.
func (o *backup) Settled(epochEnded bool) error {
	o.batches++
	if !epochEnded && (o.settings.Every == 0 || o.batches < o.settings.Every) {
		return nil
	}
	return o.save()
}

func (o *backup) save() error {
	err := o.run.SaveCheckpoint(o.settings.Path)
	o.batches, o.failed = 0, err != nil
	return err
}

// End keeps what the batches since the last backup brought if the training
// did not come to its end.
func (o *backup) End(cause error) error {
	switch {
	case cause == nil && o.settings.Keep:
		return nil
	case cause == nil:
		if err := os.Remove(o.settings.Path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	case o.batches == 0 || o.failed || !o.run.Settled():
		return nil
	}
	return o.save()
}
