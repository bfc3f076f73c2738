package layers_test

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// gate is a composite of one's own: a dense layer beside another one that
// says how much of it passes. lince.Model is the composite that files know.
type gate struct {
	instance       *layers.Instance
	value, opening *layers.Instance
}

func newGate(value, opening layers.Layer) *gate {
	g := &gate{value: layers.Share(value), opening: layers.Share(opening)}
	g.instance = layers.Compose(g)
	return g
}

func (g *gate) Instance() *layers.Instance { return g.instance }

func (g *gate) Layers() []*layers.Instance { return []*layers.Instance{g.value, g.opening} }

func (g *gate) Built() bool { return len(g.instance.Weights()) > 0 }

func (g *gate) Call(c *layers.Context, inputs ...*graph.Node) (*graph.Node, error) {
	value, err := c.Call(g.value, inputs...)
	if err != nil {
		return nil, err
	}
	opening, err := c.Call(g.opening, inputs...)
	if err != nil {
		return nil, err
	}
	return value.Mul(opening), nil
}

func (g *gate) Results(c *layers.Context, inputs ...*graph.Node) ([]*graph.Node, error) {
	result, err := g.Call(c, inputs...)
	return []*graph.Node{result}, err
}

func ExampleComposite() {
	passing := newGate(layers.Dense{Units: 2, Name: "value"}, layers.Dense{Units: 2, Name: "opening"})
	x := layers.NewInput(layers.Input{Shape: []int{3}})
	y := layers.Apply(passing, layers.Apply(layers.Dense{Units: 3}, layers.Apply(passing, x)))
	fmt.Println("used twice, the same instance:", y.Instance() == passing.Instance())

	g := graph.New()
	node, err := (&layers.Build{Graph: g}).Call(passing.Instance(), g.Parameter("x", tensor.Float32, graph.Batch, 3))
	fmt.Println(node.Shape(), err)
	for _, w := range passing.Instance().Weights() {
		fmt.Println(w.Variable.Name, w.Variable.Type.Shape)
	}
	passing.Instance().SetTrainable(false)
	fmt.Println("trainable:", passing.value.Trainable())
	// Output:
	// used twice, the same instance: true
	// (None, 2) <nil>
	// gate/value/kernel (3, 2)
	// gate/value/bias (2,)
	// gate/opening/kernel (3, 2)
	// gate/opening/bias (2,)
	// trainable: false
}
