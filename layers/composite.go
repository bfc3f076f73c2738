package layers

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
)

// Composite is a layer made of other layers, with one or more results: a model
// that is used as a layer. Wherever it is applied it is the same layer, with
// the same weights.
type Composite interface {
	Layer
	// Instance returns what stands for the composite in models around it,
	// made once by Compose.
	Instance() *Instance
	// Layers returns what it is made of. Weights and whether they are trained
	// are theirs.
	Layers() []*Instance
	// Built reports whether they know their shapes and so have their weights.
	Built() bool
	// Results builds the computation of all results; Call's is the only one.
	Results(c *Context, inputs ...*graph.Node) ([]*graph.Node, error)
}

// Compose makes the instance that stands for a composite.
func Compose(composite Composite) *Instance { return newInstance(composite) }

// parts returns the layers that the instance is made of, nil for one that is
// no composite.
func (i *Instance) parts() []*Instance {
	if composite, ok := i.layer.(Composite); ok {
		return composite.Layers()
	}
	return nil
}

// Infer makes a layer of values as Apply does, and keeps it to inference even
// while the model trains: dropout drops nothing and batch normalisation uses
// its averages and leaves them as they are, also when it is trainable. It is
// Keras' call with training=False, for a base that is to be fine-tuned.
func Infer(layer Layer, inputs ...Value) Value { return Share(layer).Infer(inputs...) }

// Infer uses the instance as Apply does and keeps it to inference; see the
// function of that name.
func (i *Instance) Infer(inputs ...Value) Value {
	value := i.Apply(inputs...)
	value.application.inferring = true
	return value
}

// Result returns another result of the layer's same use: 0 is what Apply
// returns. Only models used as layers have several.
func (v Value) Result(i int) Value { return Value{v.application, i} }

// Index returns which of its layer's results the value is.
func (v Value) Index() int { return v.index }

// Inferring reports whether the value was made by Infer.
func (v Value) Inferring() bool { return v.application != nil && v.application.inferring }

// Apply builds the computation of a value's layer on inputs and returns all
// its results.
func (b *Build) Apply(v Value, inputs ...*graph.Node) ([]*graph.Node, error) {
	return b.call(v.Instance(), &Context{inferring: v.Inferring()}, "", inputs)
}

// Apply builds the computation of a value's layer inside this one, as Call
// does, and returns all its results.
func (c *Context) Apply(v Value, inputs ...*graph.Node) ([]*graph.Node, error) {
	return c.build.call(v.Instance(), &Context{inferring: c.inferring || v.Inferring()}, c.path+"/", inputs)
}

// single returns the only one of a layer's results.
func single(i *Instance, results []*graph.Node, err error) (*graph.Node, error) {
	if err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, fmt.Errorf("%s has %d results, expected 1", i.Name(), len(results))
	}
	return results[0], nil
}
