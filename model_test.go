package lince

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// must fails the test on an error.
func must[T any](t testing.TB) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// drawn returns numbers from [0, 1), the same for equal shapes and seeds.
func drawn(t testing.TB, seed uint64, shape ...int) *tensor.Tensor {
	t.Helper()
	x := must[*tensor.Tensor](t)(tensor.New(tensor.Float32, shape...))
	stream := random.NewStream(seed)
	for i := range x.Float32s() {
		x.Float32s()[i] = float32(stream.Float64())
	}
	return x
}

// column returns a float32 tensor of shape (n).
func column(t testing.TB, values ...float32) *tensor.Tensor {
	t.Helper()
	return must[*tensor.Tensor](t)(tensor.Of(values, len(values)))
}

// arrays returns a source that keeps its order, with float32 targets.
func arrays(t testing.TB, batch int, x, y *tensor.Tensor) data.Source {
	t.Helper()
	return must[data.Source](t)(data.FromArrays(data.Arrays{
		Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y}, BatchSize: batch, NoShuffle: true,
	}))
}

// errorHas fails the test unless there is an error with all of the words that
// names the package once.
func errorHas(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", words)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if !strings.HasPrefix(err.Error(), "lince: ") || strings.Count(err.Error(), "lince: ") != 1 {
		t.Errorf("the error does not begin with lince: or names it again: %v", err)
	}
}

var picture = layers.Input{Shape: []int{8, 8, 3}}

func TestSequentialRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		stack []layers.Layer
		words []string
	}{
		"nothing":       {nil, []string{"at least one layer"}},
		"nil":           {[]layers.Layer{picture, nil}, []string{"layer 1", "nil"}},
		"a late input":  {[]layers.Layer{picture, layers.Flatten{}, picture}, []string{"first layer"}},
		"equal names":   {[]layers.Layer{picture, layers.Flatten{Name: "a"}, layers.Dense{Units: 1, Name: "a"}}, []string{`"a"`, "differ"}},
		"wrong shape":   {[]layers.Layer{picture, layers.Flatten{}, layers.Conv2D{Filters: 1, Kernel: layers.Square(3)}}, []string{"conv2d", "(batch, height, width, channels)"}},
		"too large":     {[]layers.Layer{picture, layers.Conv2D{Filters: 1, Kernel: layers.Square(9), Name: "large"}}, []string{"large"}},
		"varying dense": {[]layers.Layer{layers.Input{Shape: []int{-1, -1, 3}}, layers.Flatten{}, layers.Dense{Units: 1}}, []string{"dense", "varies"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Sequential(c.stack...)
			errorHas(t, err, c.words...)
			if m != nil {
				t.Error("a model was returned beside the error")
			}
		})
	}
}

func TestNewModelRefuses(t *testing.T) {
	x, other := layers.NewInput(picture), layers.NewInput(layers.Input{Shape: []int{4}, Name: "other"})
	flat := layers.Apply(layers.Flatten{Name: "flat"}, x)
	var forgotten layers.Value
	broken := layers.Apply(layers.Dense{Units: 1, Name: "end"}, layers.Apply(layers.Add{Name: "sum"}, flat, forgotten))
	for name, c := range map[string]struct {
		inputs, outputs []layers.Value
		words           []string
	}{
		"no outputs":         {Inputs(x), nil, []string{"1 and 0 given"}},
		"no input layer":     {Inputs(flat), Outputs(flat), []string{"input 0", "layers.NewInput"}},
		"a zero input":       {Inputs(forgotten), Outputs(flat), []string{"input 0"}},
		"an input twice":     {Inputs(x, x), Outputs(flat), []string{"input 1", "before"}},
		"a missing input":    {Inputs(other), Outputs(flat), []string{"not among"}},
		"a useless input":    {Inputs(x, other), Outputs(flat), []string{`"other"`, "no output depends"}},
		"a zero value":       {Inputs(x), Outputs(broken), []string{"zero Value", `"sum"`, `"end"`}},
		"shapes that differ": {Inputs(x, other), Outputs(layers.Apply(layers.Add{Name: "unequal"}, flat, other)), []string{"unequal"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewModel(c.inputs, c.outputs)
			errorHas(t, err, c.words...)
		})
	}
}

func TestLayersAreNumberedPerClass(t *testing.T) {
	m := must[*Model](t)(Sequential(picture,
		layers.Conv2D{Filters: 1, Kernel: layers.Square(1)}, layers.Conv2D{Filters: 1, Kernel: layers.Square(1), Name: "conv2d_1"},
		layers.Conv2D{Filters: 1, Kernel: layers.Square(1)}, layers.Flatten{}, layers.Dense{Units: 2}, layers.Dense{Units: 1},
	))
	var names []string
	for _, instance := range m.Layers() {
		names = append(names, instance.Name())
	}
	want := []string{"input_layer", "conv2d", "conv2d_1", "conv2d_2", "flatten", "dense", "dense_1"}
	if !slices.Equal(names, want) {
		t.Errorf("the layers are %q, want %q", names, want)
	}
	if m.Layer("dense_2") != nil || m.Layer("flatten") != m.Layers()[4] {
		t.Error("layers are not found by their names")
	}
}

// A shared layer has its weights once, gets the sum of both uses' gradients
// and is changed once: with y = w·a + w·b and the loss mean(y), gradient
// descent takes rate·mean(a+b) off w.
func TestSharedLayer(t *testing.T) {
	shared := layers.Share(layers.Dense{Units: 1, NoBias: true, Name: "shared"})
	a, b := layers.NewInput(layers.Input{Shape: []int{1}}), layers.NewInput(layers.Input{Shape: []int{1}})
	m := must[*Model](t)(NewModel(Inputs(a, b), Outputs(layers.Apply(layers.Add{}, shared.Apply(a), shared.Apply(b)))))
	if m.Parameters() != 1 {
		t.Fatalf("%d parameters, want 1", m.Parameters())
	}
	if err := m.Compile(Training{Loss: losses.MeanAbsoluteError{}, Optimizer: optimizers.SGD{LearningRate: 0.5}}); err != nil {
		t.Fatal(err)
	}
	one := must[*tensor.Tensor](t)(tensor.Of([]float32{1}, 1, 1))
	if err := m.SetWeights("shared", []*tensor.Tensor{one}); err != nil {
		t.Fatal(err)
	}
	in := func(values ...float32) *tensor.Tensor { return must[*tensor.Tensor](t)(tensor.Of(values, 2, 1)) }
	source := must[data.Source](t)(data.FromArrays(data.Arrays{
		Inputs: []*tensor.Tensor{in(1, 2), in(3, 6)}, Targets: []*tensor.Tensor{in(-100, -100)}, BatchSize: 2,
	}))
	history := must[*History](t)(m.Fit(t.Context(), source, Fit{}))
	if loss := history.Last("loss"); loss != 106 {
		t.Errorf("the loss is %v, want 106", loss)
	}
	if w := must[[]*tensor.Tensor](t)(m.Weights("shared")); w[0].Float32s()[0] != 1-0.5*6 {
		t.Errorf("the weight is %v, want -2", w[0].Float32s())
	}
}

func TestModelBuiltAtTheFirstBatch(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Flatten{}, layers.Dense{Units: 1, Activation: activations.Sigmoid}))
	if m.Built() || m.OutputShape() != nil || m.Parameters() != 0 {
		t.Error("the model claims to know its shapes")
	}
	_, err := m.Weights("dense")
	errorHas(t, err, "layers.Input", "InputShape")
	errorHas(t, m.SaveWeights("unbuilt.weights.h5"), "InputShape")
	if err := m.Compile(Training{Loss: losses.BinaryCrossentropy{}}); err != nil {
		t.Fatal(err)
	}
	source := arrays(t, 2, drawn(t, 1, 3, 4, 4, 1), column(t, 0, 1, 1))
	if _, err := m.Fit(t.Context(), source, Fit{}); err != nil {
		t.Fatal(err)
	}
	if !m.OutputShape().Equal(tensor.Shape{-1, 1}) || m.Parameters() != 17 {
		t.Errorf("after training the output is %v and there are %d parameters", m.OutputShape(), m.Parameters())
	}
}

func TestInputShapeOfTheFirstLayer(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Dense{Units: 2, InputShape: []int{3}}))
	if !m.Built() || m.Parameters() != 8 {
		t.Errorf("built %v with %d parameters, want 8", m.Built(), m.Parameters())
	}
	_, err := m.PredictOnBatch(t.Context(), drawn(t, 1, 2, 4))
	errorHas(t, err, "(4,)", "(3,)")
}

// A model for pictures of any size has the same weights for all of them.
func TestInputsThatVaryInSize(t *testing.T) {
	m := must[*Model](t)(Sequential(
		layers.Input{Shape: []int{-1, -1, 1}},
		layers.Conv2D{Filters: 2, Kernel: layers.Square(3), Strides: layers.Square(2)},
		layers.GlobalAveragePooling2D{}, layers.Dense{Units: 2},
	))
	if got := m.shapes[m.network.order[1]]; !got.Equal(tensor.Shape{-1, -1, -1, 2}) || !m.OutputShape().Equal(tensor.Shape{-1, 2}) {
		t.Errorf("the shapes are %v and %v", got, m.OutputShape())
	}
	if err := m.Compile(Training{Loss: losses.MeanSquaredError{}}); err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/any.keras"
	for _, size := range []int{5, 9, 5} {
		x := drawn(t, 3, 2, size, size+1, 1)
		before := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		again := must[*Model](t)(Load(path))
		after := must[[]*tensor.Tensor](t)(again.PredictOnBatch(t.Context(), x))
		if !slices.Equal(before[0].Float32s(), after[0].Float32s()) {
			t.Errorf("size %d: %v before saving and %v after", size, before[0].Float32s(), after[0].Float32s())
		}
	}
	_, err := m.PredictOnBatch(t.Context(), drawn(t, 3, 2, 5, 5, 3))
	errorHas(t, err, "(5, 5, 3)", "(None, None, 1)")
}

func TestSeveralInputs(t *testing.T) {
	a, b := layers.NewInput(layers.Input{Shape: []int{2}, Name: "a"}), layers.NewInput(layers.Input{Shape: []int{2}, Name: "b"})
	m := must[*Model](t)(NewModel(Inputs(a, b), Outputs(layers.Apply(layers.Subtract{}, a, b), layers.Apply(layers.Multiply{}, a, b))))
	x := must[*tensor.Tensor](t)(tensor.Of([]float32{5, 6}, 1, 2))
	y := must[*tensor.Tensor](t)(tensor.Of([]float32{2, 4}, 1, 2))
	outputs := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x, y))
	if !slices.Equal(outputs[0].Float32s(), []float32{3, 2}) || !slices.Equal(outputs[1].Float32s(), []float32{10, 24}) {
		t.Errorf("the outputs are %v and %v", outputs[0].Float32s(), outputs[1].Float32s())
	}
	_, err := m.PredictOnBatch(t.Context(), x)
	errorHas(t, err, "1 inputs given", "takes 2")
	_, err = m.PredictOnBatch(t.Context(), x, drawn(t, 1, 2, 2))
	errorHas(t, err, "first dimension")
	_, err = m.PredictOnBatch(t.Context(), x, nil)
	errorHas(t, err, "tensor 1")
}

// growing yields batches of pictures that are larger each time.
type growing struct{ t testing.TB }

func (growing) Spec() data.Spec {
	return data.Spec{Inputs: []tensor.Shape{{4, 4, 1}}, Targets: []tensor.Shape{{}}, Samples: -1, BatchSize: 2}
}

func (g growing) Batches(context.Context, int, int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		for size := 4; size < 7; size++ {
			batch := &data.Batch{Inputs: []*tensor.Tensor{drawn(g.t, 1, 2, size, size+1, 1)}, Targets: []*tensor.Tensor{column(g.t, 0, 1)}}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// An epoch may have batches of several sizes, and so may a prediction whose
// outputs have the same shape for all.
func TestBatchesThatVaryInSize(t *testing.T) {
	any := layers.Input{Shape: []int{-1, -1, 1}}
	conv := layers.Conv2D{Filters: 2, Kernel: layers.Square(3)}
	m := must[*Model](t)(Sequential(any, conv, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid}))
	compiled(t, m, Training{Loss: losses.BinaryCrossentropy{}})
	history := must[*History](t)(m.Fit(t.Context(), growing{t}, Fit{Epochs: 2, Validation: growing{t}}))
	if len(history.Values["val_loss"]) != 2 {
		t.Errorf("the history is %v", history.Values)
	}
	outputs := must[[]*tensor.Tensor](t)(m.Predict(t.Context(), growing{t}))
	if !outputs[0].Shape().Equal(tensor.Shape{6, 1}) {
		t.Errorf("the predictions are %v", outputs[0])
	}
	pictures := must[*Model](t)(Sequential(any, conv))
	_, err := pictures.Predict(t.Context(), growing{t})
	errorHas(t, err, "(3, 4, 2)", "(2, 3, 2)", "PredictOnBatch")
}
