// Package ledger keeps what was measured of a table of requirements: an entry
// of figures per row, and the parts of long rows one by one, in files that
// outlive an interruption. It renders them as a page.
package ledger

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Relation is how a figure must stand to its bound.
type Relation string

// The relations; Told is that of a figure without a bound.
const (
	Told    Relation = ""
	AtMost  Relation = "≤"
	AtLeast Relation = "≥"
	Below   Relation = "<"
	Equals  Relation = "="
)

// Number is a float64 that JSON can hold even if it is no number.
type Number float64

// MarshalJSON writes NaN and the infinities as strings.
func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return json.Marshal(strconv.FormatFloat(f, 'g', -1, 64))
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Number) UnmarshalJSON(content []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(content), `"`), 64)
	if err != nil {
		return fmt.Errorf("ledger: %s is no number", content)
	}
	*n = Number(f)
	return nil
}

// Figure is one measured number and what it had to be.
type Figure struct {
	// What says what was measured.
	What string `json:"what"`
	// Value and Bound are in Unit, which may be empty.
	Value    Number   `json:"value"`
	Unit     string   `json:"unit,omitempty"`
	Relation Relation `json:"relation,omitempty"`
	Bound    Number   `json:"bound,omitempty"`
}

// Reached reports whether the figure stands to its bound as it must; NaN does
// not, and a figure without a bound always does.
func (f Figure) Reached() bool {
	switch f.Relation {
	case Told:
		return true
	case AtMost:
		return f.Value <= f.Bound
	case AtLeast:
		return f.Value >= f.Bound
	case Below:
		return f.Value < f.Bound
	case Equals:
		return f.Value == f.Bound
	}
	return false
}

// Measured returns the value with its unit.
func (f Figure) Measured() string { return format(f.Value, f.Unit) }

// Bar returns what the value had to be; empty for a figure without a bound.
func (f Figure) Bar() string {
	if f.Relation == Told {
		return ""
	}
	return string(f.Relation) + " " + format(f.Bound, f.Unit)
}

func format(n Number, unit string) string {
	f := float64(n)
	text := strconv.FormatFloat(f, 'g', 4, 64)
	if f == math.Trunc(f) && math.Abs(f) < 1e9 {
		text = strconv.FormatFloat(f, 'f', 0, 64)
	}
	if unit == "" {
		return text
	}
	return text + " " + unit
}
