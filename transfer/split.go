package transfer

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// ErrNotFrozen is what Split returns, with more words around it, for a model
// of which nothing can be computed once for all.
var ErrNotFrozen = errors.New("nothing stays as it is")

// Split divides a model where learning begins. The base is all that comes out
// the same for the same input, also while the model trains: frozen layers and
// those between them that have no weights and draw no random numbers. The head
// is the rest and takes what the base makes, its features. Both share layers
// and weights with the model: what the head learns, the model knows.
//
// A model of which nothing is frozen, or everything, is an error.
func Split(model *lince.Model) (base, head *lince.Model, err error) {
	s := splitter{model: model, fixed: map[layers.Value]bool{}}
	if err := s.sort(); err != nil {
		return nil, nil, fmt.Errorf("transfer: %w", err)
	}
	// The model gives its weights their first values, by its own seed, before
	// one of its parts does.
	if _, err := model.Weights(model.Layers()[0].Name()); err != nil {
		return nil, nil, err
	}
	features := s.frontier()
	switch {
	case len(features) == 0 || slices.ContainsFunc(features, func(v layers.Value) bool { return slices.Contains(model.Inputs(), v) }):
		return nil, nil, fmt.Errorf("transfer: %w: the model begins with a layer that learns; freeze its base", ErrNotFrozen)
	case !slices.ContainsFunc(s.order, func(v layers.Value) bool { return !s.fixed[v] }):
		return nil, nil, errors.New("transfer: all layers of the model are frozen; unfreeze those that are to learn")
	}
	if base, err = lince.NewModel(model.Inputs(), features); err != nil {
		return nil, nil, fmt.Errorf("transfer: the base: %w", err)
	}
	base.Preprocessing = model.Preprocessing
	if head, err = s.head(features); err != nil {
		return nil, nil, fmt.Errorf("transfer: the head: %w", errors.Join(err, base.Close()))
	}
	head.Classes = model.Classes
	return base, head, nil
}

// splitter finds out which values of a model are the same in every epoch.
type splitter struct {
	model *lince.Model
	order []layers.Value // every use of a layer, after what it is applied to
	fixed map[layers.Value]bool
}

// sort fills in order and fixed.
func (s *splitter) sort() error {
	if !s.model.Built() {
		return errors.New("the model does not know the shape of its inputs yet; give its first layer an InputShape")
	}
	seen := map[layers.Value]bool{}
	var visit func(v layers.Value) error
	visit = func(v layers.Value) error {
		v = v.Result(0)
		if seen[v] {
			return nil
		}
		seen[v] = true
		inputs := v.Inputs()
		fixed := true
		for _, input := range inputs {
			if err := visit(input); err != nil {
				return err
			}
			fixed = fixed && s.fixed[input.Result(0)]
		}
		if len(inputs) > 0 && fixed {
			same, err := sameEveryTime(v)
			if err != nil {
				return err
			}
			fixed = same
		}
		s.order, s.fixed[v] = append(s.order, v), fixed
		return nil
	}
	for _, output := range s.model.Outputs() {
		if err := visit(output); err != nil {
			return err
		}
	}
	return nil
}

// sameEveryTime reports whether a layer makes the same of the same values in
// every step of a training: its weights stay, it draws nothing, changes no
// averages and adds nothing to the loss.
func sameEveryTime(v layers.Value) (bool, error) {
	instance := v.Instance()
	if instance.Trainable() && len(instance.Weights()) > 0 {
		return false, nil
	}
	build := &layers.Build{Graph: graph.New(), Training: true}
	build.Key = build.Graph.Parameter("key", tensor.Uint32, 4)
	var inputs []*graph.Node
	for i, input := range v.Inputs() {
		shape := input.Shape()
		if shape == nil {
			return false, nil
		}
		for axis := 1; axis < len(shape); axis++ {
			if shape[axis] < 0 {
				shape[axis] = someExtent
			}
		}
		inputs = append(inputs, build.Graph.Parameter(strconv.Itoa(i), tensor.Float32, shape...))
	}
	results, err := build.Apply(v, inputs...)
	if err != nil {
		return false, err
	}
	draws := slices.ContainsFunc(graph.Ordered(results...), func(n *graph.Node) bool {
		_, random := n.Operation().(graph.RandomUniform)
		return random
	})
	return !draws && len(build.Updates()) == 0 && len(build.Losses()) == 0, nil
}

// someExtent stands for heights and widths that vary from batch to batch.
const someExtent = 256

// frontier returns the fixed values that others, or nobody, go on from.
func (s *splitter) frontier() []layers.Value {
	var features []layers.Value
	add := func(v layers.Value) {
		if s.fixed[v.Result(0)] && !slices.Contains(features, v) {
			features = append(features, v)
		}
	}
	for _, v := range s.order {
		if !s.fixed[v] {
			for _, input := range v.Inputs() {
				add(input)
			}
		}
	}
	for _, output := range s.model.Outputs() {
		add(output)
	}
	return features
}

// head makes the model of what is not fixed, of new inputs in the features'
// place.
func (s *splitter) head(features []layers.Value) (*lince.Model, error) {
	values := map[layers.Value]layers.Value{}
	var inputs []layers.Value
	for i, feature := range features {
		name := "features"
		for number := i; s.model.Layer(name) != nil || number > 0 && name == "features"; number++ {
			name = "features_" + strconv.Itoa(number)
		}
		values[feature] = layers.NewInput(layers.Input{Shape: feature.Shape()[1:], Name: name})
		inputs = append(inputs, values[feature])
	}
	at := func(v layers.Value) layers.Value {
		if value, ok := values[v]; ok {
			return value
		}
		return values[v.Result(0)].Result(v.Index())
	}
	for _, v := range s.order {
		if s.fixed[v] {
			continue
		}
		var arguments []layers.Value
		for _, input := range v.Inputs() {
			arguments = append(arguments, at(input))
		}
		if v.Inferring() {
			values[v] = v.Instance().Infer(arguments...)
		} else {
			values[v] = v.Instance().Apply(arguments...)
		}
	}
	var outputs []layers.Value
	for _, output := range s.model.Outputs() {
		outputs = append(outputs, at(output))
	}
	return lince.NewModel(inputs, outputs)
}
