package golden

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

func TestArrayUnmarshal(t *testing.T) {
	var a Array
	text := `{"dtype":"float32","shape":[2,2],"values":[0.1,-0.0,"NaN","-Infinity"]}`
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	if a.Values[0] != float64(float32(0.1)) || !math.Signbit(a.Values[1]) || !math.IsNaN(a.Values[2]) || !math.IsInf(a.Values[3], -1) {
		t.Errorf("values %v", a.Values)
	}
	for _, broken := range []string{
		`{"dtype":"float32","shape":[2],"values":[1]}`,
		`{"dtype":"float33","shape":[1],"values":[1]}`,
		`{"dtype":"float32","shape":[-1],"values":[]}`,
		`{"dtype":"float32","shape":[1],"values":["one"]}`,
	} {
		if err := json.Unmarshal([]byte(broken), &a); err == nil {
			t.Errorf("%s: no error", broken)
		}
	}
}

func TestArrayTensor(t *testing.T) {
	for _, dtype := range []tensor.DType{tensor.Float32, tensor.Float64, tensor.Int32, tensor.Int64} {
		a := Array{DType: dtype, Shape: tensor.Shape{2}, Values: []float64{1, -2}}
		got, err := a.Tensor()
		if err != nil {
			t.Fatal(err)
		}
		if got.DType() != dtype || got.Float64s()[1] != -2 {
			t.Errorf("%v became %v %v", dtype, got, got.Float64s())
		}
	}
	if _, err := (Array{DType: tensor.Bool}).Tensor(); err == nil {
		t.Error("a bool array became a tensor")
	}
}

func TestNear(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		want, got float64
		near      bool
	}{
		{1, 1.0009, true}, {1, 1.0011, false}, {0, 1e-7, true}, {0, 2e-6, false}, {1000, 1000.9, true},
		{nan, nan, true}, {nan, 0, false}, {0, nan, false}, {inf, inf, true}, {inf, 1e300, false}, {1, inf, false},
	}
	for _, test := range tests {
		want := Array{Shape: tensor.Shape{1}, Values: []float64{test.want}}
		if err := Near(want, []float64{test.got}, 1e-3, 1e-6); (err == nil) != test.near {
			t.Errorf("%g near %g: %v", test.got, test.want, err)
		}
	}
	want := Array{Shape: tensor.Shape{2, 2}, Values: []float64{1, 2, 3, 4}}
	err := Near(want, []float32{1, 2.1, 5, 4}, 0, 0)
	if err == nil || err.Error() != "value [1 0] of (2, 2) is 5, want 3 (relative 0, absolute 0 allowed)" {
		t.Errorf("error: %v", err)
	}
	if Near(want, []float32{1}, 0, 0) == nil {
		t.Error("one value is near four")
	}
}
