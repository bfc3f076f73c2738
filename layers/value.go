package layers

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Value is a symbolic value of a functional model: a model's input or what a
// layer makes of other values. Errors in a chain of Apply travel along in it
// and are reported once, by the model that is made of it. Values are equal if
// they stand for the same thing.
type Value struct {
	application *application
	index       int
}

// application is one use of a layer.
type application struct {
	instance *Instance
	inputs   []Value
	extents  extents
	// inferring is whether the layer is kept to inference.
	inferring bool
	err       error // why it is none; there is no instance then
}

// Input is the place where a model's data enters. As the first layer of a
// Sequential it says what InputShape of the first layer says otherwise.
type Input struct {
	// Shape of one sample: height, width, channels for pictures. -1 stands
	// for an extent that varies from batch to batch.
	Shape []int
	// Name is input_layer when empty.
	Name string
	// DType of the samples; float32 when zero.
	DType tensor.DType
}

// NewInput returns the value of a model's input.
func NewInput(input Input) Value { return Apply(input) }

// Apply makes a layer of values, with weights of its own. Use Share to apply
// the same weights several times.
func Apply(layer Layer, inputs ...Value) Value { return Share(layer).Apply(inputs...) }

// Apply uses the instance, with the weights it has, on values.
func (i *Instance) Apply(inputs ...Value) Value {
	a := &application{instance: i, inputs: inputs}
	if i.first == nil {
		i.first = a
	}
	return Value{application: a}
}

// mistake returns a value that carries an error to the model made of it.
func mistake(format string, arguments ...any) Value {
	return Value{application: &application{err: fmt.Errorf(format, arguments...)}}
}

// Err returns the mistake that the value carries, nil if there is none.
func (v Value) Err() error {
	if v.application == nil {
		return errors.New("the zero Value is used; make it by layers.NewInput or layers.Apply")
	}
	return v.application.err
}

// Instance returns the layer that makes the value, nil for the zero Value.
func (v Value) Instance() *Instance {
	if v.application == nil {
		return nil
	}
	return v.application.instance
}

// Inputs returns the values that the layer is applied to.
func (v Value) Inputs() []Value {
	if v.application == nil {
		return nil
	}
	return v.application.inputs
}

// Describe returns the layer as Keras' InputLayer.
func (l Input) Describe() Description {
	return Description{Class: "InputLayer", Name: l.Name, InputShape: l.Shape, Config: config.Map{
		"batch_shape": batchShape(l.Shape), "dtype": l.ElementType().String(), "sparse": false, "ragged": false,
	}}
}

// ElementType returns the type of the samples' elements.
func (l Input) ElementType() tensor.DType {
	if l.DType == tensor.Invalid {
		return tensor.Float32
	}
	return l.DType
}

// Call returns its input.
func (l Input) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if len(inputs) != 1 {
		return nil, fmt.Errorf("%d inputs given, expected 1", len(inputs))
	}
	return inputs[0], nil
}

// batchShape returns a sample's shape as JSON with the batch before it: null,
// 150, 150, 3.
func batchShape(shape []int) []any {
	list := make([]any, 1, len(shape)+1)
	for _, extent := range shape {
		if extent < 0 {
			list = append(list, nil)
			continue
		}
		list = append(list, extent)
	}
	return list
}
