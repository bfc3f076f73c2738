package graph_test

import (
	"strings"
	"testing"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func float(shape ...int) graph.Type { return graph.Type{DType: tensor.Float32, Shape: shape} }

func of(dtype tensor.DType, shape ...int) graph.Type { return graph.Type{DType: dtype, Shape: shape} }

const batch = graph.Batch

// TestRules has for every operation what its rule gives and what it refuses,
// with words that a refusal must contain to be of help.
func TestRules(t *testing.T) {
	square := graph.Window{Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
	convolution := graph.Convolution{Window: square, Groups: 1}
	grouped := graph.Convolution{Window: square, Groups: 2}
	matmul := graph.Dot{LeftContract: []int{1}, RightContract: []int{0}}
	function := func(f graph.Function) graph.Operation { return graph.Elementwise{Function: f} }
	types := func(list ...graph.Type) []graph.Type { return list }
	for _, c := range []struct {
		name      string
		operation graph.Operation
		operands  []graph.Type
		want      graph.Type
		says      string
	}{
		{"parameter", graph.Parameter{Of: float(batch, 3)}, nil, float(batch, 3), ""},
		{"parameter of operands", graph.Parameter{Of: float(1)}, types(float(1)), graph.Type{}, "1 operand(s) given, expected 0"},
		{"read", graph.Read{Variable: &graph.Variable{Name: "w", Type: float(2)}}, nil, float(2), ""},
		{"read of a batch", graph.Read{Variable: &graph.Variable{Name: "w", Type: float(batch)}}, nil, graph.Type{}, `variable "w"`},
		{"read of nothing", graph.Read{}, nil, graph.Type{}, "no variable"},
		{"constant", graph.Constant{Value: tensor.Scalar(int32(3))}, nil, of(tensor.Int32), ""},
		{"constant of nothing", graph.Constant{}, nil, graph.Type{}, "no value"},
		{"iota", graph.Iota{Of: of(tensor.Int32, batch, 3), Axis: 1}, nil, of(tensor.Int32, batch, 3), ""},
		{"iota off axis", graph.Iota{Of: float(2), Axis: 1}, nil, graph.Type{}, "axis 1"},
		{"iota of booleans", graph.Iota{Of: of(tensor.Bool, 2)}, nil, graph.Type{}, "bool given, expected int32 or a float"},
		{"random", graph.RandomUniform{Shape: []int{batch, 2}}, types(of(tensor.Uint32, 4)), float(batch, 2), ""},
		{"random of a wrong key", graph.RandomUniform{}, types(of(tensor.Uint32, 3)), graph.Type{}, "expected uint32(4,)"},
		{"random with the batch behind", graph.RandomUniform{Shape: []int{2, batch}}, types(of(tensor.Uint32, 4)), graph.Type{}, "batch behind"},
		{"dimension size", graph.DimensionSize{}, types(of(tensor.Uint8, batch)), float(), ""},
		{"dimension size off axis", graph.DimensionSize{Axis: 2}, types(float(1, 2)), graph.Type{}, "axis 2"},

		{"add", function(graph.Add), types(of(tensor.Int32, 2), of(tensor.Int32, 2)), of(tensor.Int32, 2), ""},
		{"add of shapes", function(graph.Add), types(float(2), float(3)), graph.Type{}, "broadcast or convert"},
		{"add of types", function(graph.Add), types(float(2), of(tensor.Int32, 2)), graph.Type{}, "broadcast or convert"},
		{"add of booleans", function(graph.Add), types(of(tensor.Bool), of(tensor.Bool)), graph.Type{}, "bool, expected numbers"},
		{"add of one", function(graph.Add), types(float()), graph.Type{}, "1 operand(s) given, expected 2"},
		{"exponential of whole numbers", function(graph.Exponential), types(of(tensor.Int32)), graph.Type{}, "convert it first"},
		{"not of numbers", function(graph.Not), types(float()), graph.Type{}, "compare something"},
		{"is finite", function(graph.IsFinite), types(float(2)), of(tensor.Bool, 2), ""},
		{"no function", function(255), types(float()), graph.Type{}, "no such function"},
		{"compare", graph.Comparison{}, types(float(2), float(2)), of(tensor.Bool, 2), ""},
		{"compare by nothing", graph.Comparison{Direction: 9}, types(float(2), float(2)), graph.Type{}, "direction(9)"},
		{"select", graph.Selection{}, types(of(tensor.Bool, 2), float(2), float(2)), float(2), ""},
		{"select by numbers", graph.Selection{}, types(float(2), float(2), float(2)), graph.Type{}, "expected bool"},
		{"convert", graph.Conversion{To: tensor.Int32}, types(float(2)), of(tensor.Int32, 2), ""},
		{"convert to nothing", graph.Conversion{}, types(float(2)), graph.Type{}, "no element type"},

		{"broadcast", graph.Broadcast{Shape: []int{batch, 3}, Axes: []int{1}}, types(float(3)), float(batch, 3), ""},
		{"broadcast a batch to a number", graph.Broadcast{Shape: []int{5}, Axes: []int{0}}, types(float(batch)), graph.Type{}, "does not stretch"},
		{"broadcast in disorder", graph.Broadcast{Shape: []int{2, 3}, Axes: []int{1, 0}}, types(float(3, 2)), graph.Type{}, "do not ascend"},
		{"reshape", graph.Reshape{Shape: []int{batch, 6}}, types(float(batch, 2, 3)), float(batch, 6), ""},
		{"reshape to less", graph.Reshape{Shape: []int{batch, 5}}, types(float(batch, 2, 3)), graph.Type{}, "6 elements per sample against 5"},
		{"reshape the batch away", graph.Reshape{Shape: []int{6}}, types(float(batch, 6)), graph.Type{}, "cannot become"},
		{"transpose", graph.Transpose{Permutation: []int{1, 0}}, types(float(2, 3)), float(3, 2), ""},
		{"transpose by no permutation", graph.Transpose{Permutation: []int{0, 0}}, types(float(2, 3)), graph.Type{}, "no permutation"},
		{"reverse", graph.Reverse{Axes: []int{1}}, types(float(2, 3)), float(2, 3), ""},
		{"reverse twice", graph.Reverse{Axes: []int{1, 1}}, types(float(2, 3)), graph.Type{}, "axes [1 1]"},
		{"pad", graph.Pad{Low: []int{0, 1}, High: []int{0, -2}, Interior: []int{0, 3}}, types(float(batch, 5)), float(batch, 16), ""},
		{"pad the batch", graph.Pad{Low: []int{1}, High: []int{0}, Interior: []int{0}}, types(float(batch)), graph.Type{}, "is the batch"},
		{"pad too little", graph.Pad{Low: []int{-2}, High: []int{-2}, Interior: []int{0}}, types(float(3)), graph.Type{}, "leaves nothing"},
		{"slice", graph.Slice{Start: []int{0, 1}, Limit: []int{batch, 6}, Stride: []int{1, 2}}, types(float(batch, 7)), float(batch, 3), ""},
		{"slice the batch", graph.Slice{Start: []int{0}, Limit: []int{2}, Stride: []int{1}}, types(float(batch)), graph.Type{}, "is the batch"},
		{"slice beyond", graph.Slice{Start: []int{0}, Limit: []int{8}, Stride: []int{1}}, types(float(7)), graph.Type{}, "[0:8:1] of the 7"},
		{"concatenate", graph.Concatenation{Axis: 1}, types(float(batch, 2), float(batch, 3)), float(batch, 5), ""},
		{"concatenate batches", graph.Concatenation{}, types(float(batch), float(batch)), graph.Type{}, "is the batch"},
		{"concatenate the unlike", graph.Concatenation{}, types(float(2, 3), float(2, 4)), graph.Type{}, "operand 1 differs"},

		{"reduce", graph.Reduction{Axes: []int{0, 2}}, types(float(batch, 3, 4)), float(3), ""},
		{"reduce booleans", graph.Reduction{Axes: []int{0}}, types(of(tensor.Bool, 3)), graph.Type{}, "cannot add elements of type bool"},
		{"reduce off axis", graph.Reduction{Axes: []int{-1}}, types(float(3)), graph.Type{}, "axes [-1]"},
		{"argmax", graph.ArgMax{Axis: 1}, types(float(batch, 3)), of(tensor.Int32, batch), ""},
		{"argmax of nothing", graph.ArgMax{Axis: 1}, types(float(batch, 0)), graph.Type{}, "may be empty"},
		{"argmax of the batch", graph.ArgMax{}, types(float(batch, 3)), graph.Type{}, "may be empty"},
		{"dot", matmul, types(float(batch, 3), float(3, 4)), float(batch, 4), ""},
		{"dot of unlike extents", matmul, types(float(batch, 3), float(5, 4)), graph.Type{}, "extent 3 of dimension 1 meets 5"},
		{"dot of types", matmul, types(float(2, 3), of(tensor.Float64, 3, 4)), graph.Type{}, "convert one of them"},
		{"dot of unlike pairs", graph.Dot{LeftBatch: []int{0}}, types(float(2, 3), float(2, 4)), graph.Type{}, "do not pair up"},

		{"convolution", convolution, types(float(batch, 5, 6, 2), float(3, 3, 2, 7)), float(batch, 3, 4, 7), ""},
		{"convolution in groups", grouped, types(float(batch, 5, 6, 4), float(3, 3, 2, 6)), float(batch, 3, 4, 6), ""},
		{"convolution too small", convolution, types(float(batch, 2, 6, 2), float(3, 3, 2, 7)), graph.Type{}, "3x3 with dilation [1 1] and padding [[0 0] [0 0]] does not fit into 2x6"},
		{"convolution of channels", convolution, types(float(batch, 5, 6, 3), float(3, 3, 2, 7)), graph.Type{}, "kernels take 2 channels, the pictures have 3"},
		{"convolution of odd groups", grouped, types(float(batch, 5, 6, 3), float(3, 3, 1, 6)), graph.Type{}, "into 2 groups"},
		{"convolution without a stride", graph.Convolution{Groups: 1}, types(float(batch, 5, 6, 2), float(3, 3, 2, 7)), graph.Type{}, "must be from 1"},
		{"convolution of unknown height", convolution, types(float(batch, batch, 6, 2), float(3, 3, 2, 7)), graph.Type{}, "only the first dimension"},
		{"convolution's input", graph.ConvolutionInput{Convolution: convolution, Height: 5, Width: 6}, types(float(batch, 3, 4, 7), float(3, 3, 2, 7)), float(batch, 5, 6, 2), ""},
		{"convolution's input of another height", graph.ConvolutionInput{Convolution: convolution, Height: 6, Width: 6}, types(float(batch, 3, 4, 7), float(3, 3, 2, 7)), graph.Type{}, "expected (None, 4, 4, 7)"},
		{"convolution's filter", graph.ConvolutionFilter{Convolution: grouped}, types(float(batch, 5, 6, 4), float(batch, 3, 4, 6)), float(3, 3, 2, 6), ""},
		{"reduce window", graph.ReduceWindow{Window: square, Reducer: graph.Largest}, types(float(batch, 5, 6, 2)), float(batch, 3, 4, 2), ""},
		{"reduce window by minimum", graph.ReduceWindow{Window: square, Reducer: graph.Smallest}, types(float(batch, 5, 6, 2)), graph.Type{}, "not minimum"},
		{"reduce window of rows", graph.ReduceWindow{Window: square}, types(float(batch, 5)), graph.Type{}, "expected pictures"},
		{"select and scatter", graph.SelectAndScatter{Window: square}, types(float(batch, 5, 6, 2), float(batch, 3, 4, 2)), float(batch, 5, 6, 2), ""},
		{"select and scatter of others", graph.SelectAndScatter{Window: square}, types(float(batch, 5, 6, 2), float(batch, 3, 3, 2)), graph.Type{}, "expected float32(None, 3, 4, 2)"},

		{"gather", graph.GatherRows{}, types(float(batch, 5, 3), of(tensor.Int32, batch, 9)), float(batch, 9, 3), ""},
		{"gather from nothing", graph.GatherRows{}, types(float(batch, 0, 3), of(tensor.Int32, batch, 9)), graph.Type{}, "no rows"},
		{"gather by floats", graph.GatherRows{}, types(float(batch, 5, 3), float(batch, 9)), graph.Type{}, "int32 row numbers"},
		{"scatter", graph.ScatterRows{Rows: 4}, types(float(batch, 5, 3), of(tensor.Int32, batch, 5)), float(batch, 4, 3), ""},
		{"scatter to nothing", graph.ScatterRows{}, types(float(batch, 5, 3), of(tensor.Int32, batch, 5)), graph.Type{}, "0 rows to add them to"},

		{"batch norm", graph.BatchNormalization{}, types(float(batch, 2), float(2), float(2), float(2), float(2)), float(batch, 2), ""},
		{"batch norm of other channels", graph.BatchNormalization{}, types(float(batch, 2), float(2), float(3), float(2), float(2)), graph.Type{}, "one number per channel"},
		{"batch norm of negative epsilon", graph.BatchNormalization{Epsilon: -1}, types(float(batch, 2), float(2), float(2), float(2), float(2)), graph.Type{}, "epsilon is -1"},
		{"batch norm's gradient", graph.BatchNormalizationGradient{}, types(float(3, 2), float(3, 2), float(2), float(2), float(2), float(2), float(2)), float(3, 2), ""},
		{"softmax", graph.Softmax{}, types(float(batch, 3)), float(batch, 3), ""},
		{"softmax of a scalar", graph.Softmax{}, types(float()), graph.Type{}, "no last dimension"},
		{"log softmax of whole numbers", graph.LogSoftmax{}, types(of(tensor.Int32, 3)), graph.Type{}, "expected floating-point"},
		{"softmax crossentropy", graph.SoftmaxCrossentropy{}, types(float(batch, 3), float(batch, 3)), float(batch), ""},
		{"softmax crossentropy of labels", graph.SoftmaxCrossentropy{}, types(float(batch, 3), float(batch)), graph.Type{}, "of one type"},
		{"sigmoid crossentropy", graph.SigmoidCrossentropy{}, types(float(batch, 1), float(batch, 1)), float(batch, 1), ""},
		{"sigmoid crossentropy of others", graph.SigmoidCrossentropy{}, types(float(batch, 1), float(batch)), graph.Type{}, "of one type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.operation.Infer(c.operands)
			switch {
			case c.says == "" && err != nil:
				t.Errorf("%s of %v: %v", c.operation.Name(), c.operands, err)
			case c.says == "" && !got.Equal(c.want):
				t.Errorf("%s of %v is %v, expected %v", c.operation.Name(), c.operands, got, c.want)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("%s of %v: %v, expected an error that says %q", c.operation.Name(), c.operands, err, c.says)
			}
		})
	}
}

func TestSizesAreBounded(t *testing.T) {
	for _, shape := range [][]int{
		{-2}, {1 << 40}, {1 << 30, 1 << 30}, {0, 1 << 31, 1 << 31}, {1 << 62, 1 << 62, 1 << 62}, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {batch, -1 << 62},
	} {
		g := graph.New()
		if n := g.Parameter("x", tensor.Float32, shape...); n.Valid() || g.Err() == nil {
			t.Errorf("a parameter of shape %v was made", shape)
		}
	}
	for _, dtype := range []tensor.DType{tensor.Invalid, 200} {
		g := graph.New()
		if n := g.Parameter("x", dtype, 1); n.Valid() || g.Err() == nil {
			t.Errorf("a parameter of element type %v was made", dtype)
		}
	}
	if _, err := graph.NewArray([]int{1 << 20, 1 << 20}); err == nil {
		t.Error("the reference computation allocated 2⁴⁰ elements")
	}
}

func TestSamePadding(t *testing.T) {
	for _, c := range []struct {
		extent, size, stride, dilation int
		want                           [2]int
	}{
		{5, 3, 1, 1, [2]int{1, 1}}, {6, 3, 2, 1, [2]int{0, 1}}, {7, 3, 2, 1, [2]int{1, 1}}, {5, 2, 1, 1, [2]int{0, 1}}, {5, 3, 1, 2, [2]int{2, 2}},
		{4, 1, 2, 1, [2]int{0, 0}}, {1, 5, 3, 1, [2]int{2, 2}}, {0, 3, 1, 1, [2]int{}}, {5, 3, 0, 1, [2]int{}}, {batch, 3, 1, 1, [2]int{}},
	} {
		if got := graph.SamePadding(c.extent, c.size, c.stride, c.dilation); got != c.want {
			t.Errorf("SamePadding(%d, %d, %d, %d) = %v, expected %v", c.extent, c.size, c.stride, c.dilation, got, c.want)
		}
	}
}
