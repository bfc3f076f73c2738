package tensor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Shape is the extents of a tensor, outermost first; pictures are (batch,
// height, width, channels). The empty shape is a scalar's. Packages that
// describe computations may use negative extents for what is not yet known;
// a Tensor's shape never has any.
type Shape []int

// MaxRank bounds the number of dimensions anywhere in Lince.
const MaxRank = 8

// Elements returns the product of the extents, or an error if one is negative
// or the product overflows. A scalar has one element.
func (s Shape) Elements() (int, error) {
	if len(s) > MaxRank {
		return 0, fmt.Errorf("tensor: shape %v has %d dimensions, at most %d are supported", s, len(s), MaxRank)
	}
	count, empty := 1, false
	for i, extent := range s {
		switch {
		case extent < 0:
			return 0, fmt.Errorf("tensor: shape %v has the negative extent %d at dimension %d", s, extent, i)
		case extent == 0:
			empty = true
		case count > math.MaxInt/extent:
			return 0, fmt.Errorf("tensor: shape %v has more elements than memory has addresses", s)
		default:
			count *= extent
		}
	}
	if empty {
		return 0, nil
	}
	return count, nil
}

// Equal reports whether both shapes have the same extents.
func (s Shape) Equal(other Shape) bool { return slices.Equal(s, other) }

// Clone returns a copy that shares nothing with s.
func (s Shape) Clone() Shape { return slices.Clone(s) }

// String prints the shape as Keras does: (None, 150, 150, 3), with None for a
// negative extent and a trailing comma for one dimension.
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, extent := range s {
		parts[i] = "None"
		if extent >= 0 {
			parts[i] = strconv.Itoa(extent)
		}
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
