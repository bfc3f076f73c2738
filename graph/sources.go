package graph

import (
	"fmt"

	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Parameter is a value given to every run: the batch, the learning rate.
type Parameter struct {
	source
	// Label is the name that errors use.
	Label string
	Of    Type
}

// Parameter makes a value that is given to every run of a program. Its shape
// may hold Batch.
func (g *Graph) Parameter(label string, dtype tensor.DType, shape ...int) *Node {
	return g.apply(Parameter{Label: label, Of: Type{dtype, tensor.Shape(shape).Clone()}}, nil)
}

func (Parameter) Name() string                          { return "parameter" }
func (p Parameter) Infer(operands []Type) (Type, error) { return p.inferNone(operands, p.Of) }

func (p Parameter) Reference([]Array, Type) (Array, error) {
	return Array{}, fmt.Errorf("graph: no value was given for the parameter %q", p.Label)
}

// Read is the value of a variable at the beginning of a run.
type Read struct {
	source
	Variable *Variable
}

// Read makes the node of a variable's value at the beginning of a run. The
// same variable always gives the same node.
func (g *Graph) Read(v *Variable) *Node {
	if n, ok := g.reads[v]; ok {
		return n
	}
	n := g.apply(Read{Variable: v}, nil)
	g.reads[v] = n
	return n
}

func (Read) Name() string { return "read" }

func (r Read) Infer(operands []Type) (Type, error) {
	if r.Variable == nil {
		return Type{}, fmt.Errorf("no variable given")
	}
	if _, err := r.Variable.Type.Shape.Elements(); err != nil {
		return Type{}, fmt.Errorf("variable %q: %w", r.Variable.Name, err)
	}
	return r.inferNone(operands, r.Variable.Type)
}

func (r Read) Reference([]Array, Type) (Array, error) {
	return Array{}, fmt.Errorf("graph: no value was given for the variable %q", r.Variable.Name)
}

// Constant is a value known when the graph is built.
type Constant struct {
	source
	Value *tensor.Tensor
}

// Constant makes the node of a known value, which must not change afterwards.
func (g *Graph) Constant(value *tensor.Tensor) *Node {
	return g.apply(Constant{Value: value}, nil)
}

// Scalar makes a constant of rank zero, rounded to dtype, which must be a
// float or int32.
func (g *Graph) Scalar(dtype tensor.DType, value float64) *Node {
	switch dtype {
	case tensor.Float16:
		return g.Constant(tensor.Scalar(tensor.HalfOf(float32(value))))
	case tensor.BFloat16:
		return g.Constant(tensor.Scalar(tensor.BrainOf(float32(value))))
	case tensor.Float32:
		return g.Constant(tensor.Scalar(float32(value)))
	case tensor.Float64:
		return g.Constant(tensor.Scalar(value))
	case tensor.Int32:
		return g.Constant(tensor.Scalar(int32(value)))
	}
	return g.Fail(fmt.Errorf("graph: scalar constant of type %v asked for, expected a float or int32", dtype))
}

// Like makes a scalar constant of n's element type.
func (n *Node) Like(value float64) *Node {
	if !n.Valid() {
		return n
	}
	return n.graph.Scalar(n.DType(), value)
}

func (Constant) Name() string { return "constant" }

func (c Constant) Infer(operands []Type) (Type, error) {
	if c.Value == nil {
		return Type{}, fmt.Errorf("no value given")
	}
	return c.inferNone(operands, Type{c.Value.DType(), c.Value.Shape()})
}

func (c Constant) Reference(_ []Array, result Type) (Array, error) {
	return Array{Shape: result.Shape, Values: c.Value.Float64s()}, nil
}

// Iota counts 0, 1, 2 ... along one dimension.
type Iota struct {
	source
	Of   Type
	Axis int
}

// Iota makes a value that counts from 0 along the axis. dtype is int32 or a float.
func (g *Graph) Iota(dtype tensor.DType, axis int, shape ...int) *Node {
	return g.apply(Iota{Of: Type{dtype, tensor.Shape(shape).Clone()}, Axis: axis}, nil)
}

func (Iota) Name() string { return "iota" }

func (i Iota) Infer(operands []Type) (Type, error) {
	if i.Axis < 0 || i.Axis >= len(i.Of.Shape) {
		return Type{}, fmt.Errorf("axis %d of shape %v does not exist", i.Axis, i.Of.Shape)
	}
	if i.Of.DType != tensor.Int32 && !i.Of.DType.IsFloat() {
		return Type{}, fmt.Errorf("element type %v given, expected int32 or a float", i.Of.DType)
	}
	return i.inferNone(operands, i.Of)
}

func (i Iota) Reference(_ []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	each(out.Shape, func(position int, index []int) { out.Values[position] = float64(index[i.Axis]) })
	return out, nil
}

// RandomUniform draws from [0, 1) with 24 random bits per number. The number
// for element e of row r (the first dimension) is word e mod 4 of
//
//	Philox4x32-10(key = (k0, k1 ⊕ hi(Stream)), counter = (⌊e/4⌋, k3 + r, k2, lo(Stream)))
//
// shifted right by 8 and divided by 2²⁴, where k is the operand: seed low,
// seed high, step, and the global number of the batch's first sample. So a
// sample's numbers depend neither on its batch nor on threads or machines.
// A shape that does not begin with Batch is one row.
type RandomUniform struct {
	primitive
	// Stream tells one layer's numbers from another's; see random.Name.
	Stream uint64
	Shape  tensor.Shape
}

// RandomUniform makes random numbers from [0, 1). key is uint32 (4): seed low,
// seed high, step, number of the first sample.
func (n *Node) RandomUniform(stream uint64, shape ...int) *Node {
	return Apply(RandomUniform{Stream: stream, Shape: tensor.Shape(shape).Clone()}, n)
}

func (RandomUniform) Name() string { return "random_uniform" }

func (r RandomUniform) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	if key := (Type{tensor.Uint32, tensor.Shape{4}}); !operands[0].Equal(key) {
		return Type{}, fmt.Errorf("the key is %v, expected %v", operands[0], key)
	}
	if batchAfterFirst(r.Shape) {
		return Type{}, fmt.Errorf("shape %v has the batch behind the first dimension", r.Shape)
	}
	return Type{tensor.Float32, r.Shape}, nil
}

func batchAfterFirst(shape tensor.Shape) bool {
	for i, extent := range shape {
		if i > 0 && extent == Batch {
			return true
		}
	}
	return false
}

func (RandomUniform) Gradient(_, _ *Node) []*Node { return []*Node{nil} }

// Rows returns how the shape divides into rows with numbers of their own.
func (r RandomUniform) Rows(concrete tensor.Shape) (rows, elements int) {
	count, err := concrete.Elements()
	if err != nil || count == 0 {
		return 0, 0
	}
	if len(r.Shape) > 0 && r.Shape[0] == Batch {
		return concrete[0], count / concrete[0]
	}
	return 1, count
}

// Block returns the four numbers that begin at element 4·block of a row.
func (r RandomUniform) Block(key [4]uint32, row, block int) [4]float32 {
	words := random.Philox(
		[2]uint32{key[0], key[1] ^ uint32(r.Stream>>32)},
		[4]uint32{uint32(block), key[3] + uint32(row), key[2], uint32(r.Stream)})
	var numbers [4]float32
	for i, word := range words {
		numbers[i] = float32(word>>8) * (1.0 / (1 << 24))
	}
	return numbers
}

func (r RandomUniform) Reference(operands []Array, result Type) (Array, error) {
	out, err := NewArray(result.Shape)
	if err != nil {
		return Array{}, err
	}
	var key [4]uint32
	for i := range key {
		key[i] = uint32(operands[0].Values[i])
	}
	rows, elements := r.Rows(result.Shape)
	for row := range rows {
		for e := range elements {
			out.Values[row*elements+e] = float64(r.Block(key, row, e/4)[e%4])
		}
	}
	return out, nil
}

// DimensionSize is the extent of a dimension as a number: the samples of a
// batch, which only the run knows.
type DimensionSize struct {
	primitive
	Axis int
}

// DimensionSize makes the extent of an axis a float32 scalar.
func (n *Node) DimensionSize(axis int) *Node { return Apply(DimensionSize{Axis: axis}, n) }

func (DimensionSize) Name() string { return "get_dimension_size" }

func (d DimensionSize) Infer(operands []Type) (Type, error) {
	if err := expect(operands, 1); err != nil {
		return Type{}, err
	}
	if d.Axis < 0 || d.Axis >= len(operands[0].Shape) {
		return Type{}, fmt.Errorf("axis %d does not exist", d.Axis)
	}
	return Type{tensor.Float32, tensor.Shape{}}, nil
}

func (DimensionSize) Gradient(_, _ *Node) []*Node { return []*Node{nil} }

func (d DimensionSize) Reference(operands []Array, result Type) (Array, error) {
	return Array{Shape: result.Shape, Values: []float64{float64(operands[0].Shape[d.Axis])}}, nil
}
