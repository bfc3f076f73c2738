package backendtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// What TensorFlow computes; testdata/generate.py makes it.
//
//go:embed testdata/golden.json
var goldenFile []byte

type goldenArray struct {
	Shape  []int
	Values []float32
}

type goldenCase struct {
	Operation                string
	Kernel                   [2]int
	Stride, Dilation, Groups int
	Padding                  string
	Operands                 []goldenArray
	Result, Upstream         goldenArray
	Gradients                []goldenArray
}

// testGolden compares operations and their gradients with TensorFlow's:
// padding "same", overlapping windows, and who gets the gradient of a tie.
func testGolden(t *testing.T, b backend.Backend) {
	var cases []goldenCase
	if err := json.Unmarshal(goldenFile, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(fmt.Sprint(i, " ", c.Operation), func(t *testing.T) {
			if err := c.compare(b); err != nil {
				t.Error(err)
			}
		})
	}
}

func (c goldenCase) compare(b backend.Backend) error {
	g := graph.New()
	var operands []*graph.Node
	var inputs []*tensor.Tensor
	for i, array := range append(c.Operands, c.Upstream) {
		operands = append(operands, g.Parameter(fmt.Sprint("operand", i), tensor.Float32, array.Shape...))
		input, err := tensor.Of(array.Values, array.Shape...)
		if err != nil {
			return err
		}
		inputs = append(inputs, input)
	}
	program := &graph.Program{Inputs: operands}
	operands, upstream := operands[:len(c.Operands)], operands[len(c.Operands)]
	y, err := c.build(operands)
	if err != nil {
		return err
	}
	gradients, err := graph.Gradient(y.Mul(upstream).ReduceSum(y.AllAxes()...), operands...)
	if err != nil {
		return err
	}
	program.Outputs = append([]*graph.Node{y}, gradients...)
	outputs, err := emptyTensors(program.Outputs, 1)
	if err != nil {
		return err
	}
	executable, err := b.Compile(context.Background(), program, 1)
	if err != nil {
		return err
	}
	defer executable.Close()
	if err := executable.Run(context.Background(), b.NewState(), 1, inputs, outputs); err != nil {
		return err
	}
	return c.check(outputs)
}

func (c goldenCase) check(outputs []*tensor.Tensor) error {
	for i, array := range append([]goldenArray{c.Result}, c.Gradients...) {
		expected, err := tensor.Of(array.Values, array.Shape...)
		if err != nil {
			return err
		}
		if !outputs[i].Shape().Equal(expected.Shape()) {
			return fmt.Errorf("output %d is %v, TensorFlow's %v", i, outputs[i], expected)
		}
		if err := compare(outputs[i], expected, make([]float64, expected.Len())); err != nil {
			return fmt.Errorf("output %d (0 is the value, others are gradients): %w", i, err)
		}
	}
	return nil
}

func (c goldenCase) build(operands []*graph.Node) (*graph.Node, error) {
	x := operands[0]
	switch c.Operation {
	case "convolution":
		return graph.Convolve(graph.Convolution{Window: c.window(), Groups: c.Groups}, x, operands[1]), nil
	case "maximum":
		return x.ReduceWindow(graph.Largest, c.window()), nil
	case "max":
		return x.Max(operands[1]), nil
	case "min":
		return x.Min(operands[1]), nil
	case "relu":
		return x.ReLU(), nil
	case "abs":
		return x.Abs(), nil
	case "sign":
		return x.Sign(), nil
	case "reduce_max":
		return x.ReduceMax(1).Scale(4), nil
	case "reduce_min":
		return x.ReduceMin(1).Scale(4), nil
	}
	return nil, fmt.Errorf("no such operation: %s", c.Operation)
}

func (c goldenCase) window() graph.Window {
	w := window(c.Kernel[0], c.Kernel[1], c.Stride, c.Dilation, [2][2]int{})
	if c.Padding == "SAME" {
		w = same(c.Operands[0].Shape[1], c.Operands[0].Shape[2], w)
	}
	return w
}
