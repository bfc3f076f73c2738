package layers

import (
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
)

// Instance is a layer in a model: its settings together with the weights it
// has made. Applying a Layer makes an instance; Share makes one to apply
// several times.
type Instance struct {
	layer   Layer
	name    string
	frozen  bool
	weights []*Weight
	byName  map[string]*Weight
	first   *application
	home    any
}

// Weight is a variable of a layer.
type Weight struct {
	// Variable is what graphs and backends know it by.
	Variable *graph.Variable
	// Name is the weight's own name within its layer: kernel.
	Name string
	// Initializer gives its first value.
	Initializer initializers.Initializer
	// Statistic marks what is not trained but updated by the layer itself,
	// as batch normalisation's moving mean.
	Statistic bool

	layer *Instance
}

// Share returns an instance of the layer that may be applied several times,
// with the same weights each time. A Composite has one of its own.
func Share(layer Layer) *Instance {
	if composite, ok := layer.(Composite); ok {
		return composite.Instance()
	}
	return newInstance(layer)
}

func newInstance(layer Layer) *Instance {
	return &Instance{layer: layer, name: describe(layer).Name, byName: map[string]*Weight{}}
}

// Layer returns the settings.
func (i *Instance) Layer() Layer { return i.layer }

// Description returns the layer's class and settings.
func (i *Instance) Description() Description { return describe(i.layer) }

// Class returns Keras' class name.
func (i *Instance) Class() string { return describe(i.layer).Class }

// Name returns the layer's name in its model; empty until a model gave it one.
func (i *Instance) Name() string { return i.name }

// BaseName is what an unnamed layer is numbered by: conv2d.
func (i *Instance) BaseName() string { return config.SnakeCase(i.Class()) }

// Rename gives the layer its name in a model. Weights made before keep theirs.
func (i *Instance) Rename(name string) { i.name = name }

// Weights returns the layer's variables in the order of their making, which
// is Keras' order; empty before the model is built. A model used as a layer
// has its layers' in their order, those that it uses twice once.
func (i *Instance) Weights() []*Weight {
	parts := i.parts()
	if parts == nil {
		return i.weights
	}
	var weights []*Weight
	seen := map[*Weight]bool{}
	for _, part := range parts {
		for _, w := range part.Weights() {
			if !seen[w] {
				seen[w] = true
				weights = append(weights, w)
			}
		}
	}
	return weights
}

// Trainable reports whether training changes the layer's weights; for a model
// used as a layer, whether it changes any of its layers'.
func (i *Instance) Trainable() bool {
	parts := i.parts()
	if len(parts) == 0 {
		return !i.frozen
	}
	return slices.ContainsFunc(parts, (*Instance).Trainable)
}

// SetTrainable freezes or unfreezes the layer, or all layers of a model used
// as a layer. A frozen batch normalisation also stops updating its statistics
// and uses them. It takes effect when the model is compiled; Fit refuses a
// model whose layers changed since.
func (i *Instance) SetTrainable(trainable bool) {
	i.frozen = !trainable
	for _, part := range i.parts() {
		part.SetTrainable(trainable)
	}
}

// Trainable reports whether training changes the weight: it is no statistic
// and its layer is not frozen.
func (w *Weight) Trainable() bool { return !w.Statistic && !w.layer.frozen }

// Output returns what the layer makes where it was first applied, to go on
// from with Apply: how a network is cut and extended. A nil instance, which is
// what a model returns for a name that it does not have, and one that was never
// applied give a value that the model made of it refuses.
func (i *Instance) Output() Value {
	switch {
	case i == nil:
		return mistake("Output was asked of a layer that its model does not have; Summary lists the names")
	case i.first == nil:
		return mistake("Output was asked of a %s that was never applied", i.Class())
	}
	return Value{application: i.first}
}

// Home returns what keeps the values of the layer's weights: the models'
// business, which those made of the same layers share; nil before there is any.
func (i *Instance) Home() any { return i.home }

// SetHome says what keeps the values of the layer's weights.
func (i *Instance) SetHome(home any) { i.home = home }
