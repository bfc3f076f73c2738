package augment_test

import (
	"fmt"

	"github.com/lince-ml/lince/images/augment"
)

func ExampleTransform() {
	row := []float32{10, 20, 30, 40}
	moved := make([]float32, 4)
	err := augment.Apply(moved, row, 1, 4, 1, augment.Transform{TY: 1.5, FlipHorizontal: true}, augment.Options{})
	fmt.Println(moved, err)
	// Output: [40 40 35 25] <nil>
}

func ExampleOptions() {
	row := []uint8{10, 20, 30, 40}
	moved := make([]float32, 4)
	for mode := augment.Nearest; mode <= augment.Wrap; mode++ {
		o := augment.Options{FillMode: mode, CVal: -1}
		if err := augment.ApplyBytes(moved, row, 1, 4, 1, augment.Transform{TY: 2}, o); err != nil {
			fmt.Println(err)
		}
		fmt.Println(mode, moved)
	}
	// Output:
	// nearest [30 40 40 40]
	// constant [30 40 -1 -1]
	// reflect [30 40 40 30]
	// wrap [30 40 20 30]
}

func ExampleAugmenter() {
	var a augment.Augmenter // kept for all pictures, so that nothing is allocated for each
	picture := []float32{0, 50, 100, 200}
	brighter := make([]float32, 4)
	err := a.Apply(brighter, picture, 2, 2, 1, augment.Transform{Brightness: new(1.5)}, augment.Options{})
	fmt.Println(brighter, err)
	// Output: [0 75 150 255] <nil>
}

func ExampleFillMode() {
	mode, err := augment.ParseFillMode("reflect")
	fmt.Println(mode, err)
	// Output: reflect <nil>
}

func ExampleOrder() {
	order, err := augment.ParseOrder(3)
	fmt.Println(order == augment.Cubic, err)
	// Output: true <nil>
}

func ExampleStatistics() {
	s := augment.NewStatistics(1)
	for _, picture := range [][]float32{{0, 2}, {4, 6}} {
		if err := s.Add(picture); err != nil {
			fmt.Println(err)
		}
	}
	picture := []float32{3, 8}
	augment.FeaturewiseCenter(picture, s.Mean())
	fmt.Println(s.Mean(), s.Std(), picture)
	// Output: [3] [2.236068] [0 5]
}

func ExampleWhitening() {
	pictures := []float32{2, 1, -2, -1, 1, 2, -1, -2} // four of two values each, mean 0
	white, err := augment.ZCA(pictures, 4, 2, 1e-6)
	if err != nil {
		fmt.Println(err)
		return
	}
	picture := make([]float32, 2)
	err = white.Apply(picture, pictures[:2])
	fmt.Printf("%.3f %v\n", picture, err)
	// Output: [1.414 0.000] <nil>
}
