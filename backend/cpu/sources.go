package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
)

// random draws uniform numbers.
type random struct {
	pool  *pool.Pool
	op    graph.RandomUniform
	value *value

	y              []float32
	key            [4]uint32
	rows, elements int
	perRow         int // items
}

// randomsPerItem is the numbers that one item draws, a multiple of four.
const randomsPerItem = 1 << 12

func (s *random) resize(samples int) {
	s.rows = 1
	if shape := s.op.Shape; len(shape) > 0 && shape[0] == graph.Batch {
		s.rows = samples
	}
	s.elements = 0
	if s.rows > 0 {
		s.elements = s.value.extent().at(samples) / s.rows
	}
	s.perRow = (s.elements + randomsPerItem - 1) / randomsPerItem
}

func (s *random) run(samples int) error {
	s.y = s.value.floats(samples)
	copy(s.key[:], elementsOf[uint32](s.value.operands[0].memory, 4))
	return s.pool.Run(s.rows*s.perRow, s)
}

// Do draws part of a row.
func (s *random) Do(item, _ int) {
	row, from := item/s.perRow, item%s.perRow*randomsPerItem
	y := s.y[row*s.elements:][from:min(from+randomsPerItem, s.elements)]
	for block := from / 4; len(y) > 0; block++ {
		numbers := s.op.Block(s.key, row, block)
		y = y[copy(y, numbers[:]):]
	}
}

// batchSize is the number of samples of the run.
type batchSize struct{ value *value }

func (s *batchSize) resize(int) {}

func (s *batchSize) run(samples int) error {
	s.value.memory.floats(1)[0] = float32(samples)
	return nil
}
