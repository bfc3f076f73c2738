package ledger

import (
	"fmt"
	"time"
)

// Machine is what something was measured on.
type Machine struct {
	CPU          string `json:"cpu"`
	Cores        int    `json:"cores"`
	Instructions string `json:"instructions"` // the engine's instruction set
	Platform     string `json:"platform"`     // operating system and architecture
}

// String describes the machine in a line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s, %s", m.CPU, m.Cores, m.Instructions, m.Platform)
}

// Stamp says when, on what and of which code something was measured.
type Stamp struct {
	// State is a digest of all that the result depends on; a result of
	// another state is out of date.
	State   string    `json:"state"`
	Commit  string    `json:"commit"`
	Begun   time.Time `json:"begun"`
	Seconds float64   `json:"seconds"`
	Machine Machine   `json:"machine"`
}

// Entry is what one row of the table came to.
type Entry struct {
	Row     string   `json:"row"`
	Figures []Figure `json:"figures,omitempty"`
	// Notes say what figures cannot.
	Notes []string `json:"notes,omitempty"`
	// Failure is the error that kept the row from being measured to its end.
	Failure string `json:"failure,omitempty"`
	Stamp
}

// Reached reports whether the row was measured and all its figures are as
// they must be.
func (e *Entry) Reached() bool {
	if e.Failure != "" || len(e.Figures) == 0 {
		return false
	}
	for _, f := range e.Figures {
		if !f.Reached() {
			return false
		}
	}
	return true
}

// Done reports whether the row was measured to its end in the given state.
func (e *Entry) Done(state string) bool {
	return e != nil && e.Failure == "" && e.State == state
}

// Part is one of several measurements that make up a row.
type Part[T any] struct {
	Result T `json:"result"`
	Stamp
}
