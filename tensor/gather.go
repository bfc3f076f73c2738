package tensor

import "fmt"

// Gather overwrites the first rows of t, in their order, with the given rows
// of from: the samples of a batch out of all samples. Both need the same
// element type and the same shape apart from the first dimension.
func (t *Tensor) Gather(from *Tensor, rows []int) error {
	if t.dtype != from.dtype || len(t.shape) == 0 || len(from.shape) == 0 || !t.shape[1:].Equal(from.shape[1:]) {
		return fmt.Errorf("tensor: cannot gather rows of %v into %v", from, t)
	}
	if len(rows) > t.shape[0] {
		return fmt.Errorf("tensor: %d rows do not fit into %v", len(rows), t)
	}
	for _, row := range rows {
		if row < 0 || row >= from.shape[0] {
			return fmt.Errorf("tensor: row %d asked of %v", row, from)
		}
	}
	width, err := t.shape[1:].Elements()
	if err != nil {
		return err
	}
	gather(t.data, from.data, width, rows)
	return nil
}

func gather(to, from any, width int, rows []int) {
	switch v := to.(type) {
	case []bool:
		gatherRows(v, from.([]bool), width, rows)
	case []uint8:
		gatherRows(v, from.([]uint8), width, rows)
	case []int8:
		gatherRows(v, from.([]int8), width, rows)
	case []uint16:
		gatherRows(v, from.([]uint16), width, rows)
	case []int16:
		gatherRows(v, from.([]int16), width, rows)
	case []uint32:
		gatherRows(v, from.([]uint32), width, rows)
	case []int32:
		gatherRows(v, from.([]int32), width, rows)
	case []uint64:
		gatherRows(v, from.([]uint64), width, rows)
	case []int64:
		gatherRows(v, from.([]int64), width, rows)
	case []Half:
		gatherRows(v, from.([]Half), width, rows)
	case []Brain:
		gatherRows(v, from.([]Brain), width, rows)
	case []float32:
		gatherRows(v, from.([]float32), width, rows)
	case []float64:
		gatherRows(v, from.([]float64), width, rows)
	}
}

func gatherRows[T Element](to, from []T, width int, rows []int) {
	for i, row := range rows {
		copy(to[i*width:(i+1)*width], from[row*width:])
	}
}
