package initializers_test

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// weights draws a 2 by 2 matrix.
func weights(i initializers.Initializer) []float32 {
	values := make([]float32, 4)
	if err := i.Fill(values, tensor.Shape{2, 2}, random.NewStream(42)); err != nil {
		fmt.Println(err)
	}
	return values
}

func ExampleZeros() {
	fmt.Println(weights(initializers.Zeros{}))
	// Output: [0 0 0 0]
}

func ExampleOnes() {
	fmt.Println(weights(initializers.Ones{}))
	// Output: [1 1 1 1]
}

func ExampleConstant() {
	fmt.Println(weights(initializers.Constant{Value: 0.5}))
	// Output: [0.5 0.5 0.5 0.5]
}

func ExampleIdentity() {
	fmt.Println(weights(initializers.Identity{Gain: 2}))
	// Output: [2 0 0 2]
}

func ExampleDecode() {
	i, err := initializers.Decode(config.Object{Class: "he_normal"})
	fmt.Printf("%T %v\n", i, err)
	// Output: initializers.HeNormal <nil>
}

func ExampleInitializer() {
	var i initializers.Initializer = initializers.GlorotUniform{}
	fmt.Println(i.Object())
	// Output: {GlorotUniform map[seed:<nil>]}
}

func ExampleMode() {
	fmt.Println(initializers.FanIn, initializers.FanOut, initializers.FanAverage)
	// Output: fan_in fan_out fan_avg
}

func ExampleDistribution() {
	fmt.Println(initializers.Truncated, initializers.Untruncated, initializers.Uniform)
	// Output: truncated_normal untruncated_normal uniform
}

func ExampleRandomUniform() {
	fmt.Printf("%.3f\n", weights(initializers.RandomUniform{Low: -1, High: 1}))
	// Output: [0.226 -0.854 0.975 0.028]
}

func ExampleRandomNormal() {
	fmt.Printf("%.3f\n", weights(initializers.RandomNormal{Deviation: 1}))
	// Output: [1.235 0.612 -2.955 -0.259]
}

func ExampleTruncatedNormal() {
	fmt.Printf("%.3f\n", weights(initializers.TruncatedNormal{Deviation: 1}))
	// Output: [1.235 0.612 -0.259 -1.493]
}

func ExampleVarianceScaling() {
	fmt.Printf("%.3f\n", weights(initializers.VarianceScaling{Scale: 2, Distribution: initializers.Uniform}))
	// Output: [0.391 -1.478 1.690 0.048]
}

func ExampleGlorotUniform() {
	fmt.Printf("%.3f\n", weights(initializers.GlorotUniform{}))
	// Output: [0.277 -1.045 1.195 0.034]
}

func ExampleGlorotNormal() {
	fmt.Printf("%.3f\n", weights(initializers.GlorotNormal{}))
	// Output: [0.992 0.492 -0.208 -1.201]
}

func ExampleHeUniform() {
	fmt.Printf("%.3f\n", weights(initializers.HeUniform{}))
	// Output: [0.391 -1.478 1.690 0.048]
}

func ExampleHeNormal() {
	fmt.Printf("%.3f\n", weights(initializers.HeNormal{}))
	// Output: [1.403 0.696 -0.294 -1.698]
}

func ExampleLecunUniform() {
	fmt.Printf("%.3f\n", weights(initializers.LecunUniform{}))
	// Output: [0.277 -1.045 1.195 0.034]
}

func ExampleLecunNormal() {
	fmt.Printf("%.3f\n", weights(initializers.LecunNormal{}))
	// Output: [0.992 0.492 -0.208 -1.201]
}

func ExampleOrthogonal() {
	fmt.Printf("%.3f\n", weights(initializers.Orthogonal{}))
	// Output: [0.896 -0.444 0.444 0.896]
}
