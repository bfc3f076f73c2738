package lince

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/layers"
)

// Layer returns the layer of the given name, nil if there is none. A layer of a
// model within is named by both, base/conv1, or by its own name if no layer
// before it has that.
func (m *Model) Layer(name string) *layers.Instance {
	for _, instance := range m.network.instances {
		if instance.Name() == name {
			return instance
		}
	}
	var own *layers.Instance
	for instance, path := range walk(m.network.instances, "", map[*layers.Instance]bool{}) {
		if path == name {
			return instance
		}
		if own == nil && instance.Name() == name {
			own = instance
		}
	}
	return own
}

// What is frozen or unfrozen below takes effect with the next Compile; Fit
// refuses a model whose layers changed since. Models that share layers see
// the same ones frozen.

// Freeze makes no layer trainable: what Keras does by base.trainable = False.
// Batch normalisation then also keeps its averages, in inference mode.
func (m *Model) Freeze() { m.setTrainable(false) }

// Unfreeze makes all layers trainable.
func (m *Model) Unfreeze() { m.setTrainable(true) }

func (m *Model) setTrainable(trainable bool) {
	for _, instance := range m.network.instances {
		instance.SetTrainable(trainable)
	}
}

// FreezePrefix freezes the layers whose names, or paths in models within,
// begin so: block1_ those of a network's first block. It leaves the others as
// they are. A prefix of no layer is an error.
func (m *Model) FreezePrefix(prefix string) error { return m.setPrefix(prefix, false) }

// UnfreezePrefix makes the layers trainable whose names, or paths in models
// within, begin so.
func (m *Model) UnfreezePrefix(prefix string) error { return m.setPrefix(prefix, true) }

func (m *Model) setPrefix(prefix string, trainable bool) error {
	found := false
	for instance, path := range walk(m.network.instances, "", map[*layers.Instance]bool{}) {
		if strings.HasPrefix(path, prefix) || strings.HasPrefix(instance.Name(), prefix) {
			instance.SetTrainable(trainable)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("lince: no layer's name begins with %q; Summary lists their names", prefix)
	}
	return nil
}

// UnfreezeFrom makes the named layer and all behind it trainable, in the
// order of Layers and with those of models within in their place, and freezes
// those before it.
func (m *Model) UnfreezeFrom(name string) error {
	first := m.Layer(name)
	if first == nil {
		return m.noLayer(name)
	}
	if parts, ok := first.Layer().(layers.Composite); ok && len(parts.Layers()) > 0 {
		first = parts.Layers()[0]
	}
	trainable := false
	for instance := range m.network.deep() {
		trainable = trainable || instance == first
		instance.SetTrainable(trainable)
	}
	return nil
}

// FreezeBatchNormalization freezes all batch normalisation, that of models
// within too: fine-tuning does so behind Unfreeze or UnfreezeFrom, since the
// averages of few small batches are worse than those that a base has brought.
// Keras' guide reaches it by calling the base with training=False.
func (m *Model) FreezeBatchNormalization() {
	for instance := range m.network.deep() {
		if normalises(instance) {
			instance.SetTrainable(false)
		}
	}
}

// normalises reports whether a layer is a batch normalisation.
func normalises(i *layers.Instance) bool {
	_, ok := i.Layer().(layers.BatchNormalization)
	return ok
}

func (m *Model) noLayer(name string) error {
	return fmt.Errorf("lince: the model has no layer %q; Summary lists their names", name)
}
