package keras_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/tensor"
)

// golden is what Keras had in memory when it saved a model; see
// testdata/generate.py.
type golden struct {
	Name, Class, Version string
	Optimizer            int
	Classes              []string
	Layers, Legacy       []weights
}

// weights is a layer's name and its variables' shapes and sums.
type weights struct {
	name      string
	variables []variable
}

type variable struct {
	shape tensor.Shape
	sum   float64
}

func (w *weights) UnmarshalJSON(text []byte) error {
	var variables [][2]json.RawMessage
	if err := json.Unmarshal(text, &[]any{&w.name, &variables}); err != nil {
		return err
	}
	for _, v := range variables {
		var got variable
		if err := json.Unmarshal(v[0], &got.shape); err != nil {
			return err
		}
		if err := json.Unmarshal(v[1], &got.sum); err != nil {
			return err
		}
		w.variables = append(w.variables, got)
	}
	return nil
}

func models(t *testing.T) map[string]golden {
	t.Helper()
	text, err := os.ReadFile("testdata/models.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]golden
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func open(t testing.TB, path string) *keras.File {
	t.Helper()
	f, err := keras.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// check compares variables with Keras'.
func check(t *testing.T, what string, got []keras.Variable, want []variable) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d variables, expected %d", what, len(got), len(want))
		return
	}
	for i, v := range got {
		sum := 0.0
		for _, x := range v.Value.Float64s() {
			sum += x
		}
		if !v.Value.Shape().Equal(want[i].shape) || math.Abs(sum-want[i].sum) > 1e-12*math.Abs(sum) {
			t.Errorf("%s: %s is %v with the sum %v, expected %v with %v", what, v.Name, v.Value, sum, want[i].shape, want[i].sum)
		}
	}
}

// below returns the variables of all layers at a path and below it.
func below(f *keras.File, path string) []keras.Variable {
	var all []keras.Variable
	for _, l := range f.Layers {
		if l.Path == path || strings.HasPrefix(l.Path, path+"/") {
			all = append(all, l.Variables...)
		}
	}
	return all
}

func TestGolden(t *testing.T) {
	for name, want := range models(t) {
		for _, extension := range []string{".keras", ".weights.h5"} {
			path := filepath.Join("testdata", name+extension)
			if _, err := os.Stat(path); err != nil && extension != ".keras" {
				continue
			}
			f := open(t, path)
			if f.Format.String() != extension {
				t.Errorf("%s: format %v", path, f.Format)
			}
			for i, group := range keras.GroupNames(want.Classes) {
				l := f.Layer("layers/" + group)
				if l == nil || l.Name != want.Layers[i].name {
					t.Errorf("%s: layer %d: %v, expected the name %s", path, i, l, want.Layers[i].name)
					continue
				}
				if want.Classes[i] != "Sequential" { // whose layers' order is the configuration's
					check(t, path+": "+l.Path, below(f, l.Path), want.Layers[i].variables)
				} else if got := below(f, l.Path); len(got) != len(want.Layers[i].variables) {
					t.Errorf("%s: %s has %d variables, expected %d", path, l.Path, len(got), len(want.Layers[i].variables))
				}
			}
			if l := f.Layer(""); l == nil || l.Name != want.Name {
				t.Errorf("%s: the model is %v, expected %s", path, l, want.Name)
			}
			if len(f.Optimizer) != 1 || len(f.Optimizer[0].Variables) != want.Optimizer {
				t.Errorf("%s: optimizer %v, expected one of %d variables", path, f.Optimizer, want.Optimizer)
			}
			if extension == ".keras" && (f.Config["class_name"] != want.Class || f.Metadata.KerasVersion != want.Version) {
				t.Errorf("%s: a %v by Keras %s, expected a %s by %s", path, f.Config["class_name"], f.Metadata.KerasVersion, want.Class, want.Version)
			}
		}
	}
}

func TestGoldenLegacy(t *testing.T) {
	all := models(t)
	all["keras2"] = all["many"]
	for name, want := range all {
		path := filepath.Join("testdata", name+".h5")
		if _, err := os.Stat(path); err != nil {
			continue
		}
		f := open(t, path)
		if f.Format != keras.Legacy || f.Config["class_name"] != want.Class || f.Training == nil || f.Metadata.Backend != "tensorflow" {
			t.Errorf("%s: format %v, class %v, training %v, backend %q", path, f.Format, f.Config["class_name"], f.Training, f.Metadata.Backend)
		}
		if len(f.Layers) != len(want.Legacy) || len(f.Optimizer) != 1 {
			t.Errorf("%s: %d layers and %d optimizers, expected %d and 1", path, len(f.Layers), len(f.Optimizer), len(want.Legacy))
			continue
		}
		for i, l := range f.Layers {
			if l.Path != want.Legacy[i].name {
				t.Errorf("%s: layer %d is %s, expected %s", path, i, l.Path, want.Legacy[i].name)
			}
			check(t, path+": "+l.Path, l.Variables, want.Legacy[i].variables)
		}
	}
	f := open(t, "testdata/keras2.h5")
	if got := f.Optimizer[0].Variables[0]; got.Name != "training/SGD/iter:0" || got.Value.Float64s()[0] != 4 {
		t.Errorf("keras2.h5: optimizer %v", got)
	}
	if got := f.Layers[11].Variables[1].Name; got != f.Layers[11].Path+"/bias:0" {
		t.Errorf("keras2.h5: the last layer's bias is called %s", got)
	}
}

func TestBrain(t *testing.T) {
	kernel := open(t, "testdata/bfloat16.keras").Layer("layers/dense").Variables[0].Value
	if kernel.DType() != tensor.BFloat16 || !slices.Equal(kernel.Float64s(), []float64{0, 1, 2, 3, 4, 5}) {
		t.Errorf("kernel %v %v", kernel, kernel.Float64s())
	}
}

func TestGroupNames(t *testing.T) {
	classes := []string{"Conv2D", "Conv2D", "ReLU", "MaxPooling2D", "Conv2D", "BatchNormalization", "PReLU", "ELU", "GlobalAveragePooling2D", "Conv2DTranspose", "TFOpLambda", "Dense"}
	want := []string{"conv2d", "conv2d_1", "re_lu", "max_pooling2d", "conv2d_2", "batch_normalization", "p_re_lu", "elu", "global_average_pooling2d", "conv2d_transpose", "tf_op_lambda", "dense"}
	if got := keras.GroupNames(classes); !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}

// shared returns the folder of models for tests, and skips where it is absent.
func shared(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
	}
	models := filepath.Join(folder, "..", "shared", "data", "models")
	if _, err := os.Stat(models); err != nil {
		t.Skipf("no real models to read: %v", err)
	}
	return models
}

func TestRealModels(t *testing.T) {
	folder := shared(t)
	for name, want := range map[string]struct {
		format               keras.Format
		variables, optimizer int
		weights              int
	}{
		"cat_dog_model.keras":                     {keras.Archive, 24, 38, 118977},
		"mlperf_tiny_cifar10_resnet8.h5":          {keras.Legacy, 48, 69, 78666},
		"mnist_cnn.h5":                            {keras.Legacy, 8, 18, 225034},
		"mnist_cnn.keras":                         {keras.Archive, 8, 18, 225034},
		"mobilenet_v2_0.35_224_no_top.h5":         {keras.Legacy, 260, 0, 410208},
		"mobilenet_v2_0.35_224_no_top.weights.h5": {keras.Weights, 260, 0, 410208},
		"squeezenet_v1.0_imagenet.h5":             {keras.Legacy, 52, 0, 1248424},
		"squeezenet_v1.0_imagenet.weights.h5":     {keras.Weights, 52, 0, 1248424},
	} {
		f := open(t, filepath.Join(folder, name))
		variables, weights, optimizer := 0, 0, 0
		for _, l := range f.Layers {
			for _, v := range l.Variables {
				variables++
				weights += v.Value.Len()
			}
		}
		for _, l := range f.Optimizer {
			optimizer += len(l.Variables)
		}
		if f.Format != want.format || variables != want.variables || weights != want.weights || optimizer != want.optimizer {
			t.Errorf("%s: %v, %d variables of %d weights, %d of the optimizer, expected %v", name, f.Format, variables, weights, optimizer, want)
		}
		if (f.Config == nil) != (want.format == keras.Weights) {
			t.Errorf("%s: configuration %v", name, f.Config)
		}
	}
}

// TestLayoutsAgree compares models that were saved in two layouts, weight by
// weight.
func TestLayoutsAgree(t *testing.T) {
	folder := shared(t)
	for legacy, modern := range map[string]string{
		"mnist_cnn.h5":                    "mnist_cnn.keras",
		"squeezenet_v1.0_imagenet.h5":     "squeezenet_v1.0_imagenet.weights.h5",
		"mobilenet_v2_0.35_224_no_top.h5": "mobilenet_v2_0.35_224_no_top.weights.h5",
	} {
		named := make(map[string]keras.Layer)
		for _, l := range open(t, filepath.Join(folder, modern)).Layers {
			named[l.Name] = l
		}
		for _, l := range open(t, filepath.Join(folder, legacy)).Layers {
			twin := named[l.Name].Variables
			if len(twin) != len(l.Variables) {
				t.Errorf("%s: %s has %d variables, in %s %d", legacy, l.Name, len(l.Variables), modern, len(twin))
				continue
			}
			for i, v := range l.Variables {
				if !slices.Equal(v.Value.Float64s(), twin[i].Value.Float64s()) {
					t.Errorf("%s: %s differs from %s", legacy, v.Name, modern)
				}
			}
		}
	}
}

func TestOpenNamesTheFile(t *testing.T) {
	for _, name := range []string{"testdata/absent.keras", "testdata/models.json"} {
		if _, err := keras.Open(name); err == nil || !strings.HasPrefix(err.Error(), "keras: ") || strings.Count(err.Error(), name) != 1 {
			t.Errorf("%v, expected an error that names %s", err, name)
		}
	}
}
