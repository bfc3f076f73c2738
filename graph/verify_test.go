package graph

import (
	"strings"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

// What only a pass inside the house could break.
func TestVerifyCatchesBrokenNodes(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(n *Node)
		says  string
	}{
		"type":      {func(n *Node) { n.typ.Shape = tensor.Shape{3} }, "is marked float32(3,), its rule says float32(2,)"},
		"order":     {func(n *Node) { n.operands[0].id = n.id }, "a value made after it"},
		"operation": {func(n *Node) { n.operation = Softmax{} }, "2 operand(s) given"},
		"graph":     {func(n *Node) { n.operands[1].graph = New() }, "another graph"},
	} {
		t.Run(name, func(t *testing.T) {
			g := New()
			x, y := g.Parameter("x", tensor.Float32, 2), g.Parameter("y", tensor.Float32, 2)
			n := x.Add(y)
			program := Program{Inputs: []*Node{x, y}, Outputs: []*Node{n}}
			if err := program.Verify(); err != nil {
				t.Fatal(err)
			}
			c.spoil(n)
			if err := program.Verify(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, expected an error that says %q", err, c.says)
			}
		})
	}
}
