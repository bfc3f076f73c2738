package lince

import (
	"errors"
	"fmt"
	"slices"

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
	w := wiring{instances: map[string]*layers.Instance{}, uses: map[string][]layers.Value{}, from1: countedFrom1(entries)}
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
			inputs := references(node)
			if _, old := node.([]any); old {
				inputs = w.counted(inputs)
			}
			if len(inputs) == 0 {
				return nil, fmt.Errorf("layer %q of the file is applied to nothing", name)
			}
			waiting = append(waiting, pendingUse{valueName{name, use, 0}, inputs, infers(node)})
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
	return m, m.described(settings)
}

// described gives the model what a configuration says of it as a whole.
func (m *Model) described(settings config.Map) error {
	reader := config.NewReader(config.Object{Class: "model", Config: settings})
	if name := reader.String("name", ""); name != "" {
		m.name, m.named = name, true
	}
	if !reader.Bool("trainable", true) {
		m.Freeze()
	}
	return reader.Err()
}

// wiring finds the values of a functional model by layer name and use.
type wiring struct {
	instances map[string]*layers.Instance
	uses      map[string][]layers.Value
	// from1 are the layers whose uses Keras 2 counts from 1; see countedFrom1.
	from1 map[string]bool
}

// countedFrom1 returns the layers whose uses begin with 1 in files of Keras 2,
// for which a model's making was its use 0: no layer is applied to that.
func countedFrom1(entries []any) map[string]bool {
	from1 := map[string]bool{}
	for _, entry := range entries {
		fields, _ := entry.(config.Map)
		if class, _ := fields["class_name"].(string); isModel(class) {
			name, _ := fields["name"].(string)
			from1[name] = true
		}
	}
	for _, entry := range entries {
		fields, _ := entry.(config.Map)
		nodes, _ := fields["inbound_nodes"].([]any)
		for _, node := range nodes {
			if _, old := node.([]any); !old {
				continue
			}
			for _, r := range references(node) {
				if r.use == 0 {
					delete(from1, r.layer)
				}
			}
		}
	}
	return from1
}

// counted returns the references with all uses counted from 0.
func (w wiring) counted(references []valueName) []valueName {
	for i, r := range references {
		if w.from1[r.layer] {
			references[i].use--
		}
	}
	return references
}

// valueName names a value: a layer, which of its uses and which result of it.
type valueName struct {
	layer      string
	use, index int
}

// pendingUse is a use of a layer whose inputs may not exist yet.
type pendingUse struct {
	valueName
	inputs []valueName
	infers bool
}

// connect applies the layers, each as soon as its inputs and its earlier uses
// exist.
func (w wiring) connect(uses []pendingUse) error {
	waiting := map[valueName][]pendingUse{} // by one of the values that are missing
	queue := uses
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if missing, ok := w.missing(p); ok {
			waiting[missing] = append(waiting[missing], p)
			continue
		}
		inputs := make([]layers.Value, len(p.inputs))
		for i, r := range p.inputs {
			inputs[i] = w.uses[r.layer][r.use].Result(r.index)
		}
		apply := w.instances[p.layer].Apply
		if p.infers {
			apply = w.instances[p.layer].Infer
		}
		w.uses[p.layer] = append(w.uses[p.layer], apply(inputs...))
		queue = append(queue, waiting[p.valueName]...)
		delete(waiting, p.valueName)
	}
	for _, p := range uses {
		if p.use >= len(w.uses[p.layer]) {
			return fmt.Errorf("layer %q of the file is applied to values that no layer makes", p.layer)
		}
	}
	return nil
}

// missing returns a value that a use waits for, and whether there is one.
func (w wiring) missing(p pendingUse) (valueName, bool) {
	needed := p.inputs
	if p.use > 0 {
		needed = append(slices.Clone(needed), valueName{p.layer, p.use - 1, 0})
	}
	for _, r := range needed {
		if r.use < 0 || r.use >= len(w.uses[r.layer]) {
			return valueName{r.layer, r.use, 0}, true
		}
	}
	return valueName{}, false
}

// values reads Keras' input_layers and output_layers: one [name, use, tensor]
// or a list of them. Here Keras 3 too counts the uses of a functional model
// from 1.
func (w wiring) values(list any) ([]layers.Value, error) {
	var values []layers.Value
	for _, r := range historyList(list) {
		uses := w.uses[r.layer]
		if instance := w.instances[r.layer]; instance != nil && r.use > 0 && w.from1[r.layer] && (isFunctional(instance) || r.use >= len(uses)) {
			r.use--
		}
		if r.use < 0 || r.use >= len(uses) {
			return nil, fmt.Errorf("the file's model begins or ends at layer %q, which it does not have", r.layer)
		}
		values = append(values, uses[r.use].Result(r.index))
	}
	if len(values) == 0 {
		return nil, errors.New("the file's model does not say its inputs and outputs")
	}
	return values, nil
}

func isFunctional(instance *layers.Instance) bool {
	m, ok := instance.Layer().(*Model)
	return ok && !m.sequential
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
	var index float64
	if len(parts) > 2 {
		index, _ = config.Number(parts[2])
	}
	return valueName{name, int(use), int(index)}, isName && isNumber
}

// infers reports whether a node is a call with training=False.
func infers(node any) bool {
	switch v := node.(type) {
	case []any: // of Keras 2, where the keywords stand behind a value's name
		for _, element := range v {
			if infers(element) {
				return true
			}
		}
	case config.Map:
		if keywords, ok := v["kwargs"].(config.Map); ok {
			v = keywords
		}
		training, given := v["training"].(bool)
		return given && !training
	}
	return false
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
