package optimizers_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// descend prints a weight that begins at 1 after each of three steps down the
// parabola w²/2.
func descend(o optimizers.Optimizer) {
	weight := &graph.Variable{Name: "dense/kernel", Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{}}}
	g := graph.New()
	w := g.Read(weight)
	rate, number := g.Parameter("rate", tensor.Float32), g.Parameter("number", tensor.Float32)
	gradients, err := graph.Gradient(w.Square().Scale(0.5), w)
	if err != nil {
		fmt.Println(err)
		return
	}
	var slots optimizers.Slots
	weights := []optimizers.Weight{{Name: weight.Name, Variable: weight, Value: w, Gradient: gradients[0]}}
	updates, err := optimizers.Apply(o, weights, rate, number, &slots)
	if err != nil {
		fmt.Println(err)
		return
	}
	program := &graph.Program{Inputs: []*graph.Node{rate, number}, Updates: updates}
	if err := run(program, weight, &slots, o.Rate()); err != nil {
		fmt.Println(err)
	}
}

func run(program *graph.Program, weight *graph.Variable, slots *optimizers.Slots, schedule optimizers.Schedule) error {
	engine := reference.New()
	state := engine.NewState()
	if err := state.Declare(program.Variables()...); err != nil {
		return err
	}
	value := tensor.Scalar(float32(1))
	if err := state.Write(weight, value); err != nil {
		return err
	}
	for _, slot := range slots.All() {
		if err := state.Write(slot.Variable, tensor.Scalar(slot.Initial)); err != nil {
			return err
		}
	}
	step, err := engine.Compile(context.Background(), program, 0)
	if err != nil {
		return err
	}
	for i := range 3 {
		inputs := []*tensor.Tensor{tensor.Scalar(float32(schedule.At(i))), tensor.Scalar(float32(i + 1))}
		if err := step.Run(context.Background(), state, 0, inputs, nil); err != nil {
			return err
		}
		if err := state.Read(weight, value); err != nil {
			return err
		}
		fmt.Printf("%.4f ", value.Float32s()[0])
	}
	fmt.Println()
	return nil
}

// rates prints the first rates of a schedule.
func rates(s optimizers.Schedule) {
	for step := range 6 {
		fmt.Printf("%.4f ", s.At(step))
	}
	fmt.Println()
}

func ExampleSGD() {
	descend(optimizers.SGD{LearningRate: 0.1, Momentum: 0.9})
	// Output: 0.9000 0.7200 0.4860
}

func ExampleRMSprop() {
	descend(optimizers.RMSprop{LearningRate: 0.1})
	// Output: 0.6838 0.4989 0.3692
}

func ExampleAdam() {
	descend(optimizers.Adam{LearningRate: 0.1, Beta1: new(0.5)})
	// Output: 0.9000 0.8019 0.7070
}

func ExampleAdamW() {
	descend(optimizers.AdamW{LearningRate: 0.1, Options: optimizers.Options{WeightDecay: new(0.01)}})
	// Output: 0.8990 0.7985 0.6989
}

func ExampleAdagrad() {
	descend(optimizers.Adagrad{LearningRate: 0.1})
	// Output: 0.9047 0.8393 0.7875
}

func ExampleAdadelta() {
	descend(optimizers.Adadelta{LearningRate: 1})
	// Output: 0.9986 0.9972 0.9957
}

func ExampleAdamax() {
	descend(optimizers.Adamax{LearningRate: 0.1})
	// Output: 0.9000 0.8052 0.7155
}

func ExampleNadam() {
	descend(optimizers.Nadam{LearningRate: 0.1})
	// Output: 0.8937 0.8202 0.7547
}

func ExampleOptions() {
	descend(optimizers.SGD{LearningRate: 0.5, Options: optimizers.Options{
		ClipNorm: 0.1, WeightDecay: new(0.1), ExcludeFromWeightDecay: []string{"bias"},
	}})
	// Output: 0.9000 0.8050 0.7147
}

func ExampleEMA() {
	descend(optimizers.SGD{LearningRate: 0.5, Options: optimizers.Options{
		EMA: optimizers.EMA{Use: true, Momentum: new(0.9), OverwriteEvery: 2},
	}})
	// Output: 0.5000 0.4750 0.2375
}

func ExampleConstant() {
	rates(optimizers.Constant{Rate: 0.1})
	// Output: 0.1000 0.1000 0.1000 0.1000 0.1000 0.1000
}

func ExampleExponentialDecay() {
	rates(optimizers.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 2, DecayRate: 0.5, Staircase: true})
	// Output: 0.1000 0.1000 0.0500 0.0500 0.0250 0.0250
}

func ExampleInverseTimeDecay() {
	rates(optimizers.InverseTimeDecay{InitialLearningRate: 0.1, DecaySteps: 1, DecayRate: 0.5})
	// Output: 0.1000 0.0667 0.0500 0.0400 0.0333 0.0286
}

func ExamplePolynomialDecay() {
	rates(optimizers.PolynomialDecay{InitialLearningRate: 0.1, DecaySteps: 4, EndLearningRate: new(0.0), Power: 2})
	// Output: 0.1000 0.0563 0.0250 0.0063 0.0000 0.0000
}

func ExamplePiecewiseConstantDecay() {
	rates(optimizers.PiecewiseConstantDecay{Boundaries: []int{1, 3}, Values: []float64{0.1, 0.05, 0.01}})
	// Output: 0.1000 0.1000 0.0500 0.0500 0.0100 0.0100
}

func ExampleCosineDecay() {
	rates(optimizers.CosineDecay{DecaySteps: 4, WarmupTarget: new(0.1), WarmupSteps: 2})
	// Output: 0.0000 0.0500 0.1000 0.0854 0.0500 0.0146
}

func ExampleCosineDecayRestarts() {
	rates(optimizers.CosineDecayRestarts{InitialLearningRate: 0.1, FirstDecaySteps: 2, MMul: 0.5})
	// Output: 0.1000 0.0500 0.0500 0.0427 0.0250 0.0073
}

// halving is a schedule of one's own.
type halving struct{}

func (halving) Object() config.Object { return config.Object{Class: "Halving"} }
func (halving) At(step int) float64   { return 0.1 / float64(int(1)<<min(step, 30)) }

func ExampleSchedule() {
	descend(optimizers.SGD{Schedule: halving{}})
	// Output: 0.9000 0.8550 0.8336
}

// signs is an optimiser of one's own: it moves weights by the sign of their
// mean gradient.
type signs struct{ optimizers.Options }

func (signs) Object() config.Object     { return config.Object{Class: "Signs"} }
func (signs) Rate() optimizers.Schedule { return optimizers.Constant{Rate: 0.1} }

func (signs) Step(s *optimizers.Step) *graph.Node {
	mean := s.Slot("mean", 0).Add(s.Gradient).Scale(0.5)
	s.SetSlot("mean", mean)
	return s.Weight.Sub(mean.Sign().Mul(s.Rate))
}

func ExampleOptimizer() {
	descend(signs{})
	// Output: 0.9000 0.8000 0.7000
}

// counting divides the rate by the steps that it counts.
type counting struct{ optimizers.Options }

func (counting) Object() config.Object     { return config.Object{Class: "Counting"} }
func (counting) Rate() optimizers.Schedule { return optimizers.Constant{Rate: 0.1} }

func (counting) Step(s *optimizers.Step) *graph.Node {
	steps := s.Shared("steps", 0).Shift(1)
	s.SetShared("steps", steps)
	return s.Weight.Sub(s.Gradient.Mul(s.Rate).Div(steps))
}

func ExampleStep() {
	descend(counting{})
	// Output: 0.9000 0.8550 0.8265
}

// apply builds the step of an optimiser over two weights.
func apply(o optimizers.Optimizer) (*optimizers.Slots, []graph.Update, error) {
	g := graph.New()
	var weights []optimizers.Weight
	for _, name := range []string{"dense/kernel", "dense/bias"} {
		v := &graph.Variable{Name: name, Type: graph.Type{DType: tensor.Float32, Shape: tensor.Shape{4}}}
		weights = append(weights, optimizers.Weight{
			Name: name, Variable: v, Value: g.Read(v), Gradient: g.Parameter("gradient", tensor.Float32, 4),
		})
	}
	rate, number := g.Parameter("rate", tensor.Float32), g.Parameter("number", tensor.Float32)
	slots := &optimizers.Slots{}
	updates, err := optimizers.Apply(o, weights, rate, number, slots)
	return slots, updates, err
}

func ExampleSlots() {
	slots, _, err := apply(optimizers.Adam{AMSGrad: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, slot := range slots.All() {
		fmt.Println(slot.Name)
	}
	// Output:
	// dense_kernel_momentum
	// dense_kernel_velocity
	// dense_bias_momentum
	// dense_bias_velocity
	// dense_kernel_velocity_hat
	// dense_bias_velocity_hat
}

func ExampleSlot() {
	slots, _, err := apply(optimizers.Adagrad{})
	if err != nil {
		fmt.Println(err)
		return
	}
	slot := slots.All()[0]
	fmt.Println(slot.Name, slot.Variable.Type, slot.Initial)
	// Output: dense_kernel_accumulator float32(4,) 0.1
}

func ExampleSlots_Average() {
	slots, _, err := apply(optimizers.SGD{Options: optimizers.Options{EMA: optimizers.EMA{Use: true}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(slots.Average("dense/kernel").Name, slots.Average("conv2d/kernel"))
	// Output: optimizer/dense_kernel_average <nil>
}

func ExampleWeight() {
	_, updates, err := apply(optimizers.SGD{Momentum: 0.9})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, update := range updates {
		fmt.Println(update.Variable.Name)
	}
	// Output:
	// dense/kernel
	// dense/bias
	// optimizer/dense_kernel_momentum
	// optimizer/dense_bias_momentum
}

func ExampleDecode() {
	optimizer, err := optimizers.Decode(config.Object{Class: "RMSprop", Config: config.Map{"lr": 1e-4, "decay": 1e-2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%T %.0e %.0e\n", optimizer, optimizer.Rate().At(0), optimizer.Rate().At(100))
	// Output: optimizers.RMSprop 1e-04 5e-05
}
