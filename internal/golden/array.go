package golden

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/lince-ml/lince/tensor"
)

// Array is a tensor of a golden file. Values are in row-major order, widened
// to float64 from the element type: float32 values are exact.
type Array struct {
	DType  tensor.DType
	Shape  tensor.Shape
	Values []float64
}

// UnmarshalJSON reads {"dtype", "shape", "values"} and checks that the three
// agree. Values that JSON cannot hold are the strings NaN, Infinity, -Infinity.
func (a *Array) UnmarshalJSON(text []byte) error {
	var raw struct {
		DType  string       `json:"dtype"`
		Shape  tensor.Shape `json:"shape"`
		Values []value      `json:"values"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	dtype, err := tensor.ParseDType(raw.DType)
	if err != nil {
		return err
	}
	count, err := raw.Shape.Elements()
	if err != nil {
		return err
	}
	if count != len(raw.Values) {
		return fmt.Errorf("golden: %d values for the shape %v", len(raw.Values), raw.Shape)
	}
	*a = Array{DType: dtype, Shape: raw.Shape, Values: make([]float64, count)}
	for i, v := range raw.Values {
		a.Values[i] = float64(v)
		if dtype == tensor.Float32 { // the decimals are the shortest that give back the float32
			a.Values[i] = float64(float32(v))
		}
	}
	return nil
}

type value float64

func (v *value) UnmarshalJSON(text []byte) error {
	if len(text) > 2 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	f, err := strconv.ParseFloat(string(text), 64)
	*v = value(f)
	return err
}

// Tensor returns the array as a new tensor of its type: float32, float64,
// int32, uint8 or bool.
func (a Array) Tensor() (*tensor.Tensor, error) {
	switch a.DType {
	case tensor.Float32:
		return tensor.Of(narrow[float32](a.Values), a.Shape...)
	case tensor.Float64:
		return tensor.Of(narrow[float64](a.Values), a.Shape...)
	case tensor.Int32:
		return tensor.Of(narrow[int32](a.Values), a.Shape...)
	case tensor.Int64:
		return tensor.Of(narrow[int64](a.Values), a.Shape...)
	}
	return nil, fmt.Errorf("golden: no tensor is made of %v", a.DType)
}

// Float32s returns the values narrowed to float32, in a new slice.
func (a Array) Float32s() []float32 { return narrow[float32](a.Values) }

func narrow[T float32 | float64 | int32 | int64](values []float64) []T {
	narrowed := make([]T, len(values))
	for i, v := range values {
		narrowed[i] = T(v)
	}
	return narrowed
}

// Near returns nil if every got[i] is within absolute + relative·|want| of
// want.Values[i], and else an error that names the value furthest beyond its
// bound. NaN equals only NaN, an infinity only itself.
func Near[T float32 | float64](want Array, got []T, relative, absolute float64) error {
	if len(got) != len(want.Values) {
		return fmt.Errorf("%d values, want %d of shape %v", len(got), len(want.Values), want.Shape)
	}
	worst, excess := -1, 0.0
	for i, w := range want.Values {
		g := float64(got[i])
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		over := math.Abs(g-w) - absolute - relative*math.Abs(w)
		if math.IsNaN(over) || math.IsInf(w, 0) {
			over = math.Inf(1)
		}
		if over > excess {
			worst, excess = i, over
		}
	}
	if worst < 0 {
		return nil
	}
	return fmt.Errorf("value %v of %v is %g, want %g (relative %g, absolute %g allowed)",
		position(want.Shape, worst), want.Shape, float64(got[worst]), want.Values[worst], relative, absolute)
}

// position returns the indices of the element with the given row-major offset.
func position(shape tensor.Shape, offset int) []int {
	indices := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		indices[i] = offset % shape[i]
		offset /= shape[i]
	}
	return indices
}
