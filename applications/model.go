package applications

import (
	"context"
	"fmt"
	"strconv"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// Model builds the application. Its layers have the names and the order that
// Keras gives them in a fresh process, so files of weights fit by either. The
// model bears Keras' name, too: mobilenetv2_1.00_224. Its Preprocessing is set
// where its size is known; its Classes are not, see NameClasses.
func (a Application) Model(ctx context.Context, o Options) (*lince.Model, error) {
	d, err := a.definition()
	if err != nil {
		return nil, err
	}
	m, err := d.model(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("applications: %s: %w", d.Title, err)
	}
	return m, nil
}

func (d definition) model(ctx context.Context, o Options) (*lince.Model, error) {
	o, err := d.resolve(o)
	if err != nil {
		return nil, err
	}
	input := layers.NewInput(layers.Input{Shape: o.InputShape})
	output := d.head(d.features(input, o), o)
	number(output)
	m, err := lince.NewModel(lince.Inputs(input), lince.Outputs(output))
	if err != nil {
		return nil, err
	}
	name := string(d.Application)
	if d.called != nil {
		name = d.called(o)
	}
	if err := m.Rename(name); err != nil {
		return nil, err
	}
	m.Preprocessing = d.preprocessing(o)
	path, err := d.weightsPath(ctx, o)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return m, nil
	}
	_, err = m.LoadWeightsWith(path, lince.WeightsOptions{Names: o.Names})
	if err != nil && d.takes.alpha {
		err = fmt.Errorf("%w; the network was built with Alpha %v, which must be that of the file", err, o.Alpha)
	}
	return m, err
}

// head ends a network: with its top, with a pooling, or as it is.
func (d definition) head(x layers.Value, o Options) layers.Value {
	switch {
	case !o.NoTop && d.top != nil:
		return d.top(x, o)
	case !o.NoTop:
		x = layers.Apply(layers.GlobalAveragePooling2D{Name: "avg_pool"}, x)
		return layers.Apply(layers.Dense{Units: o.Classes, Activation: o.ClassifierActivation, Name: "predictions"}, x)
	case o.Pooling == AveragePooling:
		x = layers.Apply(layers.GlobalAveragePooling2D{Name: d.pooling[0]}, x)
	case o.Pooling == MaxPooling:
		x = layers.Apply(layers.GlobalMaxPooling2D{Name: d.pooling[1]}, x)
	}
	if d.ending != nil {
		x = d.ending(x)
	}
	return x
}

// preprocessing is how pictures are prepared for the model; nil where its
// size varies.
func (d definition) preprocessing(o Options) *images.Preprocessing {
	if o.InputShape[0] < 0 || o.InputShape[1] < 0 {
		return nil
	}
	p := images.Preprocessing{TargetSize: images.Size{Height: o.InputShape[0], Width: o.InputShape[1]}, Mode: d.Mode}
	if o.InputShape[2] == 1 {
		p.ColorMode = images.Grayscale
	}
	if d.prepare != nil {
		d.prepare(&p)
	}
	return &p
}

// number names the layers that have no name, per class, in the order of their
// making as Keras does: conv2d, conv2d_1, conv2d_2. A model would number them
// by their distance from its outputs. The order is that of a walk from the
// output to the inputs, so a layer of several values must be given them in
// the order in which they were made.
func number(output layers.Value) {
	count, seen := map[string]int{}, map[layers.Value]bool{}
	var walk func(value layers.Value)
	walk = func(value layers.Value) {
		if seen[value] {
			return
		}
		seen[value] = true
		for _, input := range value.Inputs() {
			walk(input)
		}
		instance := value.Instance()
		if instance.Name() != "" {
			return
		}
		name := instance.BaseName()
		if n := count[name]; n > 0 {
			name += "_" + strconv.Itoa(n)
		}
		count[instance.BaseName()]++
		instance.Rename(name)
	}
	walk(output)
}
