package layers

import (
	"strings"
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// block holds a layer of its own, as a nested model does.
type block struct {
	inner *Instance
	path  *string
}

func (l block) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	*l.path = c.Path()
	return c.Call(l.inner, inputs...)
}

func TestNestedLayers(t *testing.T) {
	var path string
	inner := Share(Dense{Units: 2})
	outer := Share(block{inner, &path})
	outer.Rename("encoder")
	g := graph.New()
	build := &Build{Graph: g}
	y, err := build.Call(outer, g.Parameter("x", tensor.Float32, graph.Batch, 3))
	if err != nil {
		t.Fatal(err)
	}
	if name := inner.Weights()[0].Variable.Name; path != "encoder" || name != "encoder/dense/kernel" {
		t.Errorf("path %s, weight %s, want encoder and encoder/dense/kernel", path, name)
	}
	if scope := y.Scope(); scope != "encoder/dense" {
		t.Errorf("the result is of the scope %s, want encoder/dense", scope)
	}
	_, err = build.Call(outer, g.Parameter("flat", tensor.Float32, graph.Batch))
	if err == nil || !strings.HasPrefix(err.Error(), "encoder: encoder/dense: input of shape (None,) given") {
		t.Errorf("error %v does not tell the path", err)
	}
}

// Two uses of an instance share its weights; a frozen one says so.
func TestSharedWeights(t *testing.T) {
	dense := Share(Dense{Units: 2})
	g := graph.New()
	build := &Build{Graph: g}
	for _, label := range []string{"left", "right"} {
		if _, err := build.Call(dense, g.Parameter(label, tensor.Float32, graph.Batch, 3)); err != nil {
			t.Fatal(err)
		}
	}
	if count := len(dense.Weights()); count != 2 {
		t.Errorf("%d weights, want kernel and bias", count)
	}
	value := dense.Apply(NewInput(Input{Shape: []int{3}}))
	if value.Instance() != dense || len(value.Inputs()) != 1 || (Value{}).Instance() != nil || (Value{}).Inputs() != nil {
		t.Error("a value does not know what makes it")
	}
	if _, ok := dense.Layer().(Dense); !ok || dense.Description().Config["units"] != 2 {
		t.Error("an instance does not know its layer")
	}
}

func TestInputPassesThrough(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, graph.Batch, 3)
	build := &Build{Graph: g}
	if y, err := build.Call(Share(Input{Shape: []int{3}}), x); y != x || err != nil {
		t.Errorf("%v, %v", y, err)
	}
	if _, err := build.Call(Share(Input{}), x, x); err == nil || !strings.Contains(err.Error(), "2 inputs given") {
		t.Errorf("two inputs: %v", err)
	}
}
