package lince

import (
	"math"
	"slices"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// small returns a network with batch normalisation and dropout for 8×8×3.
func small(t testing.TB) *Model {
	t.Helper()
	return must[*Model](t)(Sequential(picture,
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.BatchNormalization{Momentum: new(0.5)},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Flatten{}, layers.Dropout{Rate: 0.25},
		layers.Dense{Units: 1, Activation: activations.Sigmoid},
	))
}

// halves returns pictures of two classes for it, the last batch smaller.
func halves(t testing.TB, samples int) data.Source {
	t.Helper()
	y := make([]float32, samples)
	for i := range y {
		y[i] = float32(i % 2)
	}
	return arrays(t, 4, drawn(t, 9, samples, 8, 8, 3), column(t, y...))
}

func compiled(t testing.TB, m *Model, training Training) *Model {
	t.Helper()
	if training.Loss == nil && training.Losses == nil {
		training.Loss = losses.BinaryCrossentropy{}
	}
	if err := m.Compile(training); err != nil {
		t.Fatal(err)
	}
	return m
}

// values returns all weights of a model, layer by layer.
func values(t testing.TB, m *Model) (list []float32) {
	t.Helper()
	for _, instance := range m.Layers() {
		for _, w := range must[[]*tensor.Tensor](t)(m.Weights(instance.Name())) {
			list = append(list, w.Float32s()...)
		}
	}
	return list
}

func TestCompileRefuses(t *testing.T) {
	ending := func(units int) *Model {
		return must[*Model](t)(Sequential(layers.Input{Shape: []int{3}}, layers.Dense{Units: units}))
	}
	for name, c := range map[string]struct {
		units    int
		training Training
		words    []string
	}{
		"no loss":                       {1, Training{}, []string{"Loss", "BinaryCrossentropy"}},
		"categorical with one unit":     {1, Training{Loss: losses.CategoricalCrossentropy{}}, []string{"(None, 1)", "use BinaryCrossentropy", "softmax"}},
		"sparse with one unit":          {1, Training{Loss: losses.SparseCategoricalCrossentropy{}}, []string{"use BinaryCrossentropy"}},
		"a nil metric":                  {1, Training{Loss: losses.MeanSquaredError{}, Metrics: []metrics.Metric{nil}}, []string{"nil"}},
		"two metrics of one name":       {1, Training{Loss: losses.MeanSquaredError{}, Metrics: []metrics.Metric{metrics.Accuracy{}}, WeightedMetrics: []metrics.Metric{metrics.Accuracy{}}}, []string{`"accuracy"`, "Name"}},
		"a metric with the loss's name": {1, Training{Loss: losses.MeanSquaredError{}, Metrics: []metrics.Metric{metrics.Named{Metric: metrics.AUC{}, As: "loss"}}}, []string{`"loss"`}},
	} {
		t.Run(name, func(t *testing.T) { errorHas(t, ending(c.units).Compile(c.training), c.words...) })
	}
}

// Pairs that only the data tells to be wrong are refused by Fit.
func TestFitRefusesPairs(t *testing.T) {
	oneHot := must[*tensor.Tensor](t)(tensor.Of([]float32{1, 0, 0, 0, 1, 0}, 2, 3))
	for name, c := range map[string]struct {
		units  int
		loss   losses.Loss
		target *tensor.Tensor
		words  []string
	}{
		"binary with one-hot":      {1, losses.BinaryCrossentropy{}, oneHot, []string{"3 softmax units", "CategoricalCrossentropy"}},
		"categorical with numbers": {3, losses.CategoricalCrossentropy{}, column(t, 0, 2), []string{"SparseCategoricalCrossentropy"}},
		"sparse with one-hot":      {3, losses.SparseCategoricalCrossentropy{}, oneHot, []string{"with CategoricalCrossentropy"}},
		"fewer units than classes": {2, losses.CategoricalCrossentropy{}, oneHot, []string{"3 classes but 2 units"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := must[*Model](t)(Sequential(layers.Input{Shape: []int{3}}, layers.Dense{Units: c.units}))
			compiled(t, m, Training{Loss: c.loss})
			source := arrays(t, 2, drawn(t, 1, 2, 3), c.target)
			_, err := m.Fit(t.Context(), source, Fit{})
			errorHas(t, err, c.words...)
			_, err = m.Evaluate(t.Context(), source)
			errorHas(t, err, c.words...)
		})
	}
}

func TestBeforeCompile(t *testing.T) {
	m := small(t)
	_, err := m.Fit(t.Context(), halves(t, 4), Fit{})
	errorHas(t, err, "Fit before Compile")
	_, err = m.Evaluate(t.Context(), halves(t, 4))
	errorHas(t, err, "Evaluate before Compile")
	errorHas(t, m.SetLearningRate(0.1), "before Compile")
	if m.LearningRate() != 0 || m.Compiled() {
		t.Error("a model that was not compiled has a learning rate")
	}
}

func TestLearningRateOfAModel(t *testing.T) {
	m := compiled(t, small(t), Training{Optimizer: optimizers.SGD{LearningRate: 0.5}})
	if err := m.SetLearningRate(0.25); err != nil || m.LearningRate() != 0.25 {
		t.Errorf("the rate is %v: %v", m.LearningRate(), err)
	}
	for _, rate := range []float64{-1, math.NaN()} {
		errorHas(t, m.SetLearningRate(rate), "learning rate")
	}
	m = compiled(t, small(t), Training{Optimizer: optimizers.SGD{Schedule: optimizers.ExponentialDecay{InitialLearningRate: 1, DecayRate: 0.5}}})
	errorHas(t, m.SetLearningRate(0.1), "schedule")
	if _, err := m.Fit(t.Context(), halves(t, 8), Fit{}); err != nil || m.LearningRate() != 0.25 {
		t.Errorf("after two steps the schedule gives %v, want 0.25: %v", m.LearningRate(), err)
	}
}

func TestFreezing(t *testing.T) {
	m := compiled(t, small(t), Training{})
	m.Layer("conv2d").SetTrainable(false)
	_, err := m.Fit(t.Context(), halves(t, 4), Fit{})
	errorHas(t, err, `"conv2d"`, "Compile again")

	errorHas(t, m.UnfreezeFrom("nothing"), `"nothing"`, "Summary")
	if err := m.UnfreezeFrom("flatten"); err != nil {
		t.Fatal(err)
	}
	compiled(t, m, Training{})
	head := must[[]*tensor.Tensor](t)(m.Weights("dense"))
	kept := map[string][]*tensor.Tensor{}
	for _, name := range []string{"conv2d", "batch_normalization"} {
		kept[name] = must[[]*tensor.Tensor](t)(m.Weights(name))
	}
	if _, err := m.Fit(t.Context(), halves(t, 8), Fit{Epochs: 2}); err != nil {
		t.Fatal(err)
	}
	for name, before := range kept {
		for i, after := range must[[]*tensor.Tensor](t)(m.Weights(name)) {
			if !slices.Equal(before[i].Float32s(), after.Float32s()) {
				t.Errorf("weight %d of the frozen %s changed", i, name)
			}
		}
	}
	if after := must[[]*tensor.Tensor](t)(m.Weights("dense")); slices.Equal(head[0].Float32s(), after[0].Float32s()) {
		t.Error("the trainable layer did not change")
	}

	m.Freeze()
	compiled(t, m, Training{})
	_, err = m.Fit(t.Context(), halves(t, 4), Fit{})
	errorHas(t, err, "no layer is trainable")
	m.Unfreeze()
	compiled(t, m, Training{})
	if _, err := m.Fit(t.Context(), halves(t, 4), Fit{}); err != nil {
		t.Fatal(err)
	}
	if after := must[[]*tensor.Tensor](t)(m.Weights("batch_normalization")); slices.Equal(kept["batch_normalization"][2].Float32s(), after[2].Float32s()) {
		t.Error("the unfrozen batch normalisation did not take its batch's mean")
	}
}

// A frozen batch normalisation uses its averages in training: with nothing
// random in the model, the first training loss is the evaluation's.
func TestFrozenBatchNormalizationInfers(t *testing.T) {
	m := must[*Model](t)(Sequential(picture, layers.BatchNormalization{}, layers.Flatten{}, layers.Dense{Units: 1, Activation: activations.Sigmoid}))
	m.Layer("batch_normalization").SetTrainable(false)
	compiled(t, m, Training{})
	source := halves(t, 4)
	before, _ := must[Logs](t)(m.Evaluate(t.Context(), source)).Get("loss")
	if got := must[*History](t)(m.Fit(t.Context(), source, Fit{})).Last("loss"); math.Abs(got-before) > 1e-6 {
		t.Errorf("the first step's loss is %v, the evaluation's %v", got, before)
	}
}

func TestCompilingAgainKeepsWeights(t *testing.T) {
	m := compiled(t, small(t), Training{Seed: 1, Optimizer: optimizers.Adam{}})
	if _, err := m.Fit(t.Context(), halves(t, 8), Fit{}); err != nil {
		t.Fatal(err)
	}
	before := values(t, m)
	compiled(t, m, Training{Seed: 2, Optimizer: optimizers.SGD{LearningRate: 0.5}})
	if !slices.Equal(before, values(t, m)) {
		t.Error("Compile changed the weights")
	}
	if m.training.step != 0 || m.LearningRate() != 0.5 {
		t.Errorf("the fresh optimiser is at step %d with rate %v", m.training.step, m.LearningRate())
	}
	wrong := Training{Loss: losses.CategoricalCrossentropy{}}
	errorHas(t, m.Compile(wrong), "BinaryCrossentropy")
	if m.training.step != 0 || !slices.Equal(before, values(t, m)) {
		t.Error("a Compile that failed changed the model")
	}
}

// A model on the reference backend predicts the same, and one that changes
// engines in the middle of a training goes on as it would have.
func TestUseOfAnotherEngine(t *testing.T) {
	m := compiled(t, small(t), Training{Optimizer: optimizers.Adam{}})
	x := drawn(t, 4, 2, 8, 8, 3)
	want := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
	if err := m.Use(reference.New()); err != nil {
		t.Fatal(err)
	}
	got := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
	for i, p := range got[0].Float32s() {
		if math.Abs(float64(p-want[0].Float32s()[i])) > 1e-6 {
			t.Errorf("sample %d: %v on the reference backend, %v on the CPU engine", i, p, want[0].Float32s()[i])
		}
	}

	train := func(move bool) []float32 {
		m := compiled(t, small(t), Training{Optimizer: optimizers.Adam{}})
		if _, err := m.Fit(t.Context(), halves(t, 8), Fit{}); err != nil {
			t.Fatal(err)
		}
		if move {
			engine := must[*cpu.Engine](t)(cpu.New(cpu.Options{Threads: 1}))
			defer engine.Close()
			if err := m.Use(engine); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Fit(t.Context(), halves(t, 8), Fit{}); err != nil {
			t.Fatal(err)
		}
		return values(t, m)
	}
	if !slices.Equal(train(false), train(true)) {
		t.Error("a training that changes engines ends in other weights")
	}
}

// Closing a model leaves an engine alone that others use too.
func TestCloseLeavesGivenEngines(t *testing.T) {
	engine := must[*cpu.Engine](t)(cpu.New(cpu.Options{Threads: 2}))
	defer engine.Close()
	first, second := compiled(t, small(t), Training{Backend: engine}), compiled(t, small(t), Training{Backend: engine})
	x := drawn(t, 4, 2, 8, 8, 3)
	for _, m := range []*Model{first, second} {
		must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	own := small(t)
	must[[]*tensor.Tensor](t)(own.PredictOnBatch(t.Context(), x))
	if err := own.Close(); err != nil {
		t.Error(err)
	}
}

func TestSetWeightsAndSnapshotsRefuse(t *testing.T) {
	m := small(t)
	kernel := drawn(t, 1, 36, 1)
	errorHas(t, m.SetWeights("nothing", nil), `"nothing"`)
	errorHas(t, m.SetWeights("dense", []*tensor.Tensor{kernel}), "1 weights given", "has 2")
	errorHas(t, m.SetWeights("dense", []*tensor.Tensor{kernel, kernel}), "bias", "(1,)", "(36, 1)")
	errorHas(t, m.SetWeights("dense", []*tensor.Tensor{kernel, nil}), "bias")
	wide := must[*tensor.Tensor](t)(kernel.Convert(tensor.Float64))
	errorHas(t, m.SetWeights("dense", []*tensor.Tensor{wide, column(t, 0)}), "kernel", "float64")
	taken := must[*Snapshot](t)(m.Snapshot())
	if err := small(t).Restore(taken); err != nil { // a model that has no weights yet
		t.Error(err)
	}
	other := must[*Model](t)(Sequential(layers.Input{Shape: []int{3}}, layers.Dense{Units: 1}))
	errorHas(t, other.Restore(taken), "8 weights", "2")
	thin := must[*Model](t)(Sequential(layers.Input{Shape: []int{4}}, layers.Dense{Units: 1}))
	errorHas(t, thin.Restore(must[*Snapshot](t)(other.Snapshot())), "another model", "(3, 1)")
}
