package callbacks

import "github.com/lince-ml/lince"

// Func calls functions while a training goes on
// (keras.callbacks.LambdaCallback); each may be nil. An error ends the
// training with it.
type Func struct {
	// Begin is called once, before the first epoch.
	Begin func(run *lince.Run) error
	// EpochBegin is given the epoch, counted from 0.
	EpochBegin func(run *lince.Run, epoch int) error
	// BatchEnd is given the batch, counted from 0 in its epoch.
	BatchEnd func(run *lince.Run, batch int) error
	// EpochEnd is given what the epoch measured, too.
	EpochEnd func(run *lince.Run, epoch int, logs lince.Logs) error
	// End is given the error that the training ended with, nil at its end.
	End func(run *lince.Run, cause error) error
}

// Observe begins to watch a training.
func (c Func) Observe(run *lince.Run) (lince.Observer, error) {
	if c.Begin != nil {
		if err := c.Begin(run); err != nil {
			return nil, err
		}
	}
	return funcs{c, run}, nil
}

type funcs struct {
	Func
	run *lince.Run
}

func (o funcs) EpochBegin(epoch int) error {
	if o.Func.EpochBegin == nil {
		return nil
	}
	return o.Func.EpochBegin(o.run, epoch)
}

func (o funcs) BatchEnd(batch int) error {
	if o.Func.BatchEnd == nil {
		return nil
	}
	return o.Func.BatchEnd(o.run, batch)
}

func (o funcs) EpochEnd(epoch int, logs lince.Logs) error {
	if o.Func.EpochEnd == nil {
		return nil
	}
	return o.Func.EpochEnd(o.run, epoch, logs)
}

func (o funcs) End(cause error) error {
	if o.Func.End == nil {
		return nil
	}
	return o.Func.End(o.run, cause)
}
