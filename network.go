package lince

import (
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
)

// network is the structure of a model: its values in an order in which they
// can be computed, and its layers.
type network struct {
	inputs    []layers.Value
	outputs   []layers.Value
	order     []layers.Value
	instances []*layers.Instance
}

// newNetwork orders values and layers as Keras does and names the layers.
func newNetwork(inputs, outputs []layers.Value) (network, error) {
	n := network{inputs: inputs, outputs: outputs}
	t := traversal{state: map[layers.Value]int{}, seen: map[*layers.Instance]int{}}
	for _, output := range outputs {
		if err := t.visit(output); err != nil {
			return n, err
		}
	}
	for _, value := range t.finished {
		if len(value.Inputs()) == 0 && !slices.Contains(inputs, value) {
			return n, fmt.Errorf("an output depends on %s, which is not among the model's inputs", label(value.Instance()))
		}
	}
	for _, input := range inputs {
		if t.state[input] == 0 {
			return n, fmt.Errorf("no output depends on the input %s", label(input.Instance()))
		}
	}
	n.order, n.instances = t.finished, t.byDepth()
	return n, n.name()
}

func label(i *layers.Instance) string {
	if i.Name() != "" {
		return strconv.Quote(i.Name())
	}
	return i.Class()
}

// traversal walks from the outputs to the inputs, as Keras' map_graph does.
type traversal struct {
	state    map[layers.Value]int // 1 while its inputs are visited, 2 after
	seen     map[*layers.Instance]int
	finished []layers.Value
	path     []string
}

func (t *traversal) visit(value layers.Value) error {
	instance := value.Instance()
	if err := value.Err(); err != nil {
		return fmt.Errorf("%w: it is used%s", err, t.trail())
	}
	value = value.Result(0) // all results are computed together
	if t.state[value] > 0 {
		return nil
	}
	if _, ok := t.seen[instance]; !ok {
		t.seen[instance] = len(t.seen)
	}
	t.state[value] = 1
	t.path = append(t.path, label(instance))
	for _, input := range value.Inputs() {
		if err := t.visit(input); err != nil {
			return err
		}
	}
	t.path = t.path[:len(t.path)-1]
	t.state[value] = 2
	t.finished = append(t.finished, value)
	return nil
}

func (t *traversal) trail() string {
	trail := " as an output"
	if len(t.path) > 0 {
		trail = ""
	}
	for i := len(t.path) - 1; i >= 0; i-- {
		trail += " by " + t.path[i]
	}
	return trail
}

// byDepth returns the layers by their distance from the outputs, farthest
// first, those of equal distance in the order in which they were met.
func (t *traversal) byDepth() []*layers.Instance {
	values, instances := map[layers.Value]int{}, map[*layers.Instance]int{}
	for _, value := range slices.Backward(t.finished) {
		depth := max(values[value], instances[value.Instance()])
		values[value], instances[value.Instance()] = depth, depth
		for _, input := range value.Inputs() {
			values[input.Result(0)] = max(values[input.Result(0)], depth+1)
		}
	}
	ordered := make([]*layers.Instance, 0, len(instances))
	for instance := range instances {
		ordered = append(ordered, instance)
	}
	slices.SortFunc(ordered, func(a, b *layers.Instance) int {
		if instances[a] != instances[b] {
			return instances[b] - instances[a]
		}
		return t.seen[a] - t.seen[b]
	})
	return ordered
}

// name numbers the layers that have no name of their own, per class, as Keras
// does in a fresh process: conv2d, conv2d_1, conv2d_2. Keras counts in the order
// of making. Here that is taken to be the inputs' and then, for the layers, the
// one in which they are first needed, which is the same where branches are made
// in the order in which they are joined.
func (n network) name() error {
	taken := map[string]bool{}
	for _, instance := range n.instances {
		if name := instance.Name(); name != "" {
			if taken[name] {
				return fmt.Errorf("two layers are named %q, but names must differ: give one of them another Name, or use the models that they are from as layers", name)
			}
			taken[name] = true
		}
	}
	count := map[string]int{}
	for _, value := range slices.Concat(n.inputs, n.order) {
		instance := value.Instance()
		for instance.Name() == "" {
			base := instance.BaseName()
			name := base
			if count[base] > 0 {
				name += "_" + strconv.Itoa(count[base])
			}
			count[base]++
			if !taken[name] {
				taken[name] = true
				instance.Rename(name)
			}
		}
	}
	return nil
}

// caller builds layers' computations: a Build for a model, a Context for one
// that is used as a layer.
type caller interface {
	Apply(v layers.Value, inputs ...*graph.Node) ([]*graph.Node, error)
}

// call builds the computation of every value from the inputs' nodes.
func (n network) call(c caller, inputs []*graph.Node) (map[layers.Value]*graph.Node, error) {
	nodes := map[layers.Value]*graph.Node{}
	for i, input := range n.inputs {
		nodes[input] = inputs[i]
	}
	for _, value := range n.order {
		if nodes[value] != nil {
			continue
		}
		arguments := make([]*graph.Node, len(value.Inputs()))
		for i, input := range value.Inputs() {
			if arguments[i] = nodes[input]; arguments[i] == nil {
				return nil, noResult(input)
			}
		}
		results, err := c.Apply(value, arguments...)
		if err != nil {
			return nil, err
		}
		for i, result := range results {
			nodes[value.Result(i)] = result
		}
	}
	for _, output := range n.outputs {
		if nodes[output] == nil {
			return nil, noResult(output)
		}
	}
	return nodes, nil
}

func noResult(v layers.Value) error {
	return fmt.Errorf("result %d of %s is used, which has fewer", v.Index(), label(v.Instance()))
}

// weights returns the layers' weights in order, each once.
func (n network) weights() []*layers.Weight {
	var weights []*layers.Weight
	for instance := range n.deep() {
		weights = append(weights, instance.Weights()...)
	}
	return weights
}

// deep yields the layers and, in place of a model used as a layer, its own,
// each once.
func (n network) deep() iter.Seq[*layers.Instance] {
	return func(yield func(*layers.Instance) bool) {
		for instance := range walk(n.instances, "", map[*layers.Instance]bool{}) {
			if !yield(instance) {
				return
			}
		}
	}
}

// walk yields what deep does, with the names of the models around a layer and
// its own.
func walk(instances []*layers.Instance, above string, seen map[*layers.Instance]bool) iter.Seq2[*layers.Instance, string] {
	return func(yield func(*layers.Instance, string) bool) {
		for _, instance := range instances {
			if seen[instance] {
				continue
			}
			seen[instance] = true
			name := instance.Name()
			if name == "" {
				name = instance.BaseName()
			}
			path := above + name
			composite, ok := instance.Layer().(layers.Composite)
			if !ok {
				if !yield(instance, path) {
					return
				}
				continue
			}
			for inner, innerPath := range walk(composite.Layers(), path+"/", seen) {
				if !yield(inner, innerPath) {
					return
				}
			}
		}
	}
}

// paths returns the weights' names in the model: by them their first values
// are drawn and the optimiser knows them.
func (n network) paths() map[*layers.Weight]string {
	paths := map[*layers.Weight]string{}
	for instance, path := range walk(n.instances, "", map[*layers.Instance]bool{}) {
		for _, w := range instance.Weights() {
			paths[w] = path + "/" + w.Name
		}
	}
	return paths
}
