package graph_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func TestFirstErrorSticksWithItsScope(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, batch, 3)
	leaveModel := g.Enter("model")
	leaveDense := g.Enter("dense_1")
	y := x.Add(g.Parameter("y", tensor.Float32, batch, 4))
	leaveDense()
	leaveModel()
	first := g.Err()
	if y.Valid() || first == nil {
		t.Fatal("shapes that do not go together were added")
	}
	if text := first.Error(); !strings.HasPrefix(text, "model/dense_1: graph: shapes (None, 3) and (None, 4)") {
		t.Errorf("the error does not say where and why: %s", text)
	}

	// All that builds on an invalid value does nothing and blames nobody else.
	later := []*graph.Node{
		y.Neg(), y.Add(x), x.Mul(y), y.ReduceMean(0), y.Reshape(2), y.ExpandDims(1), y.MatMul(x), y.Clip(0, 1), y.Slice(nil, nil, nil), y.SliceAxis(0, 1, 2),
		y.Softmax(), y.Like(1), y.Pad(nil, nil, nil, 0), y.BroadcastTo(3), y.CountAlong(0), graph.Select(y, x, x), graph.Concatenate(0, x, y), y.ArgMax(0),
		y.Convert(tensor.Int32), y.Scale(2), y.Transpose(), y.Reverse(), y.Square(), y.DimensionSize(0), y.RandomUniform(1, 2), y.ReduceMax(1),
	}
	for i, n := range later {
		if n.Valid() {
			t.Errorf("value %d made of an invalid one is valid", i)
		}
	}
	if g.Err() != first {
		t.Errorf("the first error was replaced by %v", g.Err())
	}
}

func TestFailKeepsTheCause(t *testing.T) {
	g, cause := graph.New(), errors.New("units are -3")
	defer g.Enter("dense")()
	if n := g.Fail(cause); n.Valid() {
		t.Error("failing returned a valid value")
	}
	if !errors.Is(g.Err(), cause) || g.Err().Error() != "dense: units are -3" {
		t.Errorf("the error is %v", g.Err())
	}
}

func TestOperandsFromNowhere(t *testing.T) {
	g, other := graph.New(), graph.New()
	x, foreign := g.Parameter("x", tensor.Float32, 2), other.Parameter("y", tensor.Float32, 2)
	broken := graph.New()
	broken.Fail(errors.New("broken long ago"))
	for name, c := range map[string]struct {
		node *graph.Node
		says string
	}{
		"another graph":             {graph.Apply(graph.Elementwise{Function: graph.Add}, x, foreign), "another graph"},
		"nil":                       {graph.Apply(graph.Softmax{}, nil), "no operands"},
		"none":                      {graph.Concatenate(0), "no operands"},
		"no operands for a source":  {graph.Apply(graph.Parameter{Of: graph.Type{DType: tensor.Float32}}), "by a method of Graph"},
		"a node of the user's own":  {graph.Apply(graph.Softmax{}, &graph.Node{}), "no operands"},
		"an invalid one of another": {graph.Apply(graph.Elementwise{Function: graph.Add}, other.Parameter("z", tensor.Float32, 2), broken.Fail(nil)), "broken long ago"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.node.Graph().Err(); c.node.Valid() || err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, expected an error that says %q", err, c.says)
			}
		})
	}
	second := graph.New()
	y := second.Parameter("y", tensor.Float32, 2)
	graph.Apply(graph.Elementwise{Function: graph.Add}, y, nil)
	if err := second.Err(); err == nil || !strings.Contains(err.Error(), "operand 1 of add: it is a node that no graph made") {
		t.Errorf("adding nil: %v", err)
	}
}

func TestScopesOfGradients(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, 2)
	leave := g.Enter("conv")
	y := x.Tanh()
	leave()
	gradients, err := graph.Gradient(y.ReduceSum(0), x)
	if err != nil {
		t.Fatal(err)
	}
	if got := gradients[0].Scope(); y.Scope() != "conv" || got != "conv" {
		t.Errorf("the value is in scope %q, its gradient in %q", y.Scope(), got)
	}
	if got := x.Neg().Scope(); got != "" {
		t.Errorf("a value made afterwards is in scope %q", got)
	}
}

func TestReadGivesOneNode(t *testing.T) {
	g := graph.New()
	v := &graph.Variable{Name: "w", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{2}}}
	twin := &graph.Variable{Name: "w", Type: v.Type}
	read := g.Read(v)
	if g.Read(v) != read {
		t.Error("reading a variable twice gave two nodes")
	}
	if g.Read(twin) == read {
		t.Error("variables of one name are taken for one variable")
	}
}

// Appending to a shape must not write into another's memory.
func TestShapesDoNotShareRoom(t *testing.T) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, 2, 3, 4)
	y := x.SoftmaxCrossentropy(x)
	first, second := append(y.Shape(), 7), append(y.Shape(), 8)
	if first[2] != 7 || second[2] != 8 || x.Extent(2) != 4 {
		t.Errorf("appending to a shape changed others: %v, %v, %v", first, second, x.Shape())
	}
}

func TestExtent(t *testing.T) {
	x := graph.New().Parameter("x", tensor.Float32, batch, 5)
	for axis, want := range map[int]int{0: batch, 1: 5, -1: 5, -2: batch, 2: 0, -3: 0} {
		if got := x.Extent(axis); got != want {
			t.Errorf("Extent(%d) is %d, expected %d", axis, got, want)
		}
	}
}

// The same calls make the same nodes: programs are compiled and compared by
// their order.
func TestBuildingIsDeterministic(t *testing.T) {
	build := func() string {
		g := graph.New()
		x, w := g.Parameter("x", tensor.Float32, batch, 4), g.Parameter("w", tensor.Float32, 4, 3)
		loss := x.MatMul(w).Tanh().Mul(x.MatMul(w)).Softmax().ReduceMean(0, 1)
		gradients, err := graph.Gradient(loss, w, x)
		if err != nil {
			t.Fatal(err)
		}
		program := graph.Program{Inputs: []*graph.Node{x, w}, Outputs: append(gradients, loss)}
		var text strings.Builder
		for _, n := range program.Nodes() {
			text.WriteString(n.Operation().Name())
			for _, operand := range n.Operands() {
				text.WriteString(" " + string(rune('0'+operand.ID())))
			}
			text.WriteByte('\n')
		}
		return text.String()
	}
	first := build()
	for range 20 {
		if again := build(); again != first {
			t.Fatalf("built again, the program is\n%s\nbefore it was\n%s", again, first)
		}
	}
}
