package lince

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lince-ml/lince/config"
)

// identity tells trainings apart: all of it must be the same for one to go on
// from another's checkpoint. The number of epochs may change.
func (r *Run) identity() (json.RawMessage, error) {
	model, err := r.model.config()
	if err != nil {
		return nil, err
	}
	t, spec := r.model.training, r.source.Spec()
	measures := t.measures()
	return json.Marshal(config.Map{
		"model":             model,
		"optimizer":         t.Optimizer.Object().Serialized("keras.optimizers"),
		"loss":              measures["loss"],
		"loss weights":      measures["loss_weights"],
		"metrics":           measures["metrics"],
		"weighted metrics":  measures["weighted_metrics"],
		"rate factors":      t.RateFactors,
		"seed":              t.Seed,
		"class weights":     r.weights.classes,
		"preprocessing":     r.model.Preprocessing,
		"steps of an epoch": r.options.StepsPerEpoch,
		"data": config.Map{
			"samples": spec.Samples, "batch size": spec.BatchSize,
			"classes": spec.Classes, "samples of the classes": spec.ClassCounts,
			"inputs": fmt.Sprint(signatureOf(spec).inputs), "targets": fmt.Sprint(signatureOf(spec).targets),
		},
	})
}

// mismatch names the first thing in which two identities differ, with what
// it is now and was then; empty if they are equal.
func mismatch(now, then json.RawMessage) (string, error) {
	var values [2]any
	for i, content := range []json.RawMessage{now, then} {
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber()
		if err := decoder.Decode(&values[i]); err != nil {
			return "", err
		}
	}
	return differing("", values[0], values[1]), nil
}

func differing(path string, now, then any) string {
	if a, ok := now.(map[string]any); ok {
		if b, ok := then.(map[string]any); ok {
			return differingMaps(path, a, b)
		}
	}
	if a, ok := now.([]any); ok {
		if b, ok := then.([]any); ok {
			return differingLists(path, a, b)
		}
	}
	if x, y := written(now), written(then); x != y {
		return fmt.Sprintf("%s is %s now and was %s", strings.TrimPrefix(path, "."), shortened(x), shortened(y))
	}
	return ""
}

func differingLists(path string, now, then []any) string {
	for i := range min(len(now), len(then)) {
		if d := differing(fmt.Sprintf("%s[%d]", path, i), now[i], then[i]); d != "" {
			return d
		}
	}
	if len(now) != len(then) {
		return fmt.Sprintf("%s has %d entries now and had %d", strings.TrimPrefix(path, "."), len(now), len(then))
	}
	return ""
}

func differingMaps(path string, now, then map[string]any) string {
	keys := slices.Concat(slices.Collect(maps.Keys(now)), slices.Collect(maps.Keys(then)))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if d := differing(path+"."+key, now[key], then[key]); d != "" {
			return d
		}
	}
	return ""
}

func written(value any) string {
	content, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(content)
}

func shortened(text string) string {
	const limit = 60
	if characters := []rune(text); len(characters) > limit {
		return string(characters[:limit]) + "…"
	}
	return text
}
