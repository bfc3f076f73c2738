package kernel

// Outer sums outer products of short vectors where they lie, one pair every
// step and across elements:
//
//	c[i·stride + j] += Σₚ a[p·step + i] · b[p·across + j]   for p < count, i < Rows, j < columns
//
// where columns may be anything from Columns - Lanes + 1 to Columns.
type Outer struct {
	Rows, Columns int
	Add           func(count int, a *float32, step int, b *float32, across int, c *float32, stride, columns int)
}

// OuterFor returns the sum of products of the given rows, at most TileRows,
// and columns, at most TileColumns.
func (s *Set) OuterFor(rows, columns int) *Outer {
	at := 2 * (rows - 1)
	if columns > s.outer[at].Columns {
		at++
	}
	return &s.outer[at]
}

// portableOuters returns the sums in Go for up to the given rows.
func portableOuters(rows, lanes int) []Outer {
	var list []Outer
	for r := 1; r <= rows; r++ {
		list = append(list, portableOuter(r, lanes), portableOuter(r, 2*lanes))
	}
	return list
}

func portableOuter(rows, widest int) Outer {
	return Outer{rows, widest, func(count int, a *float32, step int, b *float32, across int, c *float32, stride, columns int) {
		for i := range rows {
			out := rowAt(c, i*stride, columns)
			for p := range count {
				x := rowAt(a, p*step+i, 1)[0]
				for j, y := range rowAt(b, p*across, columns) {
					out[j] += x * y
				}
			}
		}
	}}
}
