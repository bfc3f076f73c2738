package lince

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

// kerasNetwork is what Keras computed with a model that testdata/generate.py made.
type kerasNetwork struct {
	Inputs, Outputs, Before, Targets []numbers
	SampleWeights                    []numbers `json:"sample_weights"`
	Evaluated                        map[string]float64
	History                          map[string][]float64
	Summary                          string
}

// numbers is an array of Keras.
type numbers struct {
	Shape  []int
	Values []float32
}

func (n numbers) tensor(t testing.TB) *tensor.Tensor {
	t.Helper()
	return must[*tensor.Tensor](t)(tensor.Of(n.Values, n.Shape...))
}

func tensorsOf(t testing.TB, list []numbers) (tensors []*tensor.Tensor) {
	t.Helper()
	for _, n := range list {
		tensors = append(tensors, n.tensor(t))
	}
	return tensors
}

func networkOfKeras(t testing.TB, name string) (n kerasNetwork) {
	t.Helper()
	text := must[[]byte](t)(os.ReadFile(filepath.Join("testdata", name+".json")))
	if err := json.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// sameNumbers compares with a relative tolerance of some roundings of float32.
func sameNumbers(t testing.TB, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, Keras' %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tolerance*(1+math.Abs(float64(want[i])))) {
			t.Errorf("%s: number %d is %v, Keras' %v", what, i, got[i], want[i])
			return
		}
	}
}

// All files of a model predict what Keras predicts: as Keras 3 and Keras 2
// write them, whole and as weights for a model that is there.
func TestNetworksOfKerasPredict(t *testing.T) {
	for name, files := range map[string][]string{
		"branches": {"branches.keras", "branches.h5", "branches.weights.h5"},
		"twins":    {"twins.keras", "twins.h5", "twins.weights.h5"},
		"frozen":   {"frozen.keras", "frozen.h5", "frozen.weights.h5", "frozen_keras2.h5"},
	} {
		want := networkOfKeras(t, name)
		outputs := want.Outputs
		if want.Before != nil {
			outputs = want.Before
		}
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				m := must[*Model](t)(Load(filepath.Join("testdata", name+".keras")))
				if strings.HasSuffix(file, ".weights.h5") {
					for _, w := range m.network.weights() {
						if err := m.state().Write(w.Variable, must[*tensor.Tensor](t)(tensor.New(tensor.Float32, w.Variable.Type.Shape...))); err != nil {
							t.Fatal(err)
						}
					}
					if err := m.LoadWeights(filepath.Join("testdata", file)); err != nil {
						t.Fatal(err)
					}
				} else {
					m = must[*Model](t)(Load(filepath.Join("testdata", file)))
				}
				predictsAs(t, m, want.Inputs, outputs)
				predictsAs(t, again(t, m), want.Inputs, outputs)
			})
		}
	}
}

func predictsAs(t *testing.T, m *Model, inputs, outputs []numbers) {
	t.Helper()
	got := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), tensorsOf(t, inputs)...))
	if len(got) != len(outputs) {
		t.Fatalf("%d outputs, Keras has %d", len(got), len(outputs))
	}
	for i, output := range outputs {
		if !got[i].Shape().Equal(output.Shape) {
			t.Errorf("output %d has the shape %v, Keras' %v", i, got[i].Shape(), output.Shape)
		}
		sameNumbers(t, "prediction", got[i].Float32s(), output.Values, 2e-6)
	}
}

// The file says how a model of several outputs is trained: by it Lince measures
// and learns what Keras does, with sample weights for each output.
func TestNetworkOfKerasTrains(t *testing.T) {
	want := networkOfKeras(t, "branches")
	m := must[*Model](t)(Load("testdata/branches.keras"))
	source := must[data.Source](t)(data.FromArrays(data.Arrays{
		Inputs: tensorsOf(t, want.Inputs), Targets: tensorsOf(t, want.Targets), SampleWeights: tensorsOf(t, want.SampleWeights),
		BatchSize: 3, NoShuffle: true,
	}))
	const tolerance = 1e-5
	logs := must[Logs](t)(m.Evaluate(t.Context(), source))
	if len(logs) != len(want.Evaluated) {
		t.Errorf("measured are %v, by Keras %v", logs, want.Evaluated)
	}
	for name, value := range want.Evaluated {
		if got, ok := logs.Get(name); !ok || math.Abs(got-value) > tolerance {
			t.Errorf("%s is %v, Keras' %v", name, got, value)
		}
	}
	history := must[*History](t)(m.Fit(t.Context(), source, Fit{Epochs: 3}))
	if len(history.Values) != len(want.History) {
		t.Errorf("the history has %v, Keras' %v", history.Names, maps.Keys(want.History))
	}
	for name, series := range want.History {
		for epoch, value := range series {
			if got := history.Values[name][epoch]; math.Abs(got-value) > tolerance {
				t.Errorf("%s of epoch %d is %v, Keras' %v", name, epoch, got, value)
			}
		}
	}
	predictsAs(t, m, want.Inputs, want.Outputs)
	trained := must[*Model](t)(Load("testdata/branches.keras"))
	if err := trained.LoadWeights("testdata/branches_trained.weights.h5"); err != nil {
		t.Fatal(err)
	}
	sameNumbers(t, "weights", values(t, m), values(t, trained), tolerance)
	sameLines(t, m.SummaryWith(SummaryOptions{LineLength: 120, ExpandNested: true, ShowTrainable: true}), want.Summary)

	resumed := again(t, m) // with the optimiser's memory
	logs = must[Logs](t)(m.Evaluate(t.Context(), source))
	for i, log := range must[Logs](t)(resumed.Evaluate(t.Context(), source)) {
		if log != logs[i] {
			t.Errorf("%v after saving and loading, %v before", log, logs[i])
		}
	}
}

func sameLines(t testing.TB, got, want string) {
	t.Helper()
	g, w := strings.Split(strings.TrimRight(got, "\n"), "\n"), strings.Split(strings.TrimRight(want, "\n"), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("line %d is\n%s\nKeras'\n%s", i+1, g[i], w[i])
			return
		}
	}
	if len(g) != len(w) {
		t.Errorf("%d lines, Keras' %d", len(g), len(w))
	}
}

func TestSummariesOfNetworks(t *testing.T) {
	for _, name := range []string{"twins", "frozen"} {
		m := must[*Model](t)(Load(filepath.Join("testdata", name+".keras")))
		sameLines(t, m.SummaryWith(SummaryOptions{LineLength: 120, ExpandNested: true, ShowTrainable: true}), networkOfKeras(t, name).Summary)
	}
}

// Keras' logits of a real ResNet for two drawn pictures, out of which softmax
// makes probabilities that differ from each other by 26 in their logarithms.
func TestRealResNet(t *testing.T) {
	m := must[*Model](t)(Load(sharedModel(t, "mlperf_tiny_cifar10_resnet8.h5")))
	defer m.Close()
	want := [][]float64{
		{-18.23123, -4.858885, -8.400226, -7.09238, -32.75991, -25.10574, 8.605894, -29.51506, -1.56675, -19.93033},
		{-13.60394, -5.864252, -4.291878, -7.319881, -31.57615, -23.31502, 1.815246, -24.78823, -6.501089, -16.83834},
	}
	x := must[*tensor.Tensor](t)(tensor.New(tensor.Float32, 2, 32, 32, 3))
	for i := range x.Float32s() {
		x.Float32s()[i] = float32((i*i + 31*i) % 251)
	}
	probabilities := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))[0].Float32s()
	for sample, logits := range want {
		row := probabilities[10*sample:]
		for i, logit := range logits {
			got := math.Log(float64(row[i])) - math.Log(float64(row[0]))
			if d := math.Abs(got - (logit - logits[0])); !(d <= 1e-4) {
				t.Errorf("sample %d: logit %d is %v above the first, Keras' %v", sample, i, got, logit-logits[0])
			}
		}
	}
}

// Cut at a layer, a loaded network gives what the whole computes there, with
// the same weights.
func TestCutNetworkOfKeras(t *testing.T) {
	m := must[*Model](t)(Load("testdata/branches.keras"))
	want := networkOfKeras(t, "branches")
	cut := must[*Model](t)(NewModel(m.Inputs(), Outputs(m.Layer("joined").Output(), m.Layer("kind").Output())))
	outputs := must[[]*tensor.Tensor](t)(cut.PredictOnBatch(t.Context(), tensorsOf(t, want.Inputs)...))
	sameNumbers(t, "the output kept", outputs[1].Float32s(), want.Before[0].Values, 2e-6)
	if !outputs[0].Shape().Equal(tensor.Shape{6, 8}) {
		t.Errorf("the cut gives %v", outputs[0])
	}
	within := m.Layer("base").Layer().(*Model)
	features := must[*Model](t)(NewModel(within.Inputs(), Outputs(within.Layer("norm").Output())))
	if got := features.OutputShape(); !got.Equal(tensor.Shape{-1, 4, 4, 4}) {
		t.Errorf("the model within, cut, gives %v", got)
	}
}
