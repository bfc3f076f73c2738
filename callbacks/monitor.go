package callbacks

import (
	"fmt"
	"math"
	"strings"

	"github.com/lince-ml/lince"
)

// Mode says whether a monitored value should fall or rise.
type Mode uint8

// The modes. Auto knows: a loss or error should fall, everything else rise.
const (
	Auto Mode = iota
	Min
	Max
)

// monitor compares a measured value with the best one so far.
type monitor struct {
	name     string
	falls    bool
	minDelta float64
}

func newMonitor(run *lince.Run, name, missing string, mode Mode, minDelta float64) (monitor, error) {
	if name == "" {
		name = missing
	}
	if !(minDelta >= 0) {
		return monitor{}, fmt.Errorf("callbacks: MinDelta is %v, expected a number not below 0", minDelta)
	}
	m := monitor{name: name, minDelta: minDelta, falls: mode == Min}
	if mode == Auto {
		falls, err := run.Falls(name)
		if err != nil {
			return monitor{}, err
		}
		m.falls = falls
	}
	if strings.HasPrefix(name, "val_") && !run.HasValidation() {
		return monitor{}, fmt.Errorf("callbacks: %q is monitored, but Fit has no Validation; give it one or monitor %q", name, strings.TrimPrefix(name, "val_"))
	}
	return m, nil
}

// value returns the monitored value, and false in an epoch that did not
// measure it.
func (m monitor) value(logs lince.Logs) (float64, bool) { return logs.Get(m.name) }

// worst is what every value improves on.
func (m monitor) worst() float64 {
	if m.falls {
		return math.Inf(1)
	}
	return math.Inf(-1)
}

// improves reports whether value is better than best by more than MinDelta.
// NaN never is; in Keras a NaN in the first epoch is never improved on.
func (m monitor) improves(value, best float64) bool {
	if m.falls {
		return value+m.minDelta < best
	}
	return value-m.minDelta > best
}
