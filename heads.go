package lince

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
)

// head is what a training does with one of the model's outputs.
type head struct {
	output int // its number
	name   string
	loss   losses.Loss // nil adds nothing
	weight float64
	// metrics are measured, weighted with the samples' weights.
	metrics, weighted []metrics.Metric
}

// idle reports whether the training takes no notice of the output.
func (h head) idle() bool { return h.loss == nil && len(h.metrics)+len(h.weighted) == 0 }

// OutputNames returns the names of the layers that make the outputs, by which
// Training knows them; a layer that makes several has numbers behind its name
// from the second on.
func (m *Model) OutputNames() []string {
	names := make([]string, len(m.outputs))
	seen := map[string]int{}
	for i, output := range m.outputs {
		name := output.Instance().Name()
		names[i] = name
		if seen[name] > 0 {
			names[i] = fmt.Sprintf("%s_%d", name, seen[name])
		}
		seen[name]++
	}
	return names
}

// heads resolves what a Training says of each output.
func (m *Model) heads(t Training) ([]head, error) {
	names := m.OutputNames()
	if err := t.check(names); err != nil {
		return nil, err
	}
	list := make([]head, len(names))
	for i, name := range names {
		h := head{output: i, name: name, loss: t.Loss, weight: 1, metrics: t.OutputMetrics[name], weighted: t.OutputWeightedMetrics[name]}
		if t.Losses != nil {
			h.loss = t.Losses[name]
		}
		if weight, ok := t.LossWeights[name]; ok {
			h.weight = weight
		}
		if len(names) == 1 {
			h.metrics, h.weighted = slices.Concat(t.Metrics, h.metrics), slices.Concat(t.WeightedMetrics, h.weighted)
		}
		if err := uniqueNames(slices.Concat(h.metrics, h.weighted)); err != nil {
			return nil, err
		}
		list[i] = h
	}
	return list, nil
}

// check refuses settings that contradict each other or the model.
func (t Training) check(outputs []string) error {
	if t.Loss == nil && len(t.Losses) == 0 {
		return errors.New("Compile needs a Loss, such as losses.BinaryCrossentropy{} for two classes or losses.CategoricalCrossentropy{} for more")
	}
	if t.Loss != nil && t.Losses != nil {
		return errors.New("both Loss and Losses given; choose one")
	}
	if len(outputs) > 1 && len(t.Metrics)+len(t.WeightedMetrics) > 0 {
		return fmt.Errorf("the model has the outputs %s: give their metrics by OutputMetrics or OutputWeightedMetrics", strings.Join(outputs, ", "))
	}
	for field, keys := range map[string][]string{
		"Losses": slices.Sorted(maps.Keys(t.Losses)), "LossWeights": slices.Sorted(maps.Keys(t.LossWeights)),
		"OutputMetrics": slices.Sorted(maps.Keys(t.OutputMetrics)), "OutputWeightedMetrics": slices.Sorted(maps.Keys(t.OutputWeightedMetrics)),
	} {
		for _, key := range keys {
			if !slices.Contains(outputs, key) {
				return fmt.Errorf("%s names an output %q, the model has %s", field, key, strings.Join(outputs, ", "))
			}
		}
	}
	for name, loss := range t.Losses {
		if loss == nil {
			return fmt.Errorf("the loss of the output %q is nil; leave the output out if it is to have none", name)
		}
	}
	for name, weight := range t.LossWeights {
		if !(weight >= 0) {
			return fmt.Errorf("the loss of the output %q has the weight %v, expected a number not below 0", name, weight)
		}
	}
	return nil
}

func uniqueNames(list []metrics.Metric) error {
	seen := map[string]bool{"loss": true}
	for _, metric := range list {
		if metric == nil {
			return errors.New("one of the metrics is nil")
		}
		if seen[metric.Name()] {
			return fmt.Errorf("two metrics are named %q; give one of them another Name", metric.Name())
		}
		seen[metric.Name()] = true
	}
	return nil
}

// label returns the name of a head's measurement: of several outputs the
// output's name stands before it, as in Keras.
func (t *training) label(h head, measured string) string {
	if len(t.heads) == 1 {
		return measured
	}
	return h.name + "_" + measured
}

// separate reports whether each output's loss is told beside the sum, which is
// when there are several.
func (t *training) separate() bool {
	count := 0
	for _, h := range t.heads {
		if h.loss != nil {
			count++
		}
	}
	return count > 1
}

// targets says which of the data's targets belong to the heads, -1 for a head
// without: there is one for every output, or one for every one that is
// trained or measured.
func (t *training) targets(count int) ([]int, error) {
	places := make([]int, len(t.heads))
	used := 0
	for i, h := range t.heads {
		places[i] = -1
		if !h.idle() {
			places[i] = used
			used++
		}
	}
	switch {
	case count == used:
		return places, nil
	case count == len(t.heads):
		for i, place := range places {
			if place >= 0 {
				places[i] = i
			}
		}
		return places, nil
	case len(t.heads) == 1:
		return nil, fmt.Errorf("the data has %d targets, expected 1; choose a ClassMode with labels", count)
	}
	return nil, fmt.Errorf("the data has %d targets, expected %d, one for each output", count, len(t.heads))
}
