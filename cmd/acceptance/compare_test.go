package main

import (
	"math"
	"testing"
)

func TestLargestDifference(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		a, b []float32
		want float64
	}{
		{nil, nil, 0},
		{[]float32{1, 2, 3}, []float32{1, 2.5, 2.75}, 0.5},
		{[]float32{-1}, []float32{1}, 2},
		{[]float32{nan, 1}, []float32{0, 1}, math.NaN()},
		{[]float32{nan, 1}, []float32{0, 9}, math.NaN()},
	} {
		got, err := largestDifference(c.a, c.b)
		if err != nil || got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("largestDifference(%v, %v) = %v, %v; expected %v", c.a, c.b, got, err, c.want)
		}
	}
	if _, err := largestDifference([]float32{1}, nil); err == nil {
		t.Error("lists of other lengths compare without an error")
	}
}

func TestRelativeNorm(t *testing.T) {
	for _, c := range []struct {
		a, b, origin []float32
		want         float64
	}{
		{[]float32{3, 4}, []float32{3, 4}, nil, 0},
		{[]float32{0, 0}, []float32{0, 0}, nil, 0},
		{[]float32{3, 5}, []float32{3, 4}, nil, 0.2},
		{[]float32{13, 15}, []float32{13, 14}, []float32{10, 10}, 0.2},
		{[]float32{1}, []float32{0}, nil, math.Inf(1)},
		{[]float32{11}, []float32{10}, []float32{10}, math.Inf(1)},
	} {
		if got, err := relativeNorm(c.a, c.b, c.origin); err != nil || got != c.want {
			t.Errorf("relativeNorm(%v, %v, %v) = %v, %v; expected %v", c.a, c.b, c.origin, got, err, c.want)
		}
	}
	if _, err := relativeNorm([]float32{1, 2}, []float32{1, 2}, []float32{1}); err == nil {
		t.Error("an origin of another length compares without an error")
	}
}

func TestErrorsBelow(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b []float64
		want float64
	}{
		{"equal", []float64{1, 2}, []float64{2, 1}, 0},
		{"two below", []float64{1, 3}, []float64{2, 4}, 1 / math.Sqrt2},
		{"above", []float64{2, 4}, []float64{1, 3}, -1 / math.Sqrt2},
		{"without noise", []float64{1, 1}, []float64{2, 2}, math.Inf(1)},
	} {
		if got := errorsBelow(c.a, c.b); math.Abs(got-c.want) > 1e-12 && got != c.want {
			t.Errorf("%s: %v, expected %v", c.name, got, c.want)
		}
	}
}

func TestMeanAndDeviation(t *testing.T) {
	mean, deviation := meanAndDeviation([]float64{2, 4, 4, 4, 5, 5, 7, 9})
	if math.Abs(mean-5) > 1e-12 || math.Abs(deviation-math.Sqrt(32.0/7)) > 1e-12 {
		t.Errorf("mean %v, deviation %v", mean, deviation)
	}
	if _, deviation := meanAndDeviation([]float64{3}); deviation != 0 {
		t.Errorf("the deviation of one value is %v", deviation)
	}
}
