package regularizers_test

import (
	"fmt"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// price returns the penalty on the matrix [[3 4] [0 2]].
func price(r regularizers.Regularizer) string {
	g := graph.New()
	w := g.Parameter("w", tensor.Float32, 2, 2)
	feeds := reference.Feeds{w: {Shape: tensor.Shape{2, 2}, Values: []float64{3, 4, 0, 2}}}
	results, err := reference.Evaluate(1, feeds, r.Penalty(w))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%.3f", results[0].Values[0])
}

func ExampleL1() {
	fmt.Println(price(regularizers.L1{Factor: 0.1}))
	// Output: 0.900
}

func ExampleL2() {
	fmt.Println(price(regularizers.L2{Factor: 0.1}))
	// Output: 2.900
}

func ExampleL1L2() {
	fmt.Println(price(regularizers.L1L2{L1: 0.1, L2: 0.1}))
	// Output: 3.800
}

func ExampleOrthogonal() {
	fmt.Println(price(regularizers.Orthogonal{Factor: 1})) // the rows' cosine
	// Output: 0.800
}

func ExampleDecode() {
	r, err := regularizers.Decode(config.Object{Class: "L2", Config: config.Map{"l2": 0.001}})
	fmt.Println(r, err)
	// Output: {0.001} <nil>
}

func ExampleRegularizer() {
	var r regularizers.Regularizer = regularizers.L2{}
	fmt.Println(r.Object())
	// Output: {L2 map[l2:0.01]}
}
