package layers

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/graph"
)

// Interpolation is how pictures are resized, with the arithmetic of
// tf.image.resize.
type Interpolation uint8

const (
	// DefaultInterpolation is what Keras' layer does by default: bilinear,
	// but nearest for UpSampling2D.
	DefaultInterpolation Interpolation = iota
	// Nearest takes the nearest pixel.
	Nearest
	// Bilinear weighs the nearest two pixels along each dimension.
	Bilinear
	// Bicubic weighs four pixels by the kernel of Keys (1981).
	Bicubic
	// Lanczos3 and Lanczos5 weigh by the windowed sinc of that radius.
	Lanczos3
	Lanczos5
)

// String returns Keras' spelling.
func (i Interpolation) String() string {
	names := [...]string{"default", "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"}
	if int(i) >= len(names) {
		return fmt.Sprintf("interpolation(%d)", uint8(i))
	}
	return names[i]
}

func (i Interpolation) or(missing Interpolation) Interpolation {
	if i == DefaultInterpolation {
		return missing
	}
	return i
}

func (s *settings) interpolation(missing Interpolation, among ...Interpolation) Interpolation {
	name := s.String("interpolation", missing.String())
	for _, i := range among {
		if i.String() == name {
			return i
		}
	}
	s.Fail("interpolation", fmt.Errorf("got %q, expected one of %v", name, among))
	return missing
}

func resizings() []Interpolation {
	return []Interpolation{Nearest, Bilinear, Bicubic, Lanczos3, Lanczos5}
}

// maxWeights bounds the matrix that resizes along one dimension.
const maxWeights = 1 << 26

// resize resizes pictures by one product with a constant matrix along each
// dimension, in which every target pixel has a row of weights.
func resize(c *Context, x *graph.Node, height, width int, i Interpolation, antialias bool) (*graph.Node, error) {
	if i == DefaultInterpolation || i > Lanczos5 {
		return nil, unfit("Interpolation", i, "one of %v", resizings())
	}
	for axis, target := range []int{height, width} {
		axis++
		extent := x.Extent(axis)
		if extent < 1 || target < 1 {
			return nil, fmt.Errorf("pictures of shape %v to resize to %dx%d, expected known extents of at least 1", x.Shape(), height, width)
		}
		if extent == target {
			continue
		}
		if target > maxWeights/extent {
			return nil, fmt.Errorf("resizing %d pixels to %d takes more than %d weights", extent, target, maxWeights)
		}
		rows, err := constant(c.Graph(), i.matrix(extent, target, antialias), target, extent)
		if err != nil {
			return nil, err
		}
		x = graph.Contract(graph.Dot{LeftContract: []int{axis}, RightContract: []int{1}}, x, rows)
		if axis == 1 { // the target's rows stand last
			x = x.Transpose(0, 3, 1, 2)
		} else {
			x = x.Transpose(0, 1, 3, 2)
		}
	}
	return x, nil
}

// matrix returns the weights (target, extent). Pixel j of the target has its
// centre at (j+½)·extent/target of the source.
func (i Interpolation) matrix(extent, target int, antialias bool) []float64 {
	weights := make([]float64, 0, extent*target)
	scale := float32(extent) / float32(target)
	for j := range target {
		row := make([]float64, extent)
		centre := (float32(j) + 0.5) * scale
		switch {
		case i == Nearest:
			row[min(int(centre), extent-1)] = 1
		case antialias || i >= Lanczos3:
			i.spread(row, float64(centre), max(float64(scale), 1), antialias)
		case i == Bilinear:
			bilinear(row, centre-0.5)
		default:
			bicubic(row, centre-0.5)
		}
		weights = append(weights, row...)
	}
	return weights
}

func bilinear(row []float64, at float32) {
	last := len(row) - 1
	lower := math.Floor(float64(at))
	share := float64(at) - lower
	row[min(max(int(lower), 0), last)] += 1 - share
	row[min(max(int(lower)+1, 0), last)] += share
}

// bicubic weighs at a place rounded to 1/1024 pixel, as TensorFlow's table
// does, and leaves out what lies outside.
func bicubic(row []float64, at float32) {
	lower := math.Floor(float64(at))
	share := math.RoundToEven((float64(at)-lower)*1024) / 1024
	for offset := -1; offset <= 2; offset++ {
		if position := int(lower) + offset; position >= 0 && position < len(row) {
			row[position] = keys(math.Abs(float64(offset) - share))
		}
	}
	normalize(row)
}

// spread weighs by the kernel, widened by the scale where that smooths.
func (i Interpolation) spread(row []float64, centre, scale float64, antialias bool) {
	if !antialias {
		scale = 1
	}
	kernel, radius := i.kernel()
	for position := range row {
		if distance := math.Abs(float64(position)+0.5-centre) / scale; distance < radius {
			row[position] = kernel(distance)
		}
	}
	normalize(row)
}

func (i Interpolation) kernel() (weight func(float64) float64, radius float64) {
	switch i {
	case Bicubic:
		return keys, 2
	case Lanczos3:
		return func(x float64) float64 { return sinc(x) * sinc(x/3) }, 3
	case Lanczos5:
		return func(x float64) float64 { return sinc(x) * sinc(x/5) }, 5
	}
	return func(x float64) float64 { return 1 - x }, 1
}

// keys is the cubic convolution kernel with a = -1/2 (R. Keys, 1981).
func keys(x float64) float64 {
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func normalize(row []float64) {
	var sum float64
	for _, weight := range row {
		sum += weight
	}
	for i := range row {
		row[i] /= sum
	}
}
