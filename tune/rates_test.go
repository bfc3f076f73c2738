package tune_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
	"github.com/lince-ml/lince/tune"
)

// line is a source of points on y = 2x + 1, and a model to learn it.
func line(t testing.TB) (*lince.Model, lince.Training, data.Source) {
	t.Helper()
	x, y := make([]float32, 32), make([]float32, 32)
	for i := range x {
		x[i] = float32(i)/16 - 1
		y[i] = 2*x[i] + 1
	}
	inputs, err := tensor.Of(x, 32, 1)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := tensor.Of(y, 32, 1)
	if err != nil {
		t.Fatal(err)
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{inputs}, Targets: []*tensor.Tensor{targets}, BatchSize: 8})
	if err != nil {
		t.Fatal(err)
	}
	model, err := lince.Sequential(layers.Input{Shape: []int{1}}, layers.Dense{Units: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	return model, lince.Training{Optimizer: optimizers.SGD{LearningRate: 0.5}, Loss: losses.MeanSquaredError{}}, source
}

// Gradient descent on a parabola diverges once the rate passes a bound, so
// the curve falls, turns and breaks away.
func TestRateTest(t *testing.T) {
	model, training, source := line(t)
	if err := model.Compile(training); err != nil {
		t.Fatal(err)
	}
	before, err := model.Evaluate(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := tune.RateTest{From: 1e-4, To: 100, Steps: 120}.Run(context.Background(), model, training, source)
	if err != nil {
		t.Fatal(err)
	}
	last := len(curve.Rates) - 1
	if last >= 119 || curve.Rates[last] > 10 || curve.Rates[0] != 1e-4 {
		t.Errorf("%d steps to a rate of %v", last+1, curve.Rates[last])
	}
	valley, tenth := curve.Valley(), curve.TenthOfLeast()
	if !(valley > 1e-3 && valley < 1) || !(tenth > 1e-3 && tenth < 1) {
		t.Errorf("suggests %v and %v", valley, tenth)
	}
	after, err := model.Evaluate(context.Background(), source)
	if err != nil || after[0].Value != before[0].Value || model.LearningRate() != 0.5 {
		t.Errorf("loss %v before, %v after, rate %v, %v", before, after, model.LearningRate(), err)
	}
}

// The losses of single batches are taken out of the epoch's averages.
func TestRateTestLosses(t *testing.T) {
	model, training, source := line(t)
	curve, err := tune.RateTest{From: 1e-9, To: 1e-8, Steps: 10}.Run(context.Background(), model, training, source)
	if err != nil || len(curve.Rates) != 10 {
		t.Fatalf("%v, %v", curve, err)
	}
	logs, err := model.Evaluate(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	// So small rates change nothing, and the first epoch's four batches hold
	// every sample once.
	mean, weight := 0.0, 0.0
	previous := 0.0
	for i, smooth := range curve.Losses[:4] {
		sum := smooth * (1 - math.Pow(0.98, float64(i+1)))
		loss := (sum - 0.98*previous) / 0.02
		previous = sum
		mean, weight = mean+loss, weight+1
	}
	if want := logs[0].Value; math.Abs(mean/weight-want) > 1e-4*want {
		t.Errorf("batches have a mean loss of %v, the set has %v", mean/weight, want)
	}
}

func TestRateTestRefuses(t *testing.T) {
	model, training, source := line(t)
	for _, test := range []tune.RateTest{{From: 1, To: 0.1}, {From: -1}, {Steps: 1}, {Breakaway: 0.5}, {To: math.Inf(1)}} {
		if _, err := test.Run(context.Background(), model, training, source); err == nil {
			t.Errorf("%+v is taken", test)
		}
	}
	if _, err := (tune.RateTest{From: 1e8, To: 1e9}).Run(context.Background(), model, training, source); err == nil {
		t.Error("a test that breaks away at once gives a curve")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (tune.RateTest{}).Run(ctx, model, training, source); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func ExampleRateTest() {
	inputs, _ := tensor.Of([]float32{-1, 0, 1, 2}, 4, 1)
	targets, _ := tensor.Of([]float32{-1, 1, 3, 5}, 4, 1)
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{inputs}, Targets: []*tensor.Tensor{targets}, BatchSize: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := lince.Sequential(layers.Input{Shape: []int{1}}, layers.Dense{Units: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	training := lince.Training{Optimizer: optimizers.SGD{}, Loss: losses.MeanSquaredError{}}
	curve, err := tune.RateTest{From: 1e-5, To: 10}.Run(context.Background(), model, training, source)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(curve.Valley() > 1e-4, curve.Valley() < 1)
	// Output: true true
}

func ExampleRateCurve() {
	curve := tune.RateCurve{Rates: []float64{1e-4, 1e-3, 1e-2, 1e-1, 1}, Losses: []float64{0.7, 0.6, 0.4, 0.3, 0.9}}
	fmt.Println(curve.TenthOfLeast())
	// Output: 0.01
}
