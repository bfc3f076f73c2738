package initializers

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Orthogonal makes a matrix whose columns, or rows if there are fewer of them,
// are orthogonal and of the length Gain (keras.initializers.Orthogonal; Saxe
// et al., 2014). All dimensions of the weight but the last are one.
type Orthogonal struct {
	// Gain is 1 when 0.
	Gain float64
}

func (o Orthogonal) gain() float64 { return or(o.Gain, 1) }

// Object returns Keras' description.
func (o Orthogonal) Object() config.Object {
	return config.Object{Class: "Orthogonal", Config: config.Map{"gain": o.gain(), "seed": nil}}
}

// Fill draws the matrix, each one equally likely.
func (o Orthogonal) Fill(values []float32, shape tensor.Shape, stream *random.Stream) error {
	if len(shape) < 2 {
		return fmt.Errorf("initializers: Orthogonal given a weight of shape %v, expected at least two dimensions", shape)
	}
	columns := shape[len(shape)-1]
	if len(values) == 0 {
		return nil
	}
	rows := len(values) / columns
	long, short := max(rows, columns), min(rows, columns)
	for i, vector := range orthonormal(short, long, stream) {
		for j, x := range vector {
			at := j*columns + i
			if rows < columns {
				at = i*columns + j
			}
			values[at] = float32(o.gain() * x)
		}
	}
	return nil
}

// orthonormal draws count vectors of the given length and makes them
// orthonormal by the modified Gram-Schmidt process, which leaves directions
// uniform because the normal distribution has none.
func orthonormal(count, length int, stream *random.Stream) [][]float64 {
	vectors := make([][]float64, count)
	for i := range vectors {
		vectors[i] = make([]float64, length)
		for j := range vectors[i] {
			vectors[i][j] = stream.Normal()
		}
		for _, earlier := range vectors[:i] {
			along := dot(vectors[i], earlier)
			for j := range vectors[i] {
				vectors[i][j] -= along * earlier[j]
			}
		}
		size := math.Sqrt(dot(vectors[i], vectors[i]))
		for j := range vectors[i] {
			vectors[i][j] /= size
		}
	}
	return vectors
}

func dot(x, y []float64) float64 {
	var sum float64
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}
