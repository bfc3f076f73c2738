package tune

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/random"
)

// Dimension is a setting that is searched for: one of several Choices, or a
// number from Low to High.
type Dimension struct {
	// Name tells it from the others.
	Name string
	// Choices are the values to choose from, numbers or strings.
	Choices []any
	// Low and High bound a number when there are no Choices. Log draws it
	// evenly by its logarithm, as suits learning rates.
	Low, High float64
	Log       bool
}

// Space is what is searched: one value of every dimension is a trial's
// settings.
type Space []Dimension

// Settings are a trial's values by the names of the dimensions: float64 or
// string, as JSON keeps them.
type Settings map[string]any

// Number returns a setting that is a number, 0 if it is none.
func (s Settings) Number(name string) float64 {
	number, _ := s[name].(float64)
	return number
}

// Text returns a setting that is a string, empty if it is none.
func (s Settings) Text(name string) string {
	text, _ := s[name].(string)
	return text
}

// Validate reports dimensions that nothing can be drawn from.
func (s Space) Validate() error {
	if len(s) == 0 {
		return errors.New("tune: the space has no dimensions, expected at least one setting to search for")
	}
	seen := map[string]bool{}
	for _, d := range s {
		if d.Name == "" || seen[d.Name] {
			return fmt.Errorf("tune: a dimension named %q is there twice or has no name", d.Name)
		}
		seen[d.Name] = true
		if err := d.validate(); err != nil {
			return fmt.Errorf("tune: %s: %w", d.Name, err)
		}
	}
	return nil
}

func (d Dimension) validate() error {
	for _, choice := range d.Choices {
		switch choice.(type) {
		case float64, string:
		default:
			return fmt.Errorf("choice %v is a %T, expected a float64 or a string", choice, choice)
		}
	}
	switch {
	case d.Choices != nil:
		if len(d.Choices) == 0 {
			return errors.New("there are no choices")
		}
	case !(d.Low < d.High) || math.IsInf(d.High-d.Low, 0):
		return fmt.Errorf("from %v to %v is no range", d.Low, d.High)
	case d.Log && d.Low <= 0:
		return fmt.Errorf("from %v to %v has no logarithms, expected numbers above 0", d.Low, d.High)
	}
	return nil
}

// draw returns the settings of a trial; they depend on seed and number alone.
func (s Space) draw(seed uint64, trial int) Settings {
	settings := Settings{}
	for i, d := range s {
		r := random.NewStream(seed, uint32(trial), uint32(i))
		switch {
		case d.Choices != nil:
			settings[d.Name] = d.Choices[r.Intn(len(d.Choices))]
		case d.Log:
			settings[d.Name] = math.Exp(r.Uniform(math.Log(d.Low), math.Log(d.High)))
		default:
			settings[d.Name] = r.Uniform(d.Low, d.High)
		}
	}
	return settings
}

// contains reports whether settings are the space's: all of its dimensions,
// each with a value that could be drawn.
func (s Space) contains(settings Settings) bool {
	if len(settings) != len(s) {
		return false
	}
	for _, d := range s {
		value, ok := settings[d.Name]
		if !ok {
			return false
		}
		if d.Choices != nil {
			if !slices.Contains(d.Choices, value) {
				return false
			}
			continue
		}
		number, ok := value.(float64)
		if !ok || number < d.Low || number > d.High {
			return false
		}
	}
	return true
}
