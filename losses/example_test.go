package losses_test

import (
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/tensor"
)

// perSample evaluates a loss on rows of targets and predictions.
func perSample(l losses.Loss, width int, targets, predictions []float64) {
	g := graph.New()
	t := g.Parameter("targets", tensor.Float32, graph.Batch, len(targets)*width/len(predictions))
	p := g.Parameter("predictions", tensor.Float32, graph.Batch, width)
	value, err := l.PerSample(t, p)
	if err != nil {
		fmt.Println(err)
		return
	}
	samples := len(predictions) / width
	values, err := reference.Evaluate(samples, reference.Feeds{
		t: {Shape: graph.Resolve(t.Shape(), samples), Values: targets},
		p: {Shape: graph.Resolve(p.Shape(), samples), Values: predictions},
	}, value)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", values[0].Values)
}

func ExampleBinaryCrossentropy() {
	perSample(losses.BinaryCrossentropy{}, 1,
		[]float64{1, 0},
		[]float64{0.75, 0.5})
	// Output: [0.2877 0.6931]
}

func ExampleBinaryFocalCrossentropy() {
	perSample(losses.BinaryFocalCrossentropy{}, 1,
		[]float64{1, 0},
		[]float64{0.75, 0.5})
	// Output: [0.0180 0.1733]
}

func ExampleCategoricalCrossentropy() {
	perSample(losses.CategoricalCrossentropy{LabelSmoothing: 0.1}, 3,
		[]float64{1, 0, 0, 0, 0, 1},
		[]float64{0.5, 0.25, 0.25, 0.1, 0.1, 0.8})
	// Output: [0.7394 0.3618]
}

func ExampleCategoricalFocalCrossentropy() {
	perSample(losses.CategoricalFocalCrossentropy{}, 3,
		[]float64{1, 0, 0, 0, 0, 1},
		[]float64{0.5, 0.25, 0.25, 0.1, 0.1, 0.8})
	// Output: [0.0433 0.0022]
}

func ExampleMeanSquaredError() {
	perSample(losses.MeanSquaredError{}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 2, 3, 2})
	// Output: [0.0000 2.0000]
}

func ExampleMeanAbsoluteError() {
	perSample(losses.MeanAbsoluteError{}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 2, 3, 2})
	// Output: [0.0000 1.0000]
}

func ExampleMeanAbsolutePercentageError() {
	perSample(losses.MeanAbsolutePercentageError{}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 2, 3, 2})
	// Output: [0.0000 25.0000]
}

func ExampleMeanSquaredLogarithmicError() {
	perSample(losses.MeanSquaredLogarithmicError{}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 2, 3, 2})
	// Output: [0.0000 0.1305]
}

func ExampleHuber() {
	perSample(losses.Huber{Delta: 0.5}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 2, 3, 2})
	// Output: [0.0000 0.4375]
}

func ExampleLogCosh() {
	perSample(losses.LogCosh{}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 3, 3, 2})
	// Output: [0.2169 0.6625]
}

func ExamplePoisson() {
	perSample(losses.Poisson{}, 2,
		[]float64{1, 2, 3, 4},
		[]float64{1, 2, 3, 2})
	// Output: [0.8069 -0.5342]
}

func ExampleHinge() {
	perSample(losses.Hinge{}, 1,
		[]float64{1, 0},
		[]float64{0.75, 0.5})
	// Output: [0.2500 1.5000]
}

func ExampleSquaredHinge() {
	perSample(losses.SquaredHinge{}, 1,
		[]float64{1, 0},
		[]float64{0.75, 0.5})
	// Output: [0.0625 2.2500]
}

func ExampleCategoricalHinge() {
	perSample(losses.CategoricalHinge{}, 3,
		[]float64{1, 0, 0, 0, 0, 1},
		[]float64{0.5, 0.25, 0.25, 0.1, 0.1, 0.8})
	// Output: [0.7500 0.3000]
}

func ExampleKLDivergence() {
	perSample(losses.KLDivergence{}, 2,
		[]float64{0.5, 0.5, 0.25, 0.75},
		[]float64{0.5, 0.5, 0.75, 0.25})
	// Output: [0.0000 0.5493]
}

func ExampleCosineSimilarity() {
	perSample(losses.CosineSimilarity{}, 2,
		[]float64{1, 0, 1, 0},
		[]float64{2, 0, 1, 1})
	// Output: [-1.0000 -0.7071]
}

func ExampleSparseCategoricalCrossentropy() {
	perSample(losses.SparseCategoricalCrossentropy{}, 3,
		[]float64{0, 2},
		[]float64{0.5, 0.25, 0.25, 0.1, 0.1, 0.8})
	// Output: [0.6931 0.2231]
}

func ExampleReduced() {
	summed := losses.Reduced{Of: losses.MeanSquaredError{}, By: losses.Sum}
	g := graph.New()
	p := g.Parameter("predictions", tensor.Float32, graph.Batch, 1)
	t := g.Parameter("targets", tensor.Float32, graph.Batch, 1)
	value, err := losses.Scalar(summed, t, p, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := reference.Evaluate(2, reference.Feeds{
		p: {Shape: tensor.Shape{2, 1}, Values: []float64{1, 2}},
		t: {Shape: tensor.Shape{2, 1}, Values: []float64{3, 3}},
	}, value)
	fmt.Println(values[0].Values, err)
	// Output: [5] <nil>
}

func ExampleReduction() {
	loss, err := losses.Decode(config.Object{Class: "Huber", Config: config.Map{"reduction": "sum"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loss.(losses.Reduced).By, loss.Object().Config["reduction"])
	// Output: sum sum
}

// quartic is a loss of one's own: the fourth power of errors.
type quartic struct{}

func (quartic) Object() config.Object { return config.Object{Class: "Quartic"} }

func (quartic) PerSample(target, prediction *graph.Node) (*graph.Node, error) {
	return target.Sub(prediction).Square().Square().ReduceMean(prediction.Rank() - 1), nil
}

func ExampleLoss() {
	perSample(quartic{}, 1, []float64{1, 2}, []float64{1, 4})
	// Output: [0.0000 16.0000]
}
