package lince

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/format/safetensors"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// pictured is a model with layers of many kinds, one of them a model, and
// weights drawn from the seed.
func pictured(t *testing.T, seed uint64, classes int) *Model {
	t.Helper()
	within := must[*Model](t)(Sequential(
		layers.Input{Shape: []int{4, 4, 3}},
		layers.DepthwiseConv2D{Kernel: layers.Square(3), DepthMultiplier: 2, Padding: layers.Same, Name: "depthwise"},
		layers.BatchNormalization{Name: "bn"},
	))
	if err := within.Rename("base"); err != nil {
		t.Fatal(err)
	}
	input := layers.NewInput(layers.Input{Shape: []int{8, 8, 2}})
	x := layers.Apply(layers.Conv2D{Filters: 3, Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same, Name: "conv_1"}, input)
	x = within.Instance().Apply(x)
	x = layers.Apply(layers.Conv2DTranspose{Filters: 2, Kernel: [2]int{2, 3}, Name: "up"}, x)
	x = layers.Apply(layers.Flatten{}, x)
	x = layers.Apply(layers.Dropout{Rate: 0.5}, x)
	x = layers.Apply(layers.BatchNormalization{Name: "norm"}, x)
	x = layers.Apply(layers.Dense{Units: 5, Activation: activations.ReLU, Name: "hidden"}, x)
	x = layers.Apply(layers.Dense{Units: classes, Name: "top"}, x)
	m := must[*Model](t)(NewModel(Inputs(input), Outputs(x)))
	values := map[*layers.Weight]*tensor.Tensor{}
	for i, w := range m.network.weights() {
		values[w] = drawn(t, seed+uint64(i), w.Variable.Type.Shape...)
	}
	if err := m.setValues(values); err != nil {
		t.Fatal(err)
	}
	return m
}

// weightsOf returns all weights by their paths.
func weightsOf(t *testing.T, m *Model) map[string]*tensor.Tensor {
	t.Helper()
	return must[map[string]*tensor.Tensor](t)(m.namedWeights())
}

func sameWeights(t *testing.T, what string, got, want map[string]*tensor.Tensor) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: %d weights, want %d", what, len(got), len(want))
	}
	for path, value := range want {
		if got[path] == nil || !got[path].Shape().Equal(value.Shape()) || !slices.Equal(got[path].Float32s(), value.Float32s()) {
			t.Errorf("%s: %s differs", what, path)
		}
	}
}

// Weights come back from every format that they are saved in.
func TestWeightsBackAndForth(t *testing.T) {
	m := pictured(t, 1, 3)
	for _, extension := range []string{".weights.h5", ".h5", ".safetensors", ".npz"} {
		path := filepath.Join(t.TempDir(), "model"+extension)
		if err := m.SaveWeights(path); err != nil {
			t.Fatal(err)
		}
		other := pictured(t, 1000, 3)
		if err := other.LoadWeights(path); err != nil {
			t.Fatal(err)
		}
		sameWeights(t, extension, weightsOf(t, other), weightsOf(t, m))
	}
}

// A classifier for other classes is left out where that is asked for, and
// otherwise nothing changes.
func TestSkipMismatch(t *testing.T) {
	m := pictured(t, 1, 3)
	for _, extension := range []string{".weights.h5", ".h5", ".safetensors", ".npz"} {
		path := filepath.Join(t.TempDir(), "model"+extension)
		if err := m.SaveWeights(path); err != nil {
			t.Fatal(err)
		}
		other := pictured(t, 1000, 4)
		before := weightsOf(t, other)
		errorHas(t, other.LoadWeights(path), path, `layer "top" has the shape (5, 4), in the file (5, 3)`)
		sameWeights(t, extension+" refused", weightsOf(t, other), before)
		kept, err := other.LoadWeightsWith(path, WeightsOptions{SkipMismatch: true})
		if err != nil || !slices.Equal(kept, []string{"top"}) {
			t.Errorf("%s: %q was left out, %v", extension, kept, err)
		}
		want := weightsOf(t, m)
		want["top/kernel"], want["top/bias"] = before["top/kernel"], before["top/bias"]
		sameWeights(t, extension, weightsOf(t, other), want)
	}
}

// By name, layers may come in another order and be more or fewer.
func TestByName(t *testing.T) {
	stack := func(names ...string) *Model {
		list := []layers.Layer{layers.Input{Shape: []int{2}}}
		for _, name := range names {
			list = append(list, layers.Dense{Units: 2, Name: name})
		}
		m := must[*Model](t)(Sequential(list...))
		values := map[*layers.Weight]*tensor.Tensor{}
		for i, w := range m.network.weights() {
			values[w] = drawn(t, uint64(len(names)*100+i), w.Variable.Type.Shape...)
		}
		if err := m.setValues(values); err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := stack("a", "b", "c")
	for _, extension := range []string{".weights.h5", ".h5", ".safetensors"} {
		path := filepath.Join(t.TempDir(), "model"+extension)
		if err := m.SaveWeights(path); err != nil {
			t.Fatal(err)
		}
		other := stack("c", "new", "a", "other")
		want := weightsOf(t, other)
		kept, err := other.LoadWeightsWith(path, WeightsOptions{ByName: true})
		if err != nil || !slices.Equal(kept, []string{"new", "other"}) {
			t.Errorf("%s: %q was left out, %v", extension, kept, err)
		}
		for _, name := range []string{"a/kernel", "a/bias", "c/kernel", "c/bias"} {
			want[name] = weightsOf(t, m)[name]
		}
		sameWeights(t, extension, weightsOf(t, other), want)
		errorHas(t, stack("a", "b", "c", "d").LoadWeights(path), path, `"d"`)
	}
}

// asTorch lays a model's weights out as PyTorch does, by the formulas of its
// documentation and not by this package's.
func asTorch(t *testing.T, m *Model) map[string]*tensor.Tensor {
	t.Helper()
	file := map[string]*tensor.Tensor{"bn.num_batches_tracked": tensor.Scalar(int64(7))}
	names := strings.NewReplacer(
		"conv_1/", "conv.1.", "base/", "", "/", ".", "kernel", "weight", "gamma", "weight", "beta", "bias",
		"moving_mean", "running_mean", "moving_variance", "running_var")
	for path, value := range weightsOf(t, m) {
		from, shape := value.Float32s(), value.Shape()
		at := func(index ...int) float32 { // of Keras' value
			i := 0
			for axis, n := range index {
				i = i*shape[axis] + n
			}
			return from[i]
		}
		var to []float32
		into := slices.Clone(shape)
		fill := func(value func(i []int) float32, extents ...int) {
			into = extents
			index := make([]int, len(extents))
			for range from {
				to = append(to, value(index))
				for axis := len(index) - 1; axis >= 0; axis-- {
					if index[axis]++; index[axis] < extents[axis] {
						break
					}
					index[axis] = 0
				}
			}
		}
		switch path {
		case "conv_1/kernel", "up/kernel": // (rows, columns, a, b)
			fill(func(i []int) float32 { return at(i[2], i[3], i[1], i[0]) }, shape[3], shape[2], shape[0], shape[1])
		case "base/depthwise/kernel":
			fill(func(i []int) float32 { return at(i[2], i[3], i[0]/2, i[0]%2) }, 6, 1, 3, 3)
		case "hidden/kernel": // behind a Flatten of (5, 6, 2)
			fill(func(i []int) float32 { return at(i[1]%30*2+i[1]/30, i[0]) }, 5, 60)
		case "norm/gamma", "norm/beta", "norm/moving_mean", "norm/moving_variance":
			fill(func(i []int) float32 { return at(i[0]%30*2 + i[0]/30) }, 60)
		case "top/kernel":
			fill(func(i []int) float32 { return at(i[1], i[0]) }, 3, 5)
		default:
			to = slices.Clone(from)
		}
		file[names.Replace(path)] = must[*tensor.Tensor](t)(tensor.Of(to, into...))
	}
	return file
}

func TestTorchNames(t *testing.T) {
	m := pictured(t, 1, 3)
	path := filepath.Join(t.TempDir(), "torch.safetensors")
	writeTensors(t, path, asTorch(t, m))
	other := pictured(t, 1000, 3)
	before := weightsOf(t, other)
	errorHas(t, other.LoadWeights(path), path, "conv_1_kernel", "NameMap")
	sameWeights(t, "refused", weightsOf(t, other), before)
	names := TorchNames()
	names.Layers = map[string]string{"base/depthwise": "depthwise", "base/bn": "bn"}
	if _, err := other.LoadWeightsWith(path, WeightsOptions{Names: names}); err != nil {
		t.Fatal(err)
	}
	sameWeights(t, "torch", weightsOf(t, other), weightsOf(t, m))
}

func writeTensors(t *testing.T, path string, tensors map[string]*tensor.Tensor) {
	t.Helper()
	var out bytes.Buffer
	if err := safetensors.Write(&out, tensors, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestArraysThatDoNotFit(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{2}}, layers.Dense{Units: 1, Name: "d"}))
	kernel, bias := drawn(t, 1, 2, 1), drawn(t, 2, 1)
	path := filepath.Join(t.TempDir(), "a.safetensors")
	for says, tensors := range map[string]map[string]*tensor.Tensor{
		"separators alone":                {"d/kernel": kernel, "d.kernel": kernel, "d/bias": bias},
		"no weights for the arrays extra": {"d/kernel": kernel, "d/bias": bias, "extra": bias},
		"no array for the weight bias":    {"d/kernel": kernel},
		"shape (2, 1), in the file (1,)":  {"d/kernel": bias, "d/bias": bias},
	} {
		writeTensors(t, path, tensors)
		errorHas(t, m.LoadWeights(path), path, says)
	}
	errorHas(t, m.LoadWeights(filepath.Join(t.TempDir(), "b.safetensors")), "b.safetensors")
	errorHas(t, must[*Model](t)(Sequential(layers.Dense{Units: 1})).LoadWeights(path), "InputShape")
}

// numpy.savez(path, *model.get_weights()) keeps no names.
func TestNumberedArrays(t *testing.T) {
	m := pictured(t, 1, 3)
	list := map[string]*tensor.Tensor{}
	for i, w := range m.network.weights() {
		list[fmt.Sprintf("arr_%d", i)] = must[*tensor.Tensor](t)(readWeight(m.state(), w))
	}
	var out bytes.Buffer
	if err := npz.WriteArchive(&out, list); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "list.npz")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	other := pictured(t, 1000, 3)
	if err := other.LoadWeights(path); err != nil {
		t.Fatal(err)
	}
	sameWeights(t, "numbered", weightsOf(t, other), weightsOf(t, m))
	errorHas(t, small(t).LoadWeights(path), "arrays, the model")
}

// TestRealSafetensors compares SqueezeNet's weights in Caffe's layout with
// those that Keras saved.
func TestRealSafetensors(t *testing.T) {
	path := sharedModel(t, "squeezenet_v1.0_imagenet.safetensors")
	m := must[*Model](t)(Load(sharedModel(t, "squeezenet_v1.0_imagenet.h5")))
	want := weightsOf(t, m)
	values := map[*layers.Weight]*tensor.Tensor{}
	for i, w := range m.network.weights() {
		values[w] = drawn(t, uint64(i), w.Variable.Type.Shape...)
	}
	if err := m.setValues(values); err != nil {
		t.Fatal(err)
	}
	if _, err := m.LoadWeightsWith(path, WeightsOptions{Names: TorchNames()}); err != nil {
		t.Fatal(err)
	}
	sameWeights(t, path, weightsOf(t, m), want)
}

// TestRealTorch runs a network that PyTorch trained on digits.
func TestRealTorch(t *testing.T) {
	path := sharedModel(t, "mnist.safetensors")
	conv := func(name string, filters int) layers.Layer {
		return layers.Conv2D{Filters: filters, Kernel: layers.Square(3), Activation: activations.ReLU, Name: name}
	}
	m := must[*Model](t)(Sequential(
		layers.Input{Shape: []int{28, 28, 1}}, conv("conv1", 8), conv("conv2", 16), conv("conv3", 24),
		layers.BatchNormalization{Name: "norm1", Epsilon: 1e-5}, layers.Flatten{},
		layers.Dense{Units: 32, Activation: activations.ReLU, Name: "fc1"}, layers.Dense{Units: 10, Name: "fc2"},
		layers.BatchNormalization{Name: "norm2", Epsilon: 1e-5},
	))
	if _, err := m.LoadWeightsWith(path, WeightsOptions{Names: TorchNames()}); err != nil {
		t.Fatal(err)
	}
	_, test, err := images.FromIDX(filepath.Join("..", "shared", "data", "mnist"))
	if err != nil {
		t.Skipf("the digits are absent: %v", err)
	}
	const digits = 500
	x := must[*tensor.Tensor](t)(must[*tensor.Tensor](t)(test.X.Rows(0, digits)).Convert(tensor.Float32))
	for i, v := range x.Float32s() {
		x.Float32s()[i] = (v/255 - 0.1307) / 0.3081
	}
	out := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))[0]
	right := 0
	for i, label := range test.Y.Float64s()[:digits] {
		row := out.Float32s()[10*i : 10*i+10]
		if row[int(label)] == slices.Max(row) {
			right++
		}
	}
	if right < 480 {
		t.Errorf("%d of %d digits are right", right, digits)
	}
	t.Logf("%d of %d digits are right", right, digits)
}
