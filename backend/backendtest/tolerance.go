package backendtest

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Tolerance is how far a result x may be from the reference's r, rounded to
// the result's type, whose distance from 1 to the next number is ε. The zero
// value wants them equal. Otherwise |x - r| may be up to the sum of what the
// fields say.
type Tolerance struct {
	// Sum is for values linear in every input, such as sums and products
	// of matrices: 4·ε·√K·Σ|terms|. K, the number of terms, is the result for
	// inputs of ones; Σ|terms| is the result for the inputs' absolute values.
	// Errors of K roundings of random sign grow with √K, whatever the order
	// of adding.
	Sum bool
	// Ulps is for functions: Ulps·ε·max(|r|, Scale).
	Ulps, Scale float64
	// Noise is for whole formulas: 8·d + 8·ε·m, where m is the largest
	// |value| of the result and d the largest change that it suffered in four
	// trials in which every computed value on the way was off by up to ε of
	// itself. Whole numbers are not, and equal values are off alike, so that
	// what is exact stays so and ties remain ties.
	Noise bool
	// Factors, unless zero, is the type that factors of products are rounded
	// to. Sum then allows for ε'·Σ|terms| more, with that type's ε', as both
	// factors of a term are off by up to half of it; Noise takes it for ε.
	Factors tensor.DType
}

// epsilon returns ε for noise on results of a type.
func (tol Tolerance) epsilon(dtype tensor.DType) float64 {
	if tol.Factors != tensor.Invalid && dtype.IsFloat() {
		dtype = tol.Factors
	}
	return epsilon(dtype)
}

// allowed returns the distance allowed for every element of every output.
func (tol Tolerance) allowed(samples int, feeds reference.Feeds, outputs []*graph.Node, expected []graph.Array) ([][]float64, error) {
	allowed := make([][]float64, len(outputs))
	for i, n := range outputs {
		allowed[i] = make([]float64, len(expected[i].Values))
		for j, r := range expected[i].Values {
			allowed[i][j] = tol.Ulps * epsilon(n.DType()) * max(math.Abs(r), tol.Scale)
		}
	}
	if tol.Sum {
		if err := tol.addSums(allowed, samples, feeds, outputs); err != nil {
			return nil, err
		}
	}
	if tol.Noise {
		if err := tol.addNoise(allowed, samples, feeds, outputs, expected); err != nil {
			return nil, err
		}
	}
	return allowed, nil
}

func (tol Tolerance) addSums(allowed [][]float64, samples int, feeds reference.Feeds, outputs []*graph.Node) error {
	terms, err := reference.Evaluate(samples, mapped(feeds, math.Abs), outputs...)
	if err != nil {
		return err
	}
	counts, err := reference.Evaluate(samples, mapped(feeds, func(float64) float64 { return 1 }), outputs...)
	if err != nil {
		return err
	}
	for i, n := range outputs {
		for j := range allowed[i] {
			relative := 4*epsilon(n.DType())*math.Sqrt(counts[i].Values[j]) + epsilon(tol.Factors)
			allowed[i][j] += relative * terms[i].Values[j]
		}
	}
	return nil
}

// mapped returns the feeds with a function applied to floating-point numbers.
func mapped(feeds reference.Feeds, f func(float64) float64) reference.Feeds {
	result := reference.Feeds{}
	for n, array := range feeds {
		if n.DType().IsFloat() {
			values := make([]float64, len(array.Values))
			for i, x := range array.Values {
				values[i] = f(x)
			}
			array.Values = values
		}
		result[n] = array
	}
	return result
}

func (tol Tolerance) addNoise(allowed [][]float64, samples int, feeds reference.Feeds, outputs []*graph.Node, expected []graph.Array) error {
	changes := make([]float64, len(outputs))
	for trial := range uint64(4) {
		noisy, err := tol.disturbed(trial, samples, feeds, outputs)
		if err != nil {
			return err
		}
		for i := range outputs {
			for j, r := range expected[i].Values {
				changes[i] = max(changes[i], math.Abs(noisy[i].Values[j]-r))
			}
		}
	}
	for i, n := range outputs {
		var largest float64
		for _, r := range expected[i].Values {
			largest = max(largest, math.Abs(r))
		}
		for j := range allowed[i] {
			allowed[i][j] += 8*changes[i] + 8*tol.epsilon(n.DType())*largest
		}
	}
	return nil
}

// disturbed computes the outputs with noise on every value.
func (tol Tolerance) disturbed(trial uint64, samples int, feeds reference.Feeds, outputs []*graph.Node) ([]graph.Array, error) {
	values := maps.Clone(feeds)
	for _, n := range graph.Ordered(outputs...) {
		if _, given := values[n]; given {
			continue
		}
		operands := make([]graph.Array, len(n.Operands()))
		for i, operand := range n.Operands() {
			operands[i] = values[operand]
		}
		array, err := n.Operation().Reference(operands, graph.Type{DType: n.DType(), Shape: graph.Resolve(n.Shape(), samples)})
		if err != nil {
			return nil, err
		}
		array.Values = slices.Clone(array.Values) // may be an operand's
		for i, x := range array.Values {
			array.Values[i] = x * (1 + tol.epsilon(n.DType())*noise(trial, x))
		}
		values[n] = array
	}
	results := make([]graph.Array, len(outputs))
	for i, n := range outputs {
		results[i] = values[n]
	}
	return results, nil
}

// noise returns a number from [-1, 1) that depends on the trial and on x, and
// 0 for whole numbers.
func noise(trial uint64, x float64) float64 {
	if x == math.Trunc(x) || math.IsNaN(x) {
		return 0
	}
	return random.NewStream(math.Float64bits(x), uint32(trial)).Uniform(-1, 1)
}

// epsilon is the distance from 1 to the next number of a floating-point type.
func epsilon(dtype tensor.DType) float64 {
	switch dtype {
	case tensor.BFloat16:
		return 0x1p-7
	case tensor.Float16:
		return 0x1p-10
	case tensor.Float32:
		return 0x1p-23
	case tensor.Float64:
		return 0x1p-52
	}
	return 0
}

// compare returns an error that names the first element which is farther from
// what was expected than allowed. NaN equals NaN.
func compare(got, expected *tensor.Tensor, allowed []float64) error {
	x, r := got.Float64s(), expected.Float64s()
	wrong, first := 0, -1
	for i := range r {
		if x[i] == r[i] || (math.IsNaN(x[i]) && math.IsNaN(r[i])) {
			continue
		}
		if !math.IsInf(r[i], 0) && math.Abs(x[i]-r[i]) <= allowed[i] {
			continue
		}
		if wrong++; first < 0 {
			first = i
		}
	}
	if wrong == 0 {
		return nil
	}
	return fmt.Errorf("%v: %d of %d elements are wrong, the first at %v: got %v, expected %v, allowed difference %.3g",
		got, wrong, len(r), index(got.Shape(), first), x[first], r[first], allowed[first])
}

// index returns where the element at a position stands.
func index(shape tensor.Shape, position int) []int {
	at := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		at[i], position = position%shape[i], position/shape[i]
	}
	return at
}
