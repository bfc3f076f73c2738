package lince

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// History is what the epochs of a training measured (keras.callbacks.History).
type History struct {
	// Epochs are the numbers of the epochs, counted from 0.
	Epochs []int
	// Values holds a series per name, one value per epoch; NaN where an
	// epoch did not measure it.
	Values map[string][]float64
	// Names lists the series in the order in which they appeared.
	Names []string
}

// NewHistory returns an empty history.
func NewHistory() *History { return &History{Values: map[string][]float64{}} }

func (h *History) append(epoch int, logs Logs) {
	h.Epochs = append(h.Epochs, epoch)
	for _, log := range logs {
		series, known := h.Values[log.Name]
		if !known {
			h.Names = append(h.Names, log.Name)
		}
		for len(series) < len(h.Epochs)-1 {
			series = append(series, math.NaN())
		}
		h.Values[log.Name] = append(series, log.Value)
	}
	for name, series := range h.Values {
		if len(series) < len(h.Epochs) {
			h.Values[name] = append(series, math.NaN())
		}
	}
}

// join adds the epochs of a training that went on.
func (h *History) join(more *History) {
	for i, epoch := range more.Epochs {
		logs := make(Logs, len(more.Names))
		for n, name := range more.Names {
			logs[n] = Log{name, more.Values[name][i]}
		}
		h.append(epoch, logs)
	}
}

// Last returns the value of the last epoch, NaN if there is none.
func (h *History) Last(name string) float64 {
	series := h.Values[name]
	if len(series) == 0 {
		return math.NaN()
	}
	return series[len(series)-1]
}

// Best returns the epoch, counted from 0, with the largest value of a series
// (the smallest if minimize), and the value; -1 if there is none.
func (h *History) Best(name string, minimize bool) (epoch int, value float64) {
	epoch, value = -1, math.NaN()
	for i, x := range h.Values[name] {
		if math.IsNaN(x) {
			continue
		}
		if epoch < 0 || (minimize && x < value) || (!minimize && x > value) {
			epoch, value = h.Epochs[i], x
		}
	}
	return epoch, value
}

// historyFile is the JSON form: Keras' history dictionary beside the epochs.
type historyFile struct {
	Epochs  []int                 `json:"epochs"`
	Names   []string              `json:"names"`
	History map[string][]*float64 `json:"history"`
}

// MarshalJSON writes {"epochs", "names", "history"}; NaN and
// infinities become null, since JSON has neither.
func (h *History) MarshalJSON() ([]byte, error) {
	file := historyFile{Epochs: h.Epochs, Names: h.Names, History: map[string][]*float64{}}
	for name, series := range h.Values {
		list := make([]*float64, len(series))
		for i, x := range series {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				list[i] = &series[i]
			}
		}
		file.History[name] = list
	}
	return json.Marshal(file)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *History) UnmarshalJSON(content []byte) error {
	var file historyFile
	if err := json.Unmarshal(content, &file); err != nil {
		return fmt.Errorf("lince: this is no history: %w", err)
	}
	if file.History == nil {
		return errors.New(`lince: this is no history: it has no member called "history"`)
	}
	if listed, kept := slices.Sorted(slices.Values(file.Names)), slices.Sorted(maps.Keys(file.History)); !slices.Equal(listed, kept) {
		return fmt.Errorf("lince: the history's names are %q, but it has values of %q", listed, kept)
	}
	read := History{Epochs: file.Epochs, Names: file.Names, Values: map[string][]float64{}}
	for name, list := range file.History {
		if len(list) != len(file.Epochs) {
			return fmt.Errorf("lince: the history of %q has %d values for %d epochs", name, len(list), len(file.Epochs))
		}
		series := make([]float64, len(list))
		for i, x := range list {
			series[i] = math.NaN()
			if x != nil {
				series[i] = *x
			}
		}
		read.Values[name] = series
	}
	*h = read
	return nil
}

// ReadHistory reads a history that was written as JSON.
func ReadHistory(r io.Reader) (*History, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, named(err)
	}
	h := NewHistory()
	if err := h.UnmarshalJSON(content); err != nil {
		return nil, err
	}
	return h, nil
}
