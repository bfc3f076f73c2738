package lince

import (
	"encoding/json"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// forked returns a model with the outputs a and b of 2 and 1 numbers.
func forked(t testing.TB) *Model {
	t.Helper()
	x := layers.NewInput(layers.Input{Shape: []int{3}})
	return must[*Model](t)(NewModel(Inputs(x), Outputs(layers.Apply(layers.Dense{Units: 2, Name: "a"}, x), layers.Apply(layers.Dense{Units: 1, Name: "b"}, x))))
}

func TestLossesOfOutputsRefuse(t *testing.T) {
	mse := losses.MeanSquaredError{}
	of := func(name string) map[string]losses.Loss { return map[string]losses.Loss{name: mse} }
	for name, c := range map[string]struct {
		training Training
		words    []string
	}{
		"both":               {Training{Loss: mse, Losses: of("a")}, []string{"Loss and Losses"}},
		"none":               {Training{Losses: map[string]losses.Loss{}}, []string{"needs a Loss"}},
		"an unknown output":  {Training{Losses: of("c")}, []string{"Losses", `"c"`, "a, b"}},
		"a nil loss":         {Training{Losses: map[string]losses.Loss{"a": nil}}, []string{`"a"`, "leave the output out"}},
		"an unknown weight":  {Training{Loss: mse, LossWeights: map[string]float64{"c": 1}}, []string{"LossWeights", `"c"`}},
		"a negative weight":  {Training{Loss: mse, LossWeights: map[string]float64{"a": -1}}, []string{`"a"`, "-1"}},
		"unnamed metrics":    {Training{Loss: mse, Metrics: []metrics.Metric{metrics.Accuracy{}}}, []string{"OutputMetrics", "a, b"}},
		"an unknown metric":  {Training{Loss: mse, OutputMetrics: map[string][]metrics.Metric{"c": {metrics.Accuracy{}}}}, []string{"OutputMetrics", `"c"`}},
		"a loss that is odd": {Training{Losses: map[string]losses.Loss{"b": losses.CategoricalCrossentropy{}}}, []string{`"b"`, "BinaryCrossentropy"}},
	} {
		t.Run(name, func(t *testing.T) { errorHas(t, forked(t).Compile(c.training), c.words...) })
	}
}

// An output without a loss needs no target and its layer does not learn; a
// weight multiplies the gradient.
func TestOutputWithoutLoss(t *testing.T) {
	m := forked(t)
	compiled(t, m, Training{Losses: map[string]losses.Loss{"b": losses.MeanSquaredError{}}, LossWeights: map[string]float64{"b": 0}, Optimizer: optimizers.SGD{LearningRate: 0.5}})
	before := values(t, m)
	source := arrays(t, 2, drawn(t, 1, 4, 3), column(t, 1, 2, 3, 4))
	history := must[*History](t)(m.Fit(t.Context(), source, Fit{}))
	if len(history.Names) != 1 || history.Last("loss") != 0 {
		t.Errorf("measured are %v with a loss of %v", history.Names, history.Last("loss"))
	}
	sameNumbers(t, "weights", values(t, m), before, 0)

	compiled(t, m, Training{Losses: map[string]losses.Loss{"b": losses.MeanSquaredError{}}, Optimizer: optimizers.SGD{LearningRate: 0.5}})
	head := weights(t, m, "a")
	must[*History](t)(m.Fit(t.Context(), source, Fit{}))
	sameNumbers(t, "the layer without loss", weights(t, m, "a"), head, 0)
	three := must[data.Source](t)(data.FromArrays(data.Arrays{
		Inputs: []*tensor.Tensor{drawn(t, 1, 4, 3)}, Targets: []*tensor.Tensor{column(t, 1, 2, 3, 4), column(t, 1, 2, 3, 4), column(t, 1, 2, 3, 4)},
	}))
	_, err := m.Fit(t.Context(), three, Fit{})
	errorHas(t, err, "3 targets", "expected 2")
}

// The outputs' losses add up, each times its weight.
func TestLossesAddUp(t *testing.T) {
	m := forked(t)
	training := Training{Loss: losses.MeanSquaredError{}, LossWeights: map[string]float64{"a": 2, "b": 0.5}, OutputMetrics: map[string][]metrics.Metric{"b": {metrics.Mean{Loss: losses.MeanAbsoluteError{}}}}}
	compiled(t, m, training)
	source := must[data.Source](t)(data.FromArrays(data.Arrays{
		Inputs: []*tensor.Tensor{drawn(t, 1, 5, 3)}, Targets: []*tensor.Tensor{drawn(t, 2, 5, 2), drawn(t, 3, 5, 1)}, BatchSize: 2,
	}))
	logs := must[Logs](t)(m.Evaluate(t.Context(), source))
	a, _ := logs.Get("a_loss")
	b, _ := logs.Get("b_loss")
	whole, _ := logs.Get("loss")
	if d := whole - 2*a - 0.5*b; d > 1e-6 || d < -1e-6 || a == 0 || b == 0 {
		t.Errorf("%v is not 2·%v + 0.5·%v", whole, a, b)
	}
	if _, ok := logs.Get("b_mean_absolute_error"); !ok || len(logs) != 4 {
		t.Errorf("measured are %v", logs)
	}
	_, err := m.Fit(t.Context(), source, Fit{BalancedClasses: true})
	errorHas(t, err, "class weights", "one target", "2")
}

// Nodes of Keras 3 and of Keras 2 that say training=False.
func TestNodesThatInfer(t *testing.T) {
	for text, want := range map[string]bool{
		`{"args": [], "kwargs": {"training": false, "mask": null}}`: true,
		`{"args": [], "kwargs": {"training": true}}`:                false,
		`{"args": [], "kwargs": {}}`:                                false,
		`[["input_1", 0, 0, {"training": false}]]`:                  true,
		`[["input_1", 0, 0, {}]]`:                                   false,
	} {
		node := decoded(t, []byte(`{"node": `+text+`}`))["node"]
		if got := infers(node); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// Keras 2 counts the uses of a model within from 1.
func TestUsesCountedByKeras2(t *testing.T) {
	input := func(name string) config.Map {
		return object("InputLayer", config.Map{"batch_input_shape": []any{nil, 4}, "name": name}, "name", name, "inbound_nodes", []any{})
	}
	within := object("Sequential", config.Map{"name": "within", "layers": []any{input("inside"), object("Dense", config.Map{"units": 2, "name": "dense"})}},
		"name", "within", "inbound_nodes", []any{[]any{[]any{"in", 0, 0, config.Map{}}}})
	last := object("Flatten", config.Map{"name": "last"}, "name", "last", "inbound_nodes", []any{[]any{[]any{"within", 1, 0, config.Map{}}}})
	for _, output := range [][]any{{"last", 0, 0}, {"within", 1, 0}} {
		described := object("Model", config.Map{"name": "old", "layers": []any{input("in"), within, last}, "input_layers": []any{[]any{"in", 0, 0}}, "output_layers": []any{output}})
		m, err := decoder{}.model(must[config.Object](t)(config.ParseObject(decoded(t, must[[]byte](t)(json.Marshal(described))))))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.OutputShape(); !got.Equal(tensor.Shape{-1, 2}) {
			t.Errorf("%v: the output is %v", output, got)
		}
	}
}
