package lince

import (
	"maps"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// chain returns three dense layers behind each other, the second in a model
// within.
func chain(t testing.TB) *Model {
	t.Helper()
	within := must[*Model](t)(Sequential(layers.Input{Shape: []int{4}}, layers.Dense{Units: 4, Name: "block2_dense"}, layers.BatchNormalization{Name: "block2_norm"}))
	return must[*Model](t)(Sequential(layers.Input{Shape: []int{4}}, layers.Dense{Units: 4, Name: "block1_dense"}, within, layers.Dense{Units: 1, Name: "head"}))
}

func trainableNames(m *Model) (names []string) {
	for instance := range m.network.deep() {
		if instance.Trainable() && instance.Class() != "InputLayer" {
			names = append(names, instance.Name())
		}
	}
	return names
}

func TestFreezingByName(t *testing.T) {
	for name, c := range map[string]struct {
		freeze func(*Model) error
		want   string
	}{
		"from a layer":                 {func(m *Model) error { return m.UnfreezeFrom("head") }, "head"},
		"from one within":              {func(m *Model) error { return m.UnfreezeFrom("block2_norm") }, "block2_norm head"},
		"from one within, by path":     {func(m *Model) error { return m.UnfreezeFrom("sequential/block2_norm") }, "block2_norm head"},
		"from the model within":        {func(m *Model) error { return m.UnfreezeFrom("sequential") }, "block2_dense block2_norm head"},
		"a prefix":                     {func(m *Model) error { return m.FreezePrefix("block") }, "head"},
		"a prefix of the path":         {func(m *Model) error { return m.FreezePrefix("sequential/") }, "block1_dense head"},
		"a prefix, unfrozen again":     {func(m *Model) error { m.Freeze(); return m.UnfreezePrefix("block2_") }, "block2_dense block2_norm"},
		"one layer within":             {func(m *Model) error { m.Layer("sequential/block2_dense").SetTrainable(false); return nil }, "block1_dense block2_norm head"},
		"the model within, as a whole": {func(m *Model) error { m.Layer("sequential").SetTrainable(false); return nil }, "block1_dense head"},
	} {
		t.Run(name, func(t *testing.T) {
			m := chain(t)
			if err := c.freeze(m); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(trainableNames(m), " "); got != c.want {
				t.Errorf("trainable are %q, want %q", got, c.want)
			}
		})
	}
	m := chain(t)
	errorHas(t, m.FreezePrefix("nothing"), `"nothing"`, "Summary")
	errorHas(t, m.UnfreezeFrom("block2_dens"), `"block2_dens"`, "Summary")
}

// The frozen part of a network computes in a training step what it computes
// in a prediction, and nothing else: no gradients, and none of what batch
// normalisation does in training. The optimiser remembers nothing of it.
func TestFrozenPartOnlyInfers(t *testing.T) {
	m := must[*Model](t)(Sequential(picture,
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Name: "frozen_conv"}, layers.BatchNormalization{Name: "frozen_norm"}, layers.ReLU{Name: "frozen_relu"},
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Name: "top_conv"}, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid, Name: "head"},
	))
	if err := m.FreezePrefix("frozen_"); err != nil {
		t.Fatal(err)
	}
	compiled(t, m, Training{Optimizer: optimizers.Adam{}})
	if err := m.ready(); err != nil {
		t.Fatal(err)
	}
	form := signature{
		inputs:  []graph.Type{{DType: tensor.Float32, Shape: tensor.Shape{graph.Batch, 8, 8, 3}}},
		targets: []graph.Type{{DType: tensor.Float32, Shape: tensor.Shape{graph.Batch}}},
	}
	describe := func(what purpose) map[string]int {
		b := builder{model: m, form: form, graph: graph.New(), program: &program{form: form}, described: &graph.Program{}}
		if what == predicting {
			if err := b.predict(); err != nil {
				t.Fatal(err)
			}
		} else {
			if err := b.learn(true); err != nil {
				t.Fatal(err)
			}
		}
		counts := map[string]int{}
		for _, node := range b.described.Nodes() {
			if name, _, _ := strings.Cut(node.Scope(), "/"); strings.HasPrefix(name, "frozen_") {
				counts[name]++
			}
		}
		return counts
	}
	predicting, training := describe(predicting), describe(learning)
	if len(predicting) != 3 {
		t.Fatalf("the prediction's operations are %v", predicting)
	}
	for name, count := range predicting {
		if training[name] != count {
			t.Errorf("%s has %d operations in a training step, %d in a prediction", name, training[name], count)
		}
	}
	for _, slot := range m.training.slots.All() {
		if strings.HasPrefix(slot.Name, "frozen_") {
			t.Errorf("the optimiser keeps %s", slot.Name)
		}
	}
	if got := len(m.training.slots.All()); got != 8 {
		t.Errorf("Adam keeps %d variables for 4 trainable weights, want 8", got)
	}
}

// The engine's steps too: those of the frozen part are the same as in a
// prediction.
func TestFrozenPartOnlyInfersOnTheEngine(t *testing.T) {
	var ran map[string]int
	engine := must[*cpu.Engine](t)(cpu.New(cpu.Options{Threads: 1, Observe: func(step cpu.Step, _ time.Duration) {
		if strings.HasPrefix(step.Scope, "conv2d") {
			ran[step.Operation]++
		}
	}}))
	defer engine.Close()
	m := must[*Model](t)(Sequential(picture, layers.Conv2D{Filters: 4, Kernel: layers.Square(3)}, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid}))
	m.Layer("conv2d").SetTrainable(false)
	compiled(t, m, Training{Backend: engine})
	ran = map[string]int{}
	must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), drawn(t, 1, 4, 8, 8, 3)))
	predicting := ran
	ran = map[string]int{}
	must[*History](t)(m.Fit(t.Context(), halves(t, 4), Fit{}))
	if len(predicting) == 0 || !maps.Equal(predicting, ran) {
		t.Errorf("the frozen layer's steps are %v in a training and %v in a prediction", ran, predicting)
	}
}

// Batch normalisation is frozen wherever it is, and nothing else.
func TestFreezeBatchNormalization(t *testing.T) {
	m := chain(t)
	m.FreezeBatchNormalization()
	for name, want := range map[string]bool{"block1_dense": true, "sequential/block2_dense": true, "sequential/block2_norm": false, "head": true} {
		if got := m.Layer(name).Trainable(); got != want {
			t.Errorf("%s is trainable: %v", name, got)
		}
	}
}

// A file keeps them, too.
func TestSavedRateFactors(t *testing.T) {
	m, path := chain(t), filepath.Join(t.TempDir(), "model.keras")
	compiled(t, m, Training{Loss: losses.MeanSquaredError{}, RateFactors: map[string]float64{"sequential/block2_dense": 0.25}})
	must[*History](t)(m.Fit(t.Context(), arrays(t, 4, drawn(t, 1, 4, 4), column(t, 1, 2, 3, 4)), Fit{}))
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	again := must[*Model](t)(Load(path))
	if got := again.training.RateFactors; !maps.Equal(got, m.training.RateFactors) {
		t.Errorf("the file gives %v", got)
	}
}

// A layer's factor multiplies its step: gradient descent moves it so much less.
func TestRateFactors(t *testing.T) {
	moved := func(factors map[string]float64) (lower, head []float32) {
		m := chain(t)
		compiled(t, m, Training{Loss: losses.MeanSquaredError{}, Optimizer: optimizers.SGD{LearningRate: 0.5}, RateFactors: factors})
		a, b := weights(t, m, "sequential/block2_dense"), weights(t, m, "head")
		must[*History](t)(m.Fit(t.Context(), arrays(t, 4, drawn(t, 1, 4, 4), column(t, 1, 2, 3, 4)), Fit{}))
		difference := func(after, before []float32) []float32 {
			for i := range after {
				after[i] -= before[i]
			}
			return after
		}
		return difference(weights(t, m, "sequential/block2_dense"), a), difference(weights(t, m, "head"), b)
	}
	lower, head := moved(nil)
	slower, same := moved(map[string]float64{"sequential": 0.25})
	sameNumbers(t, "the head's step", same, head, 0)
	for i := range lower {
		lower[i] *= 0.25
	}
	sameNumbers(t, "the lower layer's step", slower, lower, 1e-6)

	for range 5 {
		both, _ := moved(map[string]float64{"sequential": 0, "sequential/block2_dense": 0.25})
		sameNumbers(t, "the step of a layer that is given within another", both, lower, 1e-6)
	}
	for _, factors := range map[string]map[string]float64{"unknown": {"nothing": 1}, "negative": {"head": -1}, "infinite": {"head": math.Inf(1)}} {
		err := chain(t).Compile(Training{Loss: losses.MeanSquaredError{}, RateFactors: factors})
		errorHas(t, err, "RateFactors", "not below 0")
	}
}
