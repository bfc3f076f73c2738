package lince

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// residual returns a functional model with a shared layer, Add and
// Concatenate, whose output is the shared layer's second use.
func residual(t testing.TB) *Model {
	t.Helper()
	x := layers.NewInput(picture)
	block := layers.Share(layers.Conv2D{Filters: 3, Kernel: layers.Square(3), Padding: layers.Same, Activation: activations.Tanh, Name: "block"})
	end := layers.Share(layers.Dense{Units: 4, Activation: activations.Sigmoid, Name: "end"})
	y := layers.Apply(layers.Add{}, x, block.Apply(block.Apply(x)))
	y = layers.Apply(layers.BatchNormalization{}, layers.Apply(layers.Concatenate{}, y, x))
	y = end.Apply(layers.Apply(layers.GlobalAveragePooling2D{}, layers.Apply(layers.Dropout{Rate: 0.3}, y)))
	y = layers.Apply(layers.Dense{Units: 4}, y)
	return must[*Model](t)(NewModel(Inputs(x), Outputs(end.Apply(layers.Apply(layers.Dense{Units: 6}, y)))))
}

// saved saves a model and loads it again.
func saved(t testing.TB, m *Model, options LoadOptions) *Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.keras")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	return must[*Model](t)(LoadWith(path, options))
}

func TestSavedModelsPredictTheSame(t *testing.T) {
	for name, m := range map[string]*Model{"sequential": small(t), "functional": residual(t)} {
		t.Run(name, func(t *testing.T) {
			again := saved(t, m, LoadOptions{})
			x := drawn(t, 3, 3, 8, 8, 3)
			want, got := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x)), must[[]*tensor.Tensor](t)(again.PredictOnBatch(t.Context(), x))
			if !slices.Equal(want[0].Float32s(), got[0].Float32s()) {
				t.Errorf("%v before and %v after", want[0].Float32s(), got[0].Float32s())
			}
			if again.Compiled() || again.Name() != m.Name() || again.Parameters() != m.Parameters() {
				t.Errorf("compiled %v, name %q, %d parameters of %d", again.Compiled(), again.Name(), again.Parameters(), m.Parameters())
			}
			if a, b := string(must[[]byte](t)(m.MarshalJSON())), string(must[[]byte](t)(again.MarshalJSON())); a != b {
				t.Errorf("the configuration was\n%s\nand is\n%s", a, b)
			}
			if again.Summary() != m.Summary() {
				t.Errorf("the summary was\n%sand is\n%s", m.Summary(), again.Summary())
			}
		})
	}
}

// The shared layer's output is its second use: the file must say so.
func TestSavedOutputsOfSharedLayers(t *testing.T) {
	x := layers.NewInput(layers.Input{Shape: []int{2}})
	twice := layers.Share(layers.Dense{Units: 2, Name: "twice"})
	m := must[*Model](t)(NewModel(Inputs(x), Outputs(twice.Apply(twice.Apply(x)), twice.Apply(x))))
	again := saved(t, m, LoadOptions{})
	in := drawn(t, 5, 2, 2)
	want, got := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), in)), must[[]*tensor.Tensor](t)(again.PredictOnBatch(t.Context(), in))
	for i := range want {
		if !slices.Equal(want[i].Float32s(), got[i].Float32s()) {
			t.Errorf("output %d: %v before and %v after", i, want[i].Float32s(), got[i].Float32s())
		}
	}
}

// Saved in the middle, a training goes on from the file to the bits it would
// have reached without.
func TestSavedTrainingGoesOn(t *testing.T) {
	schedule := optimizers.CosineDecay{InitialLearningRate: 0.01, DecaySteps: 20}
	for name, training := range map[string]Training{
		"sgd":       {Optimizer: optimizers.SGD{LearningRate: 0.1, Momentum: 0.9}},
		"rmsprop":   {},
		"adam":      {Optimizer: optimizers.Adam{}},
		"scheduled": {Optimizer: optimizers.Adam{Schedule: schedule}},
		"averaged":  {Optimizer: optimizers.AdamW{Options: optimizers.Options{EMA: optimizers.EMA{Use: true, OverwriteEvery: 3}}}},
		"measured":  {Optimizer: optimizers.Adam{}, Metrics: []metrics.Metric{metrics.Accuracy{}, metrics.Named{Metric: metrics.AUC{}, As: "area"}}, WeightedMetrics: []metrics.Metric{metrics.Precision{}}},
	} {
		for kind, model := range map[string]func(testing.TB) *Model{"sequential": small, "functional": residual} {
			t.Run(name+" "+kind, func(t *testing.T) { goesOn(t, training, model) })
		}
	}
}

func goesOn(t *testing.T, training Training, model func(testing.TB) *Model) {
	source := halves(t, 10)
	if width := model(t).OutputShape()[1]; width > 1 {
		source = arrays(t, 4, drawn(t, 9, 10, 8, 8, 3), drawn(t, 8, 10, width))
	}
	training.Loss = losses.BinaryCrossentropy{LabelSmoothing: 0.1}
	train := func(m *Model) *History { return must[*History](t)(m.Fit(t.Context(), source, Fit{Epochs: 2})) }
	whole := compiled(t, model(t), training)
	train(whole)
	again := saved(t, whole, LoadOptions{})
	unused := saved(t, again, LoadOptions{}) // saved before its optimiser's memory was taken over
	if !again.Compiled() || again.LearningRate() != whole.LearningRate() {
		t.Errorf("loaded: compiled %v, rate %v of %v", again.Compiled(), again.LearningRate(), whole.LearningRate())
	}
	want := train(whole)
	for _, m := range []*Model{again, unused} {
		got := train(m)
		if !slices.Equal(got.Names, want.Names) {
			t.Errorf("measured %q, uninterrupted %q", got.Names, want.Names)
		}
		for _, name := range want.Names {
			if !slices.Equal(got.Values[name], want.Values[name]) {
				t.Errorf("%s: %v, uninterrupted %v", name, got.Values[name], want.Values[name])
			}
		}
		if !slices.Equal(values(t, m), values(t, whole)) {
			t.Error("other weights than uninterrupted")
		}
	}
}

// What a loaded model does not say is what Compile without a seed means.
func TestSavedLearningRate(t *testing.T) {
	m := compiled(t, small(t), Training{Optimizer: optimizers.SGD{LearningRate: 0.5}})
	if err := m.SetLearningRate(0.125); err != nil {
		t.Fatal(err)
	}
	if again := saved(t, m, LoadOptions{}); again.LearningRate() != 0.125 {
		t.Errorf("the loaded model's rate is %v, want 0.125", again.LearningRate())
	}
	if bare := saved(t, m, LoadOptions{NoCompile: true}); bare.Compiled() {
		t.Error("compiled in spite of NoCompile")
	}
}

// pictures is a source that knows its classes and its preprocessing.
type pictures struct {
	data.Source
	preprocessing images.Preprocessing
}

func (p pictures) Spec() data.Spec {
	spec := p.Source.Spec()
	spec.Classes = []string{"kočka", "pes"}
	return spec
}
func (p pictures) Preprocessing() images.Preprocessing { return p.preprocessing }

func TestClassesAndPreprocessingTravel(t *testing.T) {
	m := compiled(t, small(t), Training{})
	source := pictures{halves(t, 4), images.Preprocessing{
		TargetSize: images.Size{Height: 8, Width: 8}, Rescale: 1. / 255, Interpolation: images.Bilinear, Mean: []float32{1, 2, 3},
	}}
	must[*History](t)(m.Fit(t.Context(), source, Fit{}))
	m.Layer("conv2d").SetTrainable(false)
	again := saved(t, m, LoadOptions{})
	if !slices.Equal(again.Classes, []string{"kočka", "pes"}) {
		t.Errorf("the classes are %q", again.Classes)
	}
	a, b := string(must[[]byte](t)(source.preprocessing.MarshalJSON())), string(must[[]byte](t)(again.Preprocessing.MarshalJSON()))
	if a != b {
		t.Errorf("the preprocessing was %s and is %s", a, b)
	}
	if again.Layer("conv2d").Trainable() || !again.Layer("dense").Trainable() {
		t.Error("which layers are frozen did not travel")
	}
}

// factor is a layer of one's own that can be saved.
type factor struct{ By float64 }

func (f factor) Call(_ *layers.Context, inputs ...*graph.Node) (*graph.Node, error) {
	return inputs[0].Scale(f.By), nil
}
func (f factor) Describe() layers.Description {
	return layers.Description{Class: "Factor", Config: config.Map{"by": f.By}}
}

// mute is one that cannot.
type mute struct{ factor }

func (mute) Describe() {} // hides factor's

func TestLayersOfOnesOwn(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{2}}, factor{3}))
	path := filepath.Join(t.TempDir(), "own.keras")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	errorHas(t, err, path, `"Factor"`, "decoder")
	again := must[*Model](t)(LoadWith(path, LoadOptions{Custom: map[string]func(*config.Reader) layers.Layer{
		"Factor": func(r *config.Reader) layers.Layer { return factor{r.Float("by", 1)} },
	}}))
	one := must[*tensor.Tensor](t)(tensor.Of([]float32{1, 2}, 1, 2))
	if out := must[[]*tensor.Tensor](t)(again.PredictOnBatch(t.Context(), one)); !slices.Equal(out[0].Float32s(), []float32{3, 6}) {
		t.Errorf("the loaded layer gives %v", out[0].Float32s())
	}
	silent := must[*Model](t)(Sequential(layers.Input{Shape: []int{2}}, mute{}))
	errorHas(t, silent.Save(path), path, `"mute"`, "Describe")
	must[*Model](t)(LoadWith(path, LoadOptions{Custom: map[string]func(*config.Reader) layers.Layer{ // which is still there
		"Factor": func(r *config.Reader) layers.Layer { return factor{r.Float("by", 1)} },
	}}))
}

func TestSaveRefuses(t *testing.T) {
	m := small(t)
	folder := t.TempDir()
	for _, path := range []string{filepath.Join(folder, "model.h5"), filepath.Join(folder, "model"), ""} {
		errorHas(t, m.Save(path), ".keras")
		errorHas(t, m.SaveWeights(strings.TrimSuffix(path, ".h5")), ".weights.h5")
	}
	missing := filepath.Join(folder, "nowhere", "model.keras")
	errorHas(t, m.Save(missing), missing)
	unbuilt := must[*Model](t)(Sequential(layers.Dense{Units: 1}))
	errorHas(t, unbuilt.Save(filepath.Join(folder, "model.keras")), "model.keras", "InputShape")
	_, err := unbuilt.MarshalJSON()
	errorHas(t, err, "InputShape")
	if entries := must[[]os.DirEntry](t)(os.ReadDir(folder)); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLoadWeights(t *testing.T) {
	folder := t.TempDir()
	for name, model := range map[string]func(testing.TB) *Model{"sequential": small, "functional": residual} {
		m, other := model(t), model(t)
		compiled(t, other, Training{Seed: 3})
		for _, path := range []string{filepath.Join(folder, name+".keras"), filepath.Join(folder, name+".weights.h5")} {
			save := m.Save
			if filepath.Ext(path) == ".h5" {
				save = m.SaveWeights
			}
			if err := save(path); err != nil {
				t.Fatal(err)
			}
			must[*Snapshot](t)(other.Snapshot())
			if err := other.LoadWeights(path); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(values(t, m), values(t, other)) {
				t.Errorf("%s gives other weights", path)
			}
		}
	}
}
