package lince

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
)

// config describes the training as Keras' compile_config does.
func (t *training) config() config.Map {
	optimizer := t.Optimizer.Object()
	if constant(t.Optimizer.Rate()) {
		optimizer.Config["learning_rate"] = t.rate
	}
	described := t.measures()
	described["optimizer"] = optimizer.Serialized("keras.optimizers")
	described["run_eagerly"], described["steps_per_execution"], described["jit_compile"] = false, 1, false
	return described
}

// measures describes losses and metrics: of one output alone, of several by
// the outputs' names.
func (t *training) measures() config.Map {
	if len(t.heads) == 1 {
		h := t.heads[0]
		described := config.Map{
			"loss": lossConfig(h.loss), "loss_weights": nil,
			"metrics": metricsConfig(h.metrics), "weighted_metrics": metricsConfig(h.weighted),
		}
		if h.weight != 1 {
			described["loss_weights"] = h.weight
		}
		return described
	}
	loss, weights, measured, weighted := config.Map{}, config.Map{}, config.Map{}, config.Map{}
	for _, h := range t.heads {
		loss[h.name] = lossConfig(h.loss)
		weights[h.name] = h.weight
		if h.loss == nil {
			weights[h.name] = nil
		}
		if len(h.metrics) > 0 {
			measured[h.name] = metricsConfig(h.metrics)
		}
		if len(h.weighted) > 0 {
			weighted[h.name] = metricsConfig(h.weighted)
		}
	}
	return config.Map{"loss": loss, "loss_weights": weights, "metrics": someOf(measured), "weighted_metrics": someOf(weighted)}
}

func someOf(m config.Map) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

func lossConfig(loss losses.Loss) any {
	if loss == nil {
		return nil
	}
	return loss.Object().Serialized("keras.losses")
}

func metricsConfig(list []metrics.Metric) any {
	if len(list) == 0 {
		return nil
	}
	described := make([]any, len(list))
	for i, metric := range list {
		object := metric.Object()
		if len(object.Config) == 0 { // "accuracy", which Keras resolves by the shapes
			described[i] = object.Class
			continue
		}
		described[i] = object.Serialized("keras.metrics")
	}
	return described
}

// compileFrom compiles a loaded model with the settings in its file and what
// the learning rate of single layers is multiplied by.
func (m *Model) compileFrom(settings config.Map, file *keras.File, factors map[string]float64) error {
	t, err := decodeTraining(settings, m.OutputNames())
	if err != nil {
		return err
	}
	t.RateFactors = factors
	if t.Loss == nil && t.Losses == nil {
		return nil
	}
	if err := m.setTraining(t); err != nil {
		return err
	}
	return m.resumeOptimizer(file)
}

// decodeTraining reads how a model of the given outputs was trained.
func decodeTraining(settings config.Map, outputs []string) (Training, error) {
	// Keras 2 calls them optimizer_config.
	reader := config.NewReader(config.Object{Class: "compile_config", Config: settings})
	var t Training
	object := reader.Object("optimizer")
	if object.Class == "" {
		object = reader.Object("optimizer_config")
	}
	if err := reader.Err(); err != nil {
		return t, err
	}
	var err error
	if object.Class != "" {
		if t.Optimizer, err = optimizers.Decode(object); err != nil {
			return t, err
		}
	}
	if err := t.decodeLosses(settings, outputs); err != nil {
		return t, err
	}
	if len(outputs) == 1 {
		if t.Metrics, err = decodeMetrics(ofOne(settings["metrics"], outputs[0])); err != nil {
			return t, err
		}
		t.WeightedMetrics, err = decodeMetrics(ofOne(settings["weighted_metrics"], outputs[0]))
		return t, err
	}
	if t.OutputMetrics, err = decodeOutputMetrics(settings["metrics"], outputs); err != nil {
		return t, err
	}
	t.OutputWeightedMetrics, err = decodeOutputMetrics(settings["weighted_metrics"], outputs)
	return t, err
}

// perOutput sorts what a setting says of each output, by name or in their
// order; false if it is one thing for all.
func perOutput(setting any, outputs []string) (map[string]any, bool) {
	switch v := setting.(type) {
	case []any:
		if len(v) != len(outputs) {
			return nil, false
		}
		named := map[string]any{}
		for i, name := range outputs {
			named[name] = v[i]
		}
		return named, true
	case config.Map:
		if _, ok := v["class_name"]; ok {
			return nil, false
		}
		return v, true
	}
	return nil, false
}

// ofOne takes what is said of a model's only output by its name.
func ofOne(setting any, output string) any {
	if named, ok := setting.(config.Map); ok && named["class_name"] == nil {
		return named[output]
	}
	return setting
}

func (t *Training) decodeLosses(settings config.Map, outputs []string) error {
	decode := func(entry any) (losses.Loss, error) {
		object, err := config.ParseObject(entry)
		if err != nil || object.Class == "" {
			return nil, err
		}
		return losses.Decode(object)
	}
	var err error
	named, several := perOutput(settings["loss"], outputs)
	if !several {
		if settings["loss"] != nil {
			t.Loss, err = decode(settings["loss"])
		}
	} else {
		t.Losses = map[string]losses.Loss{}
		for name, entry := range named {
			if entry == nil {
				continue
			}
			if t.Losses[name], err = decode(entry); err != nil {
				return err
			}
		}
	}
	if err != nil {
		return err
	}
	weights, several := perOutput(settings["loss_weights"], outputs)
	if number, ok := config.Number(settings["loss_weights"]); ok && len(outputs) == 1 {
		weights, several = map[string]any{outputs[0]: number}, true
	}
	if !several {
		return nil
	}
	t.LossWeights = map[string]float64{}
	for name, entry := range weights {
		if entry == nil {
			continue
		}
		weight, ok := config.Number(entry)
		if !ok {
			return fmt.Errorf("loss_weights of %q is %v, expected a number", name, entry)
		}
		t.LossWeights[name] = weight
	}
	return nil
}

func decodeOutputMetrics(setting any, outputs []string) (map[string][]metrics.Metric, error) {
	if setting == nil {
		return nil, nil
	}
	named, ok := perOutput(setting, outputs)
	if !ok {
		return nil, fmt.Errorf("the metrics are not told apart by the %d outputs", len(outputs))
	}
	decoded := map[string][]metrics.Metric{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		entry := named[name]
		if _, list := entry.([]any); !list && entry != nil {
			entry = []any{entry}
		}
		list, err := decodeMetrics(entry)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			decoded[name] = list
		}
	}
	return decoded, nil
}

// decodeMetrics reads a list of metrics, which Keras 2 nests once more.
func decodeMetrics(value any) ([]metrics.Metric, error) {
	list, _ := value.([]any)
	var decoded []metrics.Metric
	for _, entry := range list {
		if nested, ok := entry.([]any); ok {
			more, err := decodeMetrics(nested)
			if err != nil {
				return nil, err
			}
			decoded = append(decoded, more...)
			continue
		}
		object, err := config.ParseObject(entry)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(object.Class, "mean") || object.Class == "" { // the loss itself, in files of older Keras
			continue
		}
		metric, err := metrics.Decode(object)
		if err != nil {
			return nil, err
		}
		decoded = append(decoded, metric)
	}
	return decoded, nil
}
