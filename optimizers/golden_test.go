package optimizers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// trainer steps an optimiser over variables whose gradients a test gives.
type trainer struct {
	optimizer optimizers.Optimizer
	slots     optimizers.Slots
	state     backend.State
	weights   []*graph.Variable
	program   backend.Executable
	batches   int
}

func newTrainer(optimizer optimizers.Optimizer, variables []golden.Slot) (*trainer, error) {
	tr := &trainer{optimizer: optimizer, state: reference.New().NewState()}
	for _, v := range variables {
		variable := &graph.Variable{Name: v.Path, Type: graph.Type{DType: tensor.Float32, Shape: v.Value.Shape}}
		tr.weights = append(tr.weights, variable)
		value, err := v.Value.Tensor()
		if err != nil {
			return nil, err
		}
		if err := tr.write(variable, value); err != nil {
			return nil, err
		}
	}
	return tr, tr.build()
}

// build makes the program of a step, as if for the first time.
func (tr *trainer) build() error {
	g := graph.New()
	program := &graph.Program{}
	var weights []optimizers.Weight
	for _, v := range tr.weights {
		gradient := g.Parameter("gradient of "+v.Name, tensor.Float32, v.Type.Shape...)
		program.Inputs = append(program.Inputs, gradient)
		weights = append(weights, optimizers.Weight{Name: v.Name, Variable: v, Value: g.Read(v), Gradient: gradient})
	}
	rate, number := g.Parameter("rate", tensor.Float32), g.Parameter("number", tensor.Float32)
	program.Inputs = append(program.Inputs, rate, number)
	known := len(tr.slots.All())
	var err error
	if program.Updates, err = optimizers.Apply(tr.optimizer, weights, rate, number, &tr.slots); err != nil {
		return err
	}
	if known == 0 {
		if err := tr.initialize(); err != nil {
			return err
		}
	}
	tr.program, err = reference.New().Compile(context.Background(), program, 0)
	return err
}

func (tr *trainer) initialize() error {
	for _, slot := range tr.slots.All() {
		value, err := tensor.New(tensor.Float32, slot.Variable.Type.Shape...)
		if err != nil {
			return err
		}
		for i := range value.Float32s() {
			value.Float32s()[i] = slot.Initial
		}
		if err := tr.write(slot.Variable, value); err != nil {
			return err
		}
	}
	return nil
}

func (tr *trainer) write(v *graph.Variable, value *tensor.Tensor) error {
	if err := tr.state.Declare(v); err != nil {
		return err
	}
	return tr.state.Write(v, value)
}

func (tr *trainer) step(gradients []golden.Array) error {
	var inputs []*tensor.Tensor
	for _, gradient := range gradients {
		input, err := gradient.Tensor()
		if err != nil {
			return err
		}
		inputs = append(inputs, input)
	}
	rate := tr.optimizer.Rate().At(tr.batches)
	tr.batches++
	inputs = append(inputs, tensor.Scalar(float32(rate)), tensor.Scalar(float32(tr.batches)))
	return tr.program.Run(context.Background(), tr.state, 0, inputs, nil)
}

func (tr *trainer) value(v *graph.Variable) ([]float32, error) {
	value, err := tensor.New(v.Type.DType, v.Type.Shape...)
	if err != nil {
		return nil, err
	}
	return value.Float32s(), tr.state.Read(v, value)
}

func (tr *trainer) compare(v *graph.Variable, want golden.Array) error {
	got, err := tr.value(v)
	if err != nil {
		return err
	}
	if err := golden.Near(want, got, 2e-6, 2e-7); err != nil {
		return fmt.Errorf("%s: %w", v.Name, err)
	}
	return nil
}

func decode(t *testing.T, class string, configuration golden.Config) config.Object {
	t.Helper()
	object := config.Object{Class: class}
	if err := json.Unmarshal(configuration, &object.Config); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestGolden(t *testing.T) {
	cases, err := golden.Optimizers()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			optimizer, err := optimizers.Decode(decode(t, c.Class, c.Config))
			if err != nil {
				t.Fatal(err)
			}
			if aw, ok := optimizer.(optimizers.AdamW); ok {
				aw.ExcludeFromWeightDecay = c.NoDecay
				optimizer = aw
			}
			tr, err := newTrainer(optimizer, c.Variables)
			if err != nil {
				t.Fatal(err)
			}
			for i, step := range c.Steps {
				if i == 3 { // a program built anew goes on with the slots
					if err := tr.build(); err != nil {
						t.Fatal(err)
					}
				}
				if err := tr.step(step.Gradients); err != nil {
					t.Fatal(err)
				}
				for j, want := range step.Weights {
					if err := tr.compare(tr.weights[j], want); err != nil {
						t.Fatalf("step %d: %v", i+1, err)
					}
				}
			}
			compareState(t, tr, c)
		})
	}
}

// compareState checks the slots: their names, order and values, and the
// weights that the averages give at the end.
func compareState(t *testing.T, tr *trainer, c golden.Optimizer) {
	t.Helper()
	state := c.State[1:] // iteration
	if _, constant := tr.optimizer.Rate().(optimizers.Constant); constant {
		state = state[1:] // learning_rate
	}
	slots := tr.slots.All()
	if len(slots) != len(state) {
		t.Fatalf("%d slots, want %d", len(slots), len(state))
	}
	for i, want := range state {
		if want.Name == "variable" { // Keras leaves Nadam's product unnamed
			want.Name = "u_product"
		}
		if slots[i].Name != want.Name {
			t.Errorf("slot %d is %s, want %s", i, slots[i].Name, want.Name)
		}
		if err := tr.compare(slots[i].Variable, want.Value); err != nil {
			t.Error(err)
		}
	}
	for i, want := range c.Finalized {
		if err := tr.compare(tr.slots.Average(tr.weights[i].Name), want); err != nil {
			t.Errorf("average: %v", err)
		}
	}
}

func TestObjectRoundTrip(t *testing.T) {
	cases, err := golden.Optimizers()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		want := decode(t, c.Class, c.Config)
		optimizer, err := optimizers.Decode(want)
		if err != nil {
			t.Fatal(err)
		}
		got := optimizer.Object()
		if got.Class != want.Class {
			t.Errorf("%s: class %s", c.Name, got.Class)
		}
		sameJSON(t, c.Name, got.Config, want.Config)
	}
}

func sameJSON(t *testing.T, name string, got, want any) {
	t.Helper()
	texts := [2]string{}
	for i, value := range []any{got, want} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	if texts[0] != texts[1] {
		t.Errorf("%s:\n got %s\nwant %s", name, texts[0], texts[1])
	}
}

func TestSchedulesGolden(t *testing.T) {
	cases, err := golden.Schedules()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		want := decode(t, c.Class, c.Config)
		schedule, err := optimizers.DecodeSchedule(want)
		if err != nil {
			t.Fatal(err)
		}
		rates := make([]float64, len(c.Steps))
		for i, step := range c.Steps {
			rates[i] = schedule.At(step)
		}
		if err := golden.Near(c.Rates, rates, 1e-6, 1e-8); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		got := schedule.Object()
		if got.Class != want.Class {
			t.Errorf("%s: class %s", c.Name, got.Class)
		}
		sameJSON(t, c.Name, got.Config, want.Config)
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct {
		object config.Object
		want   string
	}{
		{config.Object{Class: "Lion"}, `no optimizer "Lion"`},
		{config.Object{Class: "Adam", Config: config.Map{"beta_1": "high"}}, "beta_1 of Adam"},
		{config.Object{Class: "SGD", Config: config.Map{"momentum": 2.0}}, "Momentum 2"},
		{config.Object{Class: "SGD", Config: config.Map{"clipnorm": 1.0, "clipvalue": 1.0}}, "one of them"},
		{config.Object{Class: "SGD", Config: config.Map{"learning_rate": config.Map{"class_name": "Spiral"}}}, `no schedule "Spiral"`},
		{config.Object{Class: "SGD", Config: config.Map{"learning_rate": config.Map{"class_name": "ExponentialDecay", "config": config.Map{"decay_steps": 0.0}}}}, "positive"},
	}
	for _, test := range tests {
		if _, err := optimizers.Decode(test.object); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: error %v, want one with %q", test.object, err, test.want)
		}
	}
}

func TestDecodeKeras2(t *testing.T) {
	optimizer, err := optimizers.Decode(config.Object{Class: "RMSprop", Config: config.Map{"lr": 0.1, "decay": 0.5, "rho": 0.9}})
	if err != nil {
		t.Fatal(err)
	}
	rate := optimizer.Rate()
	if got := [2]float64{rate.At(0), rate.At(2)}; got != [2]float64{0.1, 0.05} {
		t.Errorf("rates %v", got)
	}
}
