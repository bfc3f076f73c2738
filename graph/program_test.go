package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func TestVerify(t *testing.T) {
	g := graph.New()
	x, y := g.Parameter("x", tensor.Float32, batch, 2), g.Parameter("y", tensor.Float32, 2)
	v := &graph.Variable{Name: "v", Type: y.Type()}
	sum := x.Add(y).Add(g.Read(v))
	nodes := func(list ...*graph.Node) []*graph.Node { return list }
	foreign := graph.New().Parameter("foreign", tensor.Float32, 2)
	broken := graph.New()
	invalid := broken.Parameter("z", tensor.Invalid)
	for _, c := range []struct {
		name    string
		program graph.Program
		says    string
	}{
		{"good", graph.Program{Inputs: nodes(x, y), Outputs: nodes(sum, sum), Updates: []graph.Update{{Variable: v, Value: y}}}, ""},
		{"unused input", graph.Program{Inputs: nodes(x, y), Outputs: nodes(x)}, ""},
		{"updates alone", graph.Program{Inputs: nodes(y), Updates: []graph.Update{{Variable: v, Value: y}}}, ""},
		{"nothing", graph.Program{Inputs: nodes(x)}, "computes nothing"},
		{"parameter missing", graph.Program{Inputs: nodes(x), Outputs: nodes(sum)}, `parameter "y" is used but is not an input`},
		{"input twice", graph.Program{Inputs: nodes(x, y, x), Outputs: nodes(sum)}, "input 2 of the program is not a parameter of its own"},
		{"input computed", graph.Program{Inputs: nodes(x, y, sum), Outputs: nodes(sum)}, "input 2"},
		{"input of another graph", graph.Program{Inputs: nodes(x, y, foreign), Outputs: nodes(sum)}, "another graph"},
		{"output of another graph", graph.Program{Inputs: nodes(x, foreign), Outputs: nodes(x, foreign)}, "another graph"},
		{"invalid output", graph.Program{Outputs: nodes(invalid)}, "no element type"},
		{"nil output", graph.Program{Inputs: nodes(x), Outputs: nodes(x, nil)}, "no graph made"},
		{"nil input", graph.Program{Inputs: nodes(x, nil), Outputs: nodes(x)}, "no graph made"},
		{"nil update", graph.Program{Updates: []graph.Update{{Variable: v}}}, "no graph made"},
		{"no variable", graph.Program{Inputs: nodes(y), Updates: []graph.Update{{Value: y}}}, "update 0 of the program has no variable"},
		{"update of another type", graph.Program{Inputs: nodes(x), Updates: []graph.Update{{Variable: v, Value: x}}}, `variable "v" is float32(2,), its update float32(None, 2)`},
		{"updated twice", graph.Program{Inputs: nodes(y), Updates: []graph.Update{{Variable: v, Value: y}, {Variable: v, Value: y.Neg()}}}, `"v" is updated twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.program.Verify()
			if (err == nil) != (c.says == "") || (err != nil && !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, expected %q", err, c.says)
			}
		})
	}
}

func TestProgramLists(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, 2)
	a, b := &graph.Variable{Name: "a", Type: x.Type()}, &graph.Variable{Name: "b", Type: x.Type()}
	unused := x.Exp()
	sum := x.Add(g.Read(a)).Mul(g.Read(a))
	program := graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{sum}, Updates: []graph.Update{{Variable: b, Value: x}, {Variable: a, Value: sum}}}
	if got := program.Variables(); !slices.Equal(got, []*graph.Variable{a, b}) {
		t.Errorf("%d variables listed, expected a and b once each", len(got))
	}
	nodes := program.Nodes()
	if slices.Contains(nodes, unused) || len(nodes) != 4 {
		t.Errorf("%d nodes listed, expected the 4 that are needed", len(nodes))
	}
	for i, n := range nodes {
		for _, operand := range n.Operands() {
			if at := slices.Index(nodes, operand); at < 0 || at >= i {
				t.Errorf("node %d stands before its operand", i)
			}
		}
	}
}
