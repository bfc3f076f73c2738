package data

import (
	"slices"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

func TestCountClasses(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float32
		shape  []int
		want   []int
	}{
		{"numbers", []float32{0, 2, 2, 1}, []int{4}, []int{1, 1, 2}},
		{"a column of numbers", []float32{1, 0, 1}, []int{3, 1}, []int{1, 2}},
		{"one-hot", []float32{0, 1, 0, 1, 0, 0}, []int{2, 3}, []int{1, 1, 0}},
		{"quantities", []float32{0.5, 1}, []int{2}, nil},
		{"negative", []float32{-1, 1}, []int{2}, nil},
		{"several ones", []float32{1, 1, 0, 1}, []int{2, 2}, nil},
		{"none", []float32{0, 0, 0, 1}, []int{2, 2}, nil},
		{"pictures", []float32{0, 1}, []int{1, 2, 1}, nil},
	} {
		targets, err := tensor.Of(c.values, c.shape...)
		if err != nil {
			t.Fatal(err)
		}
		if got := countClasses(targets); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, expected %v", c.name, got, c.want)
		}
	}
}
