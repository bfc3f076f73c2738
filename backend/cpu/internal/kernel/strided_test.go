package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// FuzzStrided compares every strided tile with its twin on integers, where
// the result is exact, for any segments, distances and columns.
func FuzzStrided(f *testing.F) {
	for seed := range 30 {
		f.Add(uint64(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		for _, s := range native() {
			for i := range s.strided {
				least := 1
				if i > 0 && s.strided[i-1].Rows == s.strided[i].Rows {
					least = s.strided[i-1].Columns + 1
				}
				compareStrided(t, s, &s.strided[i], least, rand.New(rand.NewPCG(seed, uint64(i))))
			}
		}
	})
}

func compareStrided(t *testing.T, s *Set, tile *Strided, least int, r *rand.Rand) {
	t.Helper()
	segments, length, step := r.IntN(4), r.IntN(12), r.IntN(30)
	columns := least + r.IntN(tile.Columns-least+1)
	stride, apart := columns+r.IntN(9), columns+r.IntN(9)
	offsets := make([]int, segments+1)
	furthest := 0
	for i := range offsets {
		offsets[i] = r.IntN(50)
		furthest = max(furthest, offsets[i])
	}
	a := integers(r, (tile.Rows-1)*step+furthest+length+1)
	b := integers(r, segments*length*s.TileColumns+s.TileColumns)
	c := integers(r, (tile.Rows-1)*stride+columns)
	want := append([]float32(nil), c.data...)
	var bias, residual *float32
	if r.IntN(2) > 0 {
		bias = &integers(r, columns).data[0]
	}
	theirs := residual
	switch r.IntN(3) {
	case 1:
		residual = &integers(r, (tile.Rows-1)*apart+columns).data[0]
		theirs = residual
	case 2: // the destination itself
		residual, theirs, apart = &c.data[0], &want[0], stride
	}
	mode := Mode(r.IntN(4)) * ReLU
	tile.Multiply(&a.data[0], step, &offsets[0], segments, length, &b.data[0], &c.data[0], stride, columns, bias, residual, apart, mode)
	portableStrided(tile.Rows, tile.Columns, s.TileColumns).Multiply(
		&a.data[0], step, &offsets[0], segments, length, &b.data[0], &want[0], stride, columns, bias, theirs, apart, mode)
	c.check(t)
	mustEqual(t, fmt.Sprintf("%s %dx%d segments %d length %d columns %d mode %d", s.Name, tile.Rows, tile.Columns, segments, length, columns, mode), c.data, want)
}

func TestStridedForCovers(t *testing.T) {
	for _, s := range append(native(), portable()) {
		for rows := 1; rows <= s.TileRows; rows++ {
			for columns := 1; columns <= s.TileColumns; columns++ {
				tile := s.StridedFor(rows, columns)
				if tile.Rows != rows || columns > tile.Columns || columns <= tile.Columns-s.Lanes || tile.Columns > s.TileColumns {
					t.Fatalf("%s: %dx%d got a tile of %dx%d", s.Name, rows, columns, tile.Rows, tile.Columns)
				}
			}
		}
	}
}
