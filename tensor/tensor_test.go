package tensor_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

func TestElements(t *testing.T) {
	for _, c := range []struct {
		shape tensor.Shape
		count int
		words string // of the error
	}{
		{nil, 1, ""}, {tensor.Shape{}, 1, ""}, {tensor.Shape{5}, 5, ""}, {tensor.Shape{2, 3, 4}, 24, ""},
		{tensor.Shape{2, 0, 4}, 0, ""},
		{tensor.Shape{0, math.MaxInt}, 0, ""},
		{tensor.Shape{math.MaxInt}, math.MaxInt, ""},
		{tensor.Shape{1, 1, 1, 1, 1, 1, 1, 1}, 1, ""},
		{tensor.Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, "at most 8"},
		{tensor.Shape{2, -1}, 0, "negative extent -1 at dimension 1"},
		{tensor.Shape{0, -1}, 0, "negative"},
		{tensor.Shape{math.MaxInt, 2}, 0, "more elements than"},
		{tensor.Shape{1 << 32, 1 << 31}, 0, "more elements than"},
		{tensor.Shape{1 << 31, 1 << 31, 0}, 0, ""},
	} {
		count, err := c.shape.Elements()
		if count != c.count || (err != nil) != (c.words != "") || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%v has %d elements, %v; want %d, %q", c.shape, count, err, c.count, c.words)
		}
	}
}

func TestShapesInWords(t *testing.T) {
	for want, shape := range map[string]tensor.Shape{
		"()": {}, "(3,)": {3}, "(None,)": {-1}, "(None, 150, 150, 3)": {-1, 150, 150, 3}, "(0, 1)": {0, 1},
	} {
		if got := shape.String(); got != want {
			t.Errorf("%v is written %s, want %s", []int(shape), got, want)
		}
	}
}

func TestTypes(t *testing.T) {
	sizes := map[tensor.DType]int{
		tensor.Bool: 1, tensor.Uint8: 1, tensor.Int8: 1, tensor.Uint16: 2, tensor.Int16: 2, tensor.Uint32: 4, tensor.Int32: 4,
		tensor.Uint64: 8, tensor.Int64: 8, tensor.Float16: 2, tensor.BFloat16: 2, tensor.Float32: 4, tensor.Float64: 8,
	}
	for d := tensor.Bool; d <= tensor.Float64; d++ {
		parsed, err := tensor.ParseDType(d.String())
		if err != nil || parsed != d || d.Size() != sizes[d] {
			t.Errorf("%v is read as %v with %d bytes: %v", d, parsed, d.Size(), err)
		}
		if d.IsFloat() != strings.Contains(d.String(), "float") {
			t.Errorf("%v is a float: %v", d, d.IsFloat())
		}
	}
	beyond := tensor.Float64 + 1
	if tensor.Invalid.Size() != 0 || beyond.Size() != 0 || beyond.String() != "dtype(14)" || tensor.Invalid.IsFloat() || beyond.IsFloat() {
		t.Errorf("invalid types have sizes: %v %v", tensor.Invalid, beyond)
	}
	for _, name := range []string{"", "invalid", "float", "Float32", "complex64"} {
		if d, err := tensor.ParseDType(name); err == nil || d != tensor.Invalid {
			t.Errorf("%q is read as %v", name, d)
		}
	}
	for _, d := range []tensor.DType{tensor.Invalid, beyond} {
		if _, err := tensor.New(d, 1); err == nil {
			t.Errorf("a tensor of %v was made", d)
		}
	}
}

// of makes a tensor of every type that holds the numbers 1 to 6.
func of(t *testing.T, d tensor.DType, shape ...int) *tensor.Tensor {
	t.Helper()
	wide, err := tensor.Of([]float64{1, 2, 3, 4, 5, 6}, shape...)
	if err != nil {
		t.Fatal(err)
	}
	x, err := wide.Convert(d)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestViewsAndCopiesOfEveryType(t *testing.T) {
	for d := tensor.Bool; d <= tensor.Float64; d++ {
		x := of(t, d, 3, 2)
		want := []float64{1, 2, 3, 4, 5, 6}
		if d == tensor.Bool {
			want = []float64{1, 1, 1, 1, 1, 1}
		}
		if x.DType() != d || x.Rank() != 2 || x.Len() != 6 || !slices.Equal(x.Float64s(), want) {
			t.Errorf("%v holds %v", x, x.Float64s())
		}
		rows, err := x.Rows(1, 3)
		if err != nil || !rows.Shape().Equal(tensor.Shape{2, 2}) || !slices.Equal(rows.Float64s(), want[2:]) {
			t.Errorf("rows 1 to 3 of %v are %v: %v", x, rows, err)
		}
		flat, err := x.Reshape(6)
		if err != nil || !slices.Equal(flat.Float64s(), want) {
			t.Errorf("%v reshaped is %v: %v", x, flat, err)
		}
		copied := x.Clone()
		zeros, err := tensor.New(d, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.CopyFrom(zeros); err != nil {
			t.Error(err)
		}
		nothing := make([]float64, 6)
		if !slices.Equal(x.Float64s(), nothing) || !slices.Equal(rows.Float64s(), nothing[2:]) || !slices.Equal(flat.Float64s(), nothing) {
			t.Errorf("%v: views do not share their elements", d)
		}
		if !slices.Equal(copied.Float64s(), want) {
			t.Errorf("%v: the clone shares its elements", d)
		}
	}
}

func TestRowsAndShapesRefuse(t *testing.T) {
	x := of(t, tensor.Float32, 3, 2)
	for _, r := range [][2]int{{-1, 2}, {2, 1}, {0, 4}, {4, 4}} {
		if _, err := x.Rows(r[0], r[1]); err == nil {
			t.Errorf("rows %d to %d of three were given", r[0], r[1])
		}
	}
	for _, at := range []int{0, 1, 3} {
		if none, err := x.Rows(at, at); err != nil || none.Len() != 0 {
			t.Errorf("no rows at %d: %v, %v", at, none, err)
		}
	}
	if _, err := tensor.Scalar(float32(1)).Rows(0, 1); err == nil {
		t.Error("rows of a scalar were given")
	}
	for _, shape := range [][]int{{5}, {-1, 6}, {6, 2}, {}} {
		if _, err := x.Reshape(shape...); err == nil {
			t.Errorf("6 elements took the shape %v", shape)
		}
	}
	if one, err := tensor.Scalar(int32(7)).Reshape(1, 1); err != nil || one.Len() != 1 {
		t.Errorf("a scalar as (1, 1): %v, %v", one, err)
	}
	for _, shape := range [][]int{{7}, {-6}, {math.MaxInt, 3}} {
		if _, err := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, shape...); err == nil {
			t.Errorf("6 values took the shape %v", shape)
		}
		if _, err := tensor.New(tensor.Float32, shape...); err == nil && shape[0] != 7 {
			t.Errorf("a tensor of shape %v was made", shape)
		}
	}
	rows, err := x.Rows(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if values := append(rows.Float32s(), 9); x.Float32s()[2] != 3 {
		t.Errorf("appending %v to a view's elements overwrote those behind", values)
	}
}

func TestCopyFromRefuses(t *testing.T) {
	x := of(t, tensor.Float32, 3, 2)
	for _, from := range []*tensor.Tensor{of(t, tensor.Float64, 3, 2), of(t, tensor.Float32, 2, 3), of(t, tensor.Float32, 6)} {
		if err := x.CopyFrom(from); err == nil || !slices.Equal(x.Float64s(), []float64{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%v was copied over %v: %v", from, x, err)
		}
	}
}

func TestValuesOfAType(t *testing.T) {
	x := of(t, tensor.Uint8, 6)
	values, err := tensor.Values[uint8](x)
	if err != nil {
		t.Fatal(err)
	}
	values[0] = 9
	if x.Float64s()[0] != 9 || x.Float32s() != nil {
		t.Errorf("writing a value left %v", x.Float64s())
	}
	if _, err := tensor.Values[int8](x); err == nil || !strings.Contains(err.Error(), "uint8, not int8") {
		t.Errorf("bytes as int8: %v", err)
	}
	if got := tensor.TypeOf[tensor.Brain](); got != tensor.BFloat16 {
		t.Errorf("a Brain is stored as %v", got)
	}
}

func TestConvert(t *testing.T) {
	x, err := tensor.Of([]float64{-1.75, -0.5, 0, 0.5, 2.5, 300}, 6)
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[tensor.DType][]float64{
		tensor.Int8 + 100: nil, tensor.Invalid: nil,
		tensor.Int16: {-1, 0, 0, 0, 2, 300}, tensor.Int64: {-1, 0, 0, 0, 2, 300},
		tensor.Bool:    {1, 1, 0, 1, 1, 1},
		tensor.Float16: {-1.75, -0.5, 0, 0.5, 2.5, 300}, tensor.BFloat16: {-1.75, -0.5, 0, 0.5, 2.5, 300}, tensor.Float32: {-1.75, -0.5, 0, 0.5, 2.5, 300},
	} {
		got, err := x.Convert(d)
		if want == nil {
			if err == nil {
				t.Errorf("converted to %v", d)
			}
			continue
		}
		if err != nil || !slices.Equal(got.Float64s(), want) {
			t.Errorf("as %v: %v, %v; want %v", d, got.Float64s(), err, want)
		}
	}
	if same, err := x.Convert(tensor.Float64); same != x || err != nil {
		t.Error("converting to its own type copied")
	}
	narrow, err := x.Convert(tensor.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if narrow.Float32s()[0] = 5; x.Float64s()[0] != -1.75 {
		t.Error("a converted tensor shares its elements")
	}
	big, err := tensor.Of([]int64{1<<53 + 1, -1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := big.Convert(tensor.Int64); err != nil || again != big {
		t.Errorf("an int64 tensor as int64 is %v: %v", again, err)
	}
}
