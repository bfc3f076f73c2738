package lince

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/layers"
)

// functional makes a model of a Functional configuration: layers by name, and
// for each of their uses the values it is applied to.
func (d decoder) functional(settings config.Map) (*Model, error) {
	entries, ok := settings["layers"].([]any)
	if !ok || len(entries) == 0 {
		return nil, errors.New("the file's model has no layers")
	}
	w := wiring{instances: map[string]*layers.Instance{}, uses: map[string][]layers.Value{}}
	var waiting []pendingUse
	for i, entry := range entries {
		instance, object, err := d.layer(entry)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		name := instance.Name()
		if w.instances[name] != nil {
			return nil, fmt.Errorf("the file has two layers named %q", name)
		}
		w.instances[name] = instance
		if object.Class == "InputLayer" {
			w.uses[name] = []layers.Value{instance.Apply()}
			continue
		}
		fields, _ := entry.(config.Map)
		nodes, _ := fields["inbound_nodes"].([]any)
		for use, node := range nodes {
			waiting = append(waiting, pendingUse{name, use, references(node)})
		}
	}
	if err := w.connect(waiting); err != nil {
		return nil, err
	}
	inputs, err := w.values(settings["input_layers"])
	if err != nil {
		return nil, err
	}
	outputs, err := w.values(settings["output_layers"])
	if err != nil {
		return nil, err
	}
	m, err := newModel(inputs, outputs)
	if err != nil {
		return nil, err
	}
	m.name = "functional"
	if name, ok := settings["name"].(string); ok {
		m.name = name
	}
	return m, nil
}

// wiring finds the values of a functional model by layer name and use.
type wiring struct {
	instances map[string]*layers.Instance
	uses      map[string][]layers.Value
}

// valueName names a value: a layer and which of its uses.
type valueName struct {
	layer string
	use   int
}

// pendingUse is a use of a layer whose inputs may not exist yet.
type pendingUse struct {
	layer  string
	use    int
	inputs []valueName
}

// connect applies the layers as soon as their inputs exist.
func (w wiring) connect(waiting []pendingUse) error {
	for len(waiting) > 0 {
		var still []pendingUse
		for _, p := range waiting {
			inputs, ready := w.ready(p)
			if !ready {
				still = append(still, p)
				continue
			}
			w.uses[p.layer] = append(w.uses[p.layer], w.instances[p.layer].Apply(inputs...))
		}
		if len(still) == len(waiting) {
			return fmt.Errorf("layer %q of the file is applied to values that no layer makes", still[0].layer)
		}
		waiting = still
	}
	return nil
}

func (w wiring) ready(p pendingUse) ([]layers.Value, bool) {
	if len(w.uses[p.layer]) != p.use || len(p.inputs) == 0 {
		return nil, false
	}
	inputs := make([]layers.Value, len(p.inputs))
	for i, r := range p.inputs {
		uses := w.uses[r.layer]
		if r.use < 0 || r.use >= len(uses) {
			return nil, false
		}
		inputs[i] = uses[r.use]
	}
	return inputs, true
}

// values reads Keras' input_layers and output_layers: one [name, use, tensor]
// or a list of them.
func (w wiring) values(list any) ([]layers.Value, error) {
	var values []layers.Value
	for _, r := range historyList(list) {
		uses := w.uses[r.layer]
		if r.use < 0 || r.use >= len(uses) {
			return nil, fmt.Errorf("the file's model begins or ends at layer %q, which it does not have", r.layer)
		}
		values = append(values, uses[r.use])
	}
	if len(values) == 0 {
		return nil, errors.New("the file's model does not say its inputs and outputs")
	}
	return values, nil
}

func historyList(list any) []valueName {
	if r, ok := history(list); ok {
		return []valueName{r}
	}
	var references []valueName
	entries, _ := list.([]any)
	for _, entry := range entries {
		references = append(references, historyList(entry)...)
	}
	return references
}

// history reads [name, use, tensor, ...].
func history(entry any) (valueName, bool) {
	parts, ok := entry.([]any)
	if !ok || len(parts) < 2 {
		return valueName{}, false
	}
	name, isName := parts[0].(string)
	use, isNumber := config.Number(parts[1])
	return valueName{name, int(use)}, isName && isNumber
}

// references finds the values that a node is applied to, as Keras 3 writes
// them (__keras_tensor__ anywhere in args) or Keras 2 ([[name, use, tensor, {}]]).
func references(node any) []valueName {
	switch v := node.(type) {
	case []any:
		if r, ok := history(v); ok {
			return []valueName{r}
		}
		var list []valueName
		for _, element := range v {
			list = append(list, references(element)...)
		}
		return list
	case config.Map:
		if v["class_name"] == "__keras_tensor__" {
			settings, _ := v["config"].(config.Map)
			if r, ok := history(settings["keras_history"]); ok {
				return []valueName{r}
			}
			return nil
		}
		if args, ok := v["args"]; ok {
			return references(args)
		}
	}
	return nil
}
