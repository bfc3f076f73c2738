package lince

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// config describes the model as Keras 3 does in config.json.
func (m *Model) config() (config.Map, error) {
	described := config.Map{"name": m.name, "trainable": slices.ContainsFunc(m.network.instances, (*layers.Instance).Trainable)}
	object := config.Object{Class: "Functional", Config: described}
	module := "keras.src.models.functional"
	var list []any
	for _, value := range m.byLayer() {
		entry, err := m.layerConfig(value)
		if err != nil {
			return nil, err
		}
		list = append(list, entry)
	}
	described["layers"] = list
	if m.sequential {
		object.Class, module = "Sequential", "keras"
		described["dtype"] = dtypePolicy()
		described["build_input_shape"] = jsonShape(m.shapes[m.inputs[0]])
	} else {
		described["input_layers"] = m.tensorNames(m.inputs)
		described["output_layers"] = m.tensorNames(m.outputs)
	}
	serialized := object.Serialized(module)
	serialized["build_config"] = config.Map{"input_shape": m.jsonShapes(m.inputs)}
	return serialized, nil
}

// byLayer returns one value of every layer, in the layers' order.
func (m *Model) byLayer() []layers.Value {
	first := map[*layers.Instance]layers.Value{}
	for _, value := range slices.Backward(m.network.order) {
		first[value.Instance()] = value
	}
	values := make([]layers.Value, len(m.network.instances))
	for i, instance := range m.network.instances {
		values[i] = first[instance]
	}
	return values
}

func (m *Model) layerConfig(value layers.Value) (config.Map, error) {
	instance := value.Instance()
	var entry config.Map
	var err error
	if model, ok := instance.Layer().(*Model); ok {
		if entry, err = model.config(); err == nil {
			entry["config"].(config.Map)["name"] = instance.Name()
		}
	} else {
		entry, err = m.plainLayerConfig(value)
	}
	if err != nil {
		return nil, err
	}
	if !m.sequential {
		entry["name"] = instance.Name()
		entry["inbound_nodes"] = m.inboundNodes(instance)
	}
	return entry, nil
}

// plainLayerConfig describes a layer that is no model.
func (m *Model) plainLayerConfig(value layers.Value) (config.Map, error) {
	instance := value.Instance()
	if _, ok := instance.Layer().(layers.Describer); !ok {
		return nil, fmt.Errorf("layer %q of type %T cannot be saved: it has no Describe method", instance.Name(), instance.Layer())
	}
	description := instance.Description()
	settings := config.Map{}
	for key, setting := range description.Config {
		settings[key] = setting
	}
	settings["name"] = instance.Name()
	entry := config.Object{Class: description.Class, Config: settings}.Serialized(cmp.Or(description.Module, "keras.layers"))
	if description.Class != "InputLayer" && !isOperation(instance) {
		settings["trainable"] = instance.Trainable()
		settings["dtype"] = dtypePolicy()
		entry["build_config"] = config.Map{"input_shape": m.jsonShapes(value.Inputs())}
	}
	return entry, nil
}

// inboundNodes lists every use of a layer with the values it is applied to.
func (m *Model) inboundNodes(instance *layers.Instance) []any {
	nodes := []any{}
	for _, value := range m.network.order {
		if value.Instance() != instance || len(value.Inputs()) == 0 {
			continue
		}
		arguments := make([]any, len(value.Inputs()))
		for i, input := range value.Inputs() {
			arguments[i] = config.Map{"class_name": "__keras_tensor__", "config": config.Map{
				"shape": jsonShape(m.shapes[input]), "dtype": "float32",
				"keras_history": []any{input.Instance().Name(), m.useNumber(input), input.Index()},
			}}
		}
		args := arguments
		if operation, ok := instance.Layer().(layers.Operation); ok {
			args = operation.Arguments(arguments)
		} else if mergesInputs(instance) {
			args = []any{arguments}
		}
		keywords := config.Map{}
		if value.Inferring() {
			keywords["training"] = false
		}
		nodes = append(nodes, config.Map{"args": args, "kwargs": keywords})
	}
	return nodes
}

// mergesInputs reports whether Keras calls the layer with a list of values.
func mergesInputs(instance *layers.Instance) bool {
	if model, ok := instance.Layer().(*Model); ok {
		return len(model.inputs) > 1
	}
	switch instance.Class() {
	case "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "CustomScaleLayer":
		return true
	}
	return false
}

// useNumber returns which use of its layer a value is.
func (m *Model) useNumber(value layers.Value) int {
	use := 0
	for _, other := range m.network.order {
		if other == value.Result(0) {
			break
		}
		if other.Instance() == value.Instance() {
			use++
		}
	}
	return use
}

// tensorNames names values as [layer, use, tensor]: one alone, several in a list.
func (m *Model) tensorNames(values []layers.Value) []any {
	names := make([]any, len(values))
	for i, value := range values {
		use := m.useNumber(value)
		if isFunctional(value.Instance()) {
			use++ // Keras counts the making of a functional model here
		}
		names[i] = []any{value.Instance().Name(), use, value.Index()}
	}
	if len(names) == 1 {
		return names[0].([]any)
	}
	return names
}

func dtypePolicy() config.Map {
	return config.Object{Class: "DTypePolicy", Config: config.Map{"name": "float32"}}.Serialized("keras")
}

// jsonShapes lists the values' shapes; one alone is not in a list.
func (m *Model) jsonShapes(values []layers.Value) []any {
	if len(values) == 1 {
		return jsonShape(m.shapes[values[0]])
	}
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = jsonShape(m.shapes[value])
	}
	return list
}

func jsonShape(shape tensor.Shape) []any {
	list := make([]any, len(shape))
	for i, extent := range shape {
		if extent != graph.Batch {
			list[i] = extent
		}
	}
	return list
}

// decoder makes a model of a configuration.
type decoder struct {
	custom map[string]func(*config.Reader) layers.Layer
	// depth is how many models there are around this one.
	depth int
}

// deepest is how many models a file may have one within the other.
const deepest = 32

func (d decoder) model(object config.Object) (*Model, error) {
	switch object.Class {
	case "Sequential":
		return d.sequential(object.Config)
	case "Functional", "Model":
		return d.functional(object.Config)
	}
	return nil, fmt.Errorf("the file holds a %q, expected a Sequential or Functional model", object.Class)
}

// isModel reports whether a class of Keras is a model: Keras 2 calls a
// functional one Model.
func isModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

func (d decoder) layer(entry any) (*layers.Instance, config.Object, error) {
	object, err := config.ParseObject(entry)
	if err != nil {
		return nil, object, err
	}
	reader := config.NewReader(object)
	if isModel(object.Class) {
		if d.depth++; d.depth > deepest {
			return nil, object, fmt.Errorf("more than %d models lie one within the other", deepest)
		}
		m, err := d.model(object)
		if err != nil {
			return nil, object, fmt.Errorf("%s %q: %w", object.Class, reader.String("name", ""), err)
		}
		m.Instance().Rename(m.name)
		return m.Instance(), object, nil
	}
	var layer layers.Layer
	if fields, _ := entry.(config.Map); isOperationOf(fields) {
		layer, err = decodeOperation(object, fields)
	} else {
		layer, err = layers.Decode(object, d.custom)
	}
	if err != nil {
		return nil, object, err
	}
	instance := layers.Share(layer)
	instance.Rename(reader.String("name", instance.Name()))
	instance.SetTrainable(reader.Bool("trainable", true))
	return instance, object, reader.Err()
}

func (d decoder) sequential(settings config.Map) (*Model, error) {
	entries, ok := settings["layers"].([]any)
	if !ok || len(entries) == 0 {
		return nil, errors.New("the file's model has no layers")
	}
	instances := make([]*layers.Instance, 0, len(entries)+1)
	for i, entry := range entries {
		instance, _, err := d.layer(entry)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		instances = append(instances, instance)
	}
	_, begins := instances[0].Layer().(layers.Input)
	reader := config.NewReader(config.Object{Class: "Sequential", Config: settings})
	if shape, known := reader.Value("build_input_shape").([]any); known && !begins && instances[0].Description().InputShape == nil {
		input, err := inputOf(shape)
		if err != nil {
			return nil, err
		}
		instances = slices.Insert(instances, 0, layers.Share(input))
	}
	m, err := sequential(instances)
	if err != nil {
		return nil, err
	}
	return m, errors.Join(m.described(settings), reader.Err())
}

func inputOf(batchShape []any) (layers.Input, error) {
	layer, err := layers.Decode(config.Object{Class: "InputLayer", Config: config.Map{"batch_shape": batchShape}}, nil)
	if err != nil {
		return layers.Input{}, err
	}
	input, ok := layer.(layers.Input)
	if !ok {
		return input, fmt.Errorf("%v is no input shape", batchShape)
	}
	return input, nil
}
