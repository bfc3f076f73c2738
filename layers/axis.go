package layers

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/graph"
)

// axisOf returns the dimension that an axis, counted from the end if
// negative, names in a value; it must not be the batch's.
func axisOf(x *graph.Node, axis int) (int, error) {
	resolved := axis
	if resolved < 0 {
		resolved += x.Rank()
	}
	if resolved < 1 || resolved >= x.Rank() {
		return 0, fmt.Errorf("axis %d does not exist in an input of shape %v, expected 1 to %d, or -1 for the last", axis, x.Shape(), x.Rank()-1)
	}
	return resolved, nil
}

// axesOf returns the dimensions that axes name, ascending; the last for nil.
func axesOf(x *graph.Node, axes []int) ([]int, error) {
	if axes == nil {
		axes = []int{-1}
	}
	resolved := make([]int, len(axes))
	for i, axis := range axes {
		var err error
		if resolved[i], err = axisOf(x, axis); err != nil {
			return nil, err
		}
	}
	slices.Sort(resolved)
	if len(slices.Compact(slices.Clone(resolved))) != len(axes) {
		return nil, fmt.Errorf("axes %v name a dimension twice", axes)
	}
	return resolved, nil
}

func orLast(axis int) int {
	if axis == 0 {
		return -1
	}
	return axis
}

// axis reads a single axis, which Keras 2 may have written as a list; 0 if
// there is none.
func (s *settings) axis(key string) int {
	switch axes := s.Ints(key, nil); len(axes) {
	case 0:
		return 0
	case 1:
		return axes[0]
	default:
		s.Fail(key, fmt.Errorf("got %v, expected one axis", axes))
		return 0
	}
}

func valueOr(given *float64, missing float64) float64 {
	if given == nil {
		return missing
	}
	return *given
}
