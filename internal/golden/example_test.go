package golden_test

import (
	"fmt"

	"github.com/lince-ml/lince/internal/golden"
)

func ExampleLayers() {
	cases, err := golden.Layers()
	if err != nil {
		fmt.Println(err)
		return
	}
	c := cases[0]
	fmt.Println(c.Name, c.Class, c.Inputs[0].Shape, c.Output.Shape)
	for _, w := range c.Weights {
		fmt.Println(w.Path, w.Value.Shape)
	}
	// Output:
	// conv2d valid Conv2D (2, 7, 6, 3) (2, 5, 4, 4)
	// conv2d/kernel (3, 3, 3, 4)
	// conv2d/bias (4,)
}

func ExampleNear() {
	schedules, err := golden.Schedules()
	if err != nil {
		fmt.Println(err)
		return
	}
	flat := make([]float64, len(schedules[0].Steps))
	fmt.Println(golden.Near(schedules[0].Rates, flat, 1e-6, 0))
	// Output: value [0] of (18,) is 0, want 0.10000000149011612 (relative 1e-06, absolute 0 allowed)
}
