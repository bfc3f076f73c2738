package backendtest

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Case is one use of one operation or of a few: a graph to compute from data
// that the case describes.
type Case struct {
	// Name is the operation's, a slash, and what is special about it.
	Name string
	// Build makes the values to compare from inputs that it asks in for.
	Build func(in *Inputs) []*graph.Node
	// Tolerance is what results may differ by; none by default.
	Tolerance Tolerance
	// Optional marks element types beyond float32, int32, uint8 and bool,
	// which an engine may refuse in Compile.
	Optional bool
	// NoGradient marks cases without derivatives to compare: those of
	// infinities and NaN, and those that the graph refuses.
	NoGradient bool
}

// Inputs makes the parameters of a case.
type Inputs struct {
	Graph *graph.Graph
	float tensor.DType
	nodes []*graph.Node
	fills []Fill
}

// Float makes an input of the floating-point type that the case is built for.
func (in *Inputs) Float(f Fill, shape ...int) *graph.Node { return in.Of(in.float, f, shape...) }

// Of makes an input of an element type.
func (in *Inputs) Of(dtype tensor.DType, f Fill, shape ...int) *graph.Node {
	n := in.Graph.Parameter(fmt.Sprint("input", len(in.nodes)), dtype, shape...)
	in.nodes, in.fills = append(in.nodes, n), append(in.fills, f)
	return n
}

// Instance is a case built for a floating-point type.
type Instance struct {
	Case    Case
	Inputs  []*graph.Node
	Outputs []*graph.Node
	fills   []Fill
}

// Instantiate builds the case with inputs of the floating-point type.
func (c Case) Instantiate(float tensor.DType) (*Instance, error) {
	in := &Inputs{Graph: graph.New(), float: float}
	outputs := c.Build(in)
	if err := in.Graph.Err(); err != nil {
		return nil, fmt.Errorf("case %s: %w", c.Name, err)
	}
	return &Instance{c, in.nodes, outputs, in.fills}, nil
}

// Weighted returns the sum of all floating-point outputs, each element times
// an input of its own that it adds: a scalar to differentiate. It is nil if no
// output is a floating-point number.
func (i *Instance) Weighted() *graph.Node {
	var sum *graph.Node
	for _, output := range i.Outputs {
		if !output.DType().IsFloat() {
			continue
		}
		weights := i.Weights(output)
		part := output.Mul(weights).ReduceSum(output.AllAxes()...)
		if sum != nil {
			part = sum.Add(part.Convert(sum.DType()))
		}
		sum = part
	}
	return sum
}

// Weights adds an input of the same type as n.
func (i *Instance) Weights(n *graph.Node) *graph.Node {
	weights := n.Graph().Parameter(fmt.Sprint("input", len(i.Inputs)), n.DType(), n.Shape()...)
	i.Inputs, i.fills = append(i.Inputs, weights), append(i.fills, Real(-1, 1))
	return weights
}

// Data returns values for all inputs at a number of samples, always the same.
func (i *Instance) Data(samples int) ([]graph.Array, error) {
	return i.draw(samples, Fill.draw)
}

// SmoothData returns values around which derivatives exist: those of
// floating-point inputs keep apart from each other and from whole numbers.
func (i *Instance) SmoothData(samples int) ([]graph.Array, error) {
	return i.draw(samples, Fill.spread)
}

func (i *Instance) draw(samples int, fill func(Fill, *random.Stream, []float64)) ([]graph.Array, error) {
	arrays := make([]graph.Array, len(i.Inputs))
	for at, n := range i.Inputs {
		array, err := graph.NewArray(graph.Resolve(n.Shape(), samples))
		if err != nil {
			return nil, err
		}
		draw := fill
		if !n.DType().IsFloat() {
			draw = Fill.draw
		}
		draw(i.fills[at], random.NewStream(random.Name(i.Case.Name), uint32(at), uint32(samples)), array.Values)
		arrays[at] = array
	}
	return arrays, nil
}
