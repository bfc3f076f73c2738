package callbacks

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/lince-ml/lince"
)

// TerminateOnNaN stops a training whose loss is no longer finite
// (keras.callbacks.TerminateOnNaN) and tells where the first NaN or infinity
// is: in the data, in a layer's weights or in its output.
type TerminateOnNaN struct {
	// RaiseError makes it an error that Fit returns. Otherwise the training
	// is stopped, and the reason is in Run.StopReason.
	RaiseError bool
}

// Observe begins to watch a training.
func (c TerminateOnNaN) Observe(run *lince.Run) (lince.Observer, error) {
	return &terminateOnNaN{settings: c, run: run}, nil
}

type terminateOnNaN struct {
	lince.Idle
	settings TerminateOnNaN
	run      *lince.Run
}

func (o *terminateOnNaN) BatchEnd(batch int) error {
	logs, err := o.run.Logs()
	if err != nil {
		return err
	}
	loss, _ := logs.Get("loss")
	if !math.IsNaN(loss) && !math.IsInf(loss, 0) {
		return nil
	}
	place, err := o.run.NonFinite(context.Background())
	if err != nil {
		return err
	}
	if place == "" {
		place = "the loss alone"
	}
	reason := fmt.Sprintf("the loss is %v in epoch %d, batch %d; the first value that is not finite is in %s", loss, o.run.Epoch()+1, batch+1, place)
	if o.settings.RaiseError {
		return errors.New("callbacks: " + reason)
	}
	o.run.Stop(reason)
	return nil
}
