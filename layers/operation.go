package layers

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Arithmetic is what an Operation does with its operands.
type Arithmetic uint8

const (
	// Plus is the sum (keras.ops.add).
	Plus Arithmetic = iota
	// Minus is the difference (keras.ops.subtract).
	Minus
	// Times is the product (keras.ops.multiply).
	Times
	// Over is the quotient (keras.ops.true_divide).
	Over
)

// arithmetics are the names of Keras' classes.
var arithmetics = [...]string{"Add", "Subtract", "Multiply", "TrueDivide"}

// String returns the name of Keras' class.
func (a Arithmetic) String() string {
	if int(a) >= len(arithmetics) {
		return fmt.Sprintf("arithmetic(%d)", uint8(a))
	}
	return arithmetics[a]
}

// OperationModule begins the names of Keras' modules that hold operations.
const OperationModule = "keras.src.ops."

// Operation is arithmetic as it is written between the values of a functional
// model in Keras: x + y, x * 0.5, 1 - x. It stands among the layers of a
// model, but Keras does not count it as one. Operands stretch as
// NumPy's do.
type Operation struct {
	// Of is what is done; the sum by default.
	Of Arithmetic
	// Number takes the place of the second operand. Without it the operation
	// is applied to two values.
	Number *float64
	// NumberFirst makes it the first operand: 1 - x.
	NumberFirst bool
	// Name is numbered (add, add_1 ...) when empty.
	Name string
}

// Describe returns the operation as Keras configures it.
func (l Operation) Describe() Description {
	return Description{Class: l.Of.String(), Module: OperationModule + "numpy", Name: l.Name, Config: config.Map{}}
}

// DecodeOperation returns the operation of Keras' class name. Its arguments
// are what it is applied to: numbers, and anything else for values.
func DecodeOperation(object config.Object, arguments []any) (Layer, error) {
	l := Operation{Of: Arithmetic(len(arithmetics)), Name: config.NewReader(object).String("name", "")}
	for of, class := range arithmetics {
		if class == object.Class || class == "True"+object.Class { // Divide does the same
			l.Of = Arithmetic(of)
		}
	}
	if int(l.Of) == len(arithmetics) {
		return nil, fmt.Errorf("layers: the file has an operation %q, which is unknown here, expected one of %v", object.Class, arithmetics)
	}
	values := 0
	for i, argument := range arguments {
		if number, ok := config.Number(argument); ok {
			l.Number, l.NumberFirst = &number, i == 0
			continue
		}
		values++
	}
	if len(arguments) != 2 || values == 0 {
		return nil, fmt.Errorf("layers: the file's operation %q has %d operands, expected two, with a number for one of them at most", object.Class, len(arguments))
	}
	return l, nil
}

// Arguments returns the operands in their order, with the number among them.
func (l Operation) Arguments(values []any) []any {
	switch {
	case l.Number == nil:
		return values
	case l.NumberFirst:
		return append([]any{*l.Number}, values...)
	}
	return append(slices.Clone(values), *l.Number)
}

// Call computes.
func (l Operation) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	count := 2
	if l.Number != nil {
		count = 1
	}
	if err := expectInputs(inputs, count, 0); err != nil {
		return nil, err
	}
	x := inputs[0]
	var y *graph.Node
	switch {
	case l.Number == nil:
		y = inputs[1]
	case l.NumberFirst:
		x, y = x.Like(*l.Number), x
	default:
		y = x.Like(*l.Number)
	}
	switch l.Of {
	case Plus:
		return x.Add(y), nil
	case Minus:
		return x.Sub(y), nil
	case Times:
		return x.Mul(y), nil
	case Over:
		return x.Div(y), nil
	}
	return nil, unfit("Of", l.Of, "layers.Plus, Minus, Times or Over")
}
