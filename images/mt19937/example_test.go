package mt19937_test

import (
	"fmt"

	"github.com/lince-ml/lince/images/mt19937"
)

func ExampleSource() {
	s := mt19937.New(42) // numpy.random.seed(42)
	fmt.Println(s.Float64())
	fmt.Printf("%.4f\n", s.Uniform(-40, 40))
	s.Seed(123)
	fmt.Println(s.Permutation(10))
	// Output:
	// 0.3745401188473625
	// 36.0571
	// [4 0 7 5 8 3 1 6 9 2]
}
