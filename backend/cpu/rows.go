package cpu

import (
	"math"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
)

// rows computes softmax and its kin along the last dimension.
type rows struct {
	set   *kernel.Set
	pool  *pool.Pool
	value *value

	x, t, y      []float32
	count, width int
}

const rowsPerItem = 64

func (s *rows) resize(samples int) {
	shape := s.value.operands[0].typ.Shape
	last := len(shape) - 1
	s.count, s.width = extentOf(shape[:last]).at(samples), extentOf(shape[last:]).at(samples)
}

func (s *rows) run(samples int) error {
	s.x, s.y = s.value.operands[0].floats(samples), s.value.floats(samples)
	if len(s.value.operands) > 1 {
		s.t = s.value.operands[1].floats(samples)
	}
	return s.pool.Run((s.count+rowsPerItem-1)/rowsPerItem, s)
}

// Do computes some rows.
func (s *rows) Do(item, _ int) {
	for row := item * rowsPerItem; row < min((item+1)*rowsPerItem, s.count); row++ {
		x := s.x[row*s.width : (row+1)*s.width]
		switch s.value.op.(type) {
		case graph.SoftmaxCrossentropy:
			s.y[row] = crossentropy(x, s.t[row*s.width:(row+1)*s.width])
		case graph.LogSoftmax:
			largest, logarithm := normaliser(x)
			y := s.y[row*s.width : (row+1)*s.width]
			for i, v := range x {
				y[i] = float32(float64(v-largest) - logarithm)
			}
		default:
			s.softmax(s.y[row*s.width:(row+1)*s.width], x)
		}
	}
}

// normaliser returns the largest element and ln Σ exp(x - largest).
func normaliser(x []float32) (largest float32, logarithm float64) {
	largest = float32(math.Inf(-1))
	for _, v := range x {
		largest = max(largest, v)
	}
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v - largest))
	}
	return largest, math.Log(sum)
}

func crossentropy(x, t []float32) float32 {
	largest, logarithm := normaliser(x)
	var loss float64
	for i, v := range x {
		loss -= float64(t[i]) * (float64(v-largest) - logarithm)
	}
	return float32(loss)
}

func (s *rows) softmax(y, x []float32) {
	largest := float32(math.Inf(-1))
	for _, v := range x {
		largest = max(largest, v)
	}
	for i, v := range x {
		y[i] = v - largest
	}
	s.set.Exp(y, y)
	s.set.ScaleShift(y, y, 1/s.set.Sum(y), 0)
}

// gather picks rows by number.
type gather struct {
	pool  *pool.Pool
	value *value

	x, y    []float32
	numbers []int32
}

func (s *gather) resize(int) {}

func (s *gather) run(samples int) error {
	s.x, s.y = s.value.operands[0].floats(samples), s.value.floats(samples)
	s.numbers = elementsOf[int32](s.value.operands[1].memory, s.value.operands[1].extent().at(samples))
	return s.pool.Run(s.value.pictures(samples), s)
}

// Do picks the rows of one sample.
func (s *gather) Do(sample, _ int) {
	from, to := s.value.operands[0].typ.Shape, s.value.typ.Shape
	rows, picks, channels := from[1], to[1], to[2]
	x := s.x[sample*rows*channels:]
	for pick := sample * picks; pick < (sample+1)*picks; pick++ {
		row := nearest(s.numbers[pick], rows)
		copy(s.y[pick*channels:(pick+1)*channels], x[row*channels:])
	}
}

func nearest(number int32, rows int) int { return min(max(int(number), 0), rows-1) }

// scatter adds rows up by number.
type scatter struct {
	set   *kernel.Set
	pool  *pool.Pool
	value *value

	x, y    []float32
	numbers []int32
}

func (s *scatter) resize(int) {}

func (s *scatter) run(samples int) error {
	s.x, s.y = s.value.operands[0].floats(samples), s.value.floats(samples)
	s.numbers = elementsOf[int32](s.value.operands[1].memory, s.value.operands[1].extent().at(samples))
	return s.pool.Run(s.value.pictures(samples), s)
}

// Do adds up the rows of one sample.
func (s *scatter) Do(sample, _ int) {
	from, to := s.value.operands[0].typ.Shape, s.value.typ.Shape
	picks, rows, channels := from[1], to[1], to[2]
	y := s.y[sample*rows*channels:][:rows*channels]
	clear(y)
	for pick := sample * picks; pick < (sample+1)*picks; pick++ {
		row := y[nearest(s.numbers[pick], rows)*channels:][:channels]
		s.set.Add(row, row, s.x[pick*channels:])
	}
}
