package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// FuzzOuter compares every sum of outer products with its twin on integers,
// where the result is exact, for any distances and columns.
func FuzzOuter(f *testing.F) {
	for seed := range 30 {
		f.Add(uint64(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		for _, s := range native() {
			for i := range s.outer {
				compareOuter(t, s, &s.outer[i], rand.New(rand.NewPCG(seed, uint64(i))))
			}
		}
	})
}

func compareOuter(t *testing.T, s *Set, o *Outer, r *rand.Rand) {
	t.Helper()
	count, step := r.IntN(9), r.IntN(30)
	columns := o.Columns - r.IntN(s.Lanes)
	across, stride := columns+r.IntN(9), columns+r.IntN(9)
	a, b := integers(r, count*step+o.Rows), integers(r, (count+1)*across)
	c := integers(r, (o.Rows-1)*stride+columns)
	want := slices.Clone(c.data)
	o.Add(count, &a.data[0], step, &b.data[0], across, &c.data[0], stride, columns)
	portableOuter(o.Rows, o.Columns).Add(count, &a.data[0], step, &b.data[0], across, &want[0], stride, columns)
	c.check(t)
	mustEqual(t, fmt.Sprintf("%s %dx%d count %d columns %d", s.Name, o.Rows, o.Columns, count, columns), c.data, want)
}

func TestOuterForCovers(t *testing.T) {
	for _, s := range append(native(), portable()) {
		for rows := 1; rows <= s.TileRows; rows++ {
			for columns := 1; columns <= s.TileColumns; columns++ {
				o := s.OuterFor(rows, columns)
				if o.Rows != rows || columns > o.Columns || columns <= o.Columns-s.Lanes {
					t.Fatalf("%s: %dx%d got %dx%d", s.Name, rows, columns, o.Rows, o.Columns)
				}
			}
		}
	}
}
