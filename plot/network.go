package plot

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// NetworkOptions say what the drawing of a network shows (the arguments of
// keras.utils.plot_model).
type NetworkOptions struct {
	// Shapes shows those of what goes into a layer and comes out of it.
	Shapes bool
	// Names shows the layers' names before their classes.
	Names bool
	// Activations shows the activation functions of layers that have one.
	Activations bool
	// Trainable marks the layers with weights as trainable or not.
	Trainable bool
	// ExpandNested draws the layers of models within, in a frame.
	ExpandNested bool
	// LeftToRight draws from left to right (rankdir "LR") instead of from top
	// to bottom.
	LeftToRight bool
}

// block is a layer in a drawing, or a model within with its layers.
type block struct {
	instance *layers.Instance
	// cells tell a layer's shapes and whether it is trained.
	cells []cell
	// activation is empty for layers without.
	activation string
	parts      []*block
	parent     *block
}

// cell is a word on a layer: what it is called and what it is.
type cell struct {
	label, text string
	trained     trained
}

type trained uint8

const (
	unmarked trained = iota
	learns
	frozen
)

// arrow leads from what makes a value to what takes it.
type arrow struct{ from, to *block }

// diagram is what is drawn of a network, without places.
type diagram struct {
	options NetworkOptions
	root    *block
	arrows  []arrow
	blocks  map[*layers.Instance]*block
}

var errNoShapes = errors.New("plot: the model does not know its shapes yet; begin it with layers.Input or train it first")

func newDiagram(m *lince.Model, options NetworkOptions) (*diagram, error) {
	if m == nil || !m.Built() {
		return nil, errNoShapes
	}
	d := &diagram{options: options, root: &block{}, blocks: map[*layers.Instance]*block{}}
	d.gather(m, d.root)
	return d, nil
}

// gather adds a model's layers and arrows, those of models within too if they
// are to be shown.
func (d *diagram) gather(m *lince.Model, into *block) {
	values := m.Values()
	for _, value := range values {
		instance := value.Instance()
		if d.blocks[instance] != nil || hidden(m, value) {
			continue
		}
		b := &block{instance: instance, parent: into}
		d.blocks[instance] = b
		into.parts = append(into.parts, b)
		if within, ok := d.expanded(instance); ok {
			d.gather(within, b)
			continue
		}
		d.describe(b, m, value)
	}
	drawn := map[arrow]bool{}
	for _, value := range values {
		for i, input := range value.Inputs() {
			a := arrow{d.blocks[d.source(input)], d.blocks[d.target(value.Instance(), i)]}
			if a.from != nil && a.to != nil && !drawn[a] {
				drawn[a] = true
				d.arrows = append(d.arrows, a)
			}
		}
	}
}

// hidden reports whether a value is the input of a Sequential, which Keras
// does not draw.
func hidden(m *lince.Model, value layers.Value) bool {
	return m.Describe().Class == "Sequential" && len(value.Inputs()) == 0
}

func (d *diagram) expanded(instance *layers.Instance) (*lince.Model, bool) {
	m, ok := instance.Layer().(*lince.Model)
	return m, ok && d.options.ExpandNested
}

// source returns the layer that makes a value, within models that are expanded.
func (d *diagram) source(value layers.Value) *layers.Instance {
	for {
		m, ok := d.expanded(value.Instance())
		if !ok {
			return value.Instance()
		}
		value = m.Outputs()[value.Index()]
	}
}

// target returns the layer that takes an input, within models that are
// expanded: there the input itself, or the first layer of a Sequential.
func (d *diagram) target(instance *layers.Instance, input int) *layers.Instance {
	for {
		m, ok := d.expanded(instance)
		if !ok {
			return instance
		}
		first := m.Inputs()[input]
		if !hidden(m, first) {
			return first.Instance()
		}
		instance = nil
		for _, value := range m.Values() {
			if len(value.Inputs()) > 0 {
				instance = value.Instance()
				break
			}
		}
		if instance == nil {
			return nil
		}
		input = 0
	}
}

func (d *diagram) describe(b *block, m *lince.Model, value layers.Value) {
	if d.options.Activations {
		b.activation = activationOf(b.instance)
	}
	if d.options.Shapes {
		inputs, outputs := value.Inputs(), []layers.Value{value.Result(0)}
		for m.ShapeOf(value.Result(len(outputs))) != nil {
			outputs = append(outputs, value.Result(len(outputs)))
		}
		if b.instance.Class() != "InputLayer" {
			b.cells = append(b.cells, cell{label: "Input shape", text: shapesText(m, inputs)})
		}
		b.cells = append(b.cells, cell{label: "Output shape", text: shapesText(m, outputs)})
	}
	if d.options.Trainable && len(b.instance.Weights()) > 0 {
		if b.instance.Trainable() {
			b.cells = append(b.cells, cell{text: "Trainable", trained: learns})
		} else {
			b.cells = append(b.cells, cell{text: "Non-trainable", trained: frozen})
		}
	}
}

func shapesText(m *lince.Model, values []layers.Value) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = shapeText(m.ShapeOf(value))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func shapeText(shape tensor.Shape) string {
	if shape == nil {
		return "?"
	}
	return shape.String()
}

// activationOf returns the name of a layer's activation, empty if it has none.
func activationOf(instance *layers.Instance) string {
	switch v := instance.Description().Config["activation"].(type) {
	case string:
		return v
	case config.Map:
		name, _ := v["class_name"].(string)
		return name
	}
	return ""
}

// title returns what stands at a layer's head: its name, if names are shown,
// and its class.
func (d *diagram) title(b *block) (name, class string) {
	if d.options.Names {
		return b.instance.Name(), fmt.Sprintf("(%s)", b.instance.Class())
	}
	return b.instance.Class(), ""
}
