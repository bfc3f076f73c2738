package activations_test

import (
	"fmt"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

func ExampleNamed() {
	values, slopes, err := activations.Curve(activations.ReLU, []float64{-2, -1, 1, 2})
	fmt.Println(values, slopes, err)
	// Output: [0 0 1 2] [0 0 1 1] <nil>
}

func ExampleCurve() {
	values, slopes, err := activations.Curve(activations.Sigmoid, []float64{-100, 0, 100})
	fmt.Printf("%.2f %.2f %v\n", values, slopes, err)
	// Output: [0.00 0.50 1.00] [0.00 0.25 0.00] <nil>
}

func ExampleRectified() {
	limit := 6.0
	values, _, err := activations.Curve(activations.Rectified{Slope: 0.5, Max: &limit}, []float64{-2, 3, 9})
	fmt.Println(values, err)
	// Output: [-1 3 6] <nil>
}

func ExampleExponentialLinear() {
	values, _, err := activations.Curve(activations.ExponentialLinear{}, []float64{-1, 2})
	fmt.Printf("%.3f %v\n", values, err)
	// Output: [-0.632 2.000] <nil>
}

func ExampleDecode() {
	a, err := activations.Decode(config.Object{Class: "swish"})
	fmt.Println(a, err)
	// Output: silu <nil>
}

// bent is an activation of one's own: x², with the sign of x.
type bent struct{}

func (bent) Name() string                    { return "bent" }
func (bent) Apply(x *graph.Node) *graph.Node { return x.Mul(x.Abs()) }

func ExampleActivation() {
	values, slopes, err := activations.Curve(bent{}, []float64{-2, 3})
	fmt.Println(values, slopes, err)
	// Output: [-4 9] [4 6] <nil>
}

func ExampleConfigured() {
	var a activations.Configured = activations.Rectified{Slope: 0.1}
	fmt.Println(a.Object())
	// Output: {LeakyReLU map[negative_slope:0.1]}
}
