package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// FuzzRelations compares the comparisons and choices with their twins, with
// equal numbers, zeros of both signs, infinities and NaN among them.
func FuzzRelations(f *testing.F) {
	for n := range 70 {
		f.Add(uint64(n), uint16(n))
	}
	negative := math.Float32frombits(1 << 31)
	special := []float32{0, negative, 1, -1, 2.5, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e-45}
	f.Fuzz(func(t *testing.T, seed uint64, length uint16) {
		r, n, twin := rand.New(rand.NewPCG(seed, 8)), int(length)%300, portableRelations()
		x, y, z := newGuarded(n, r.IntN(16)), newGuarded(n, r.IntN(16)), newGuarded(n, r.IntN(16))
		for i := range n {
			x.data[i], y.data[i], z.data[i] = special[r.IntN(len(special))], special[r.IntN(len(special))], r.Float32()
		}
		for _, s := range native() {
			check := func(name string, run func(s Relations, dst []float32)) {
				got, want := newGuarded(n, r.IntN(16)), make([]float32, n)
				run(s.Relations, got.data)
				run(twin, want)
				got.check(t)
				mustEqual(t, s.Name+" "+name, got.data, want)
			}
			check("Equal", func(s Relations, dst []float32) { s.Equal(dst, x.data, y.data) })
			check("NotEqual", func(s Relations, dst []float32) { s.NotEqual(dst, x.data, y.data) })
			check("Less", func(s Relations, dst []float32) { s.Less(dst, x.data, y.data) })
			check("LessEqual", func(s Relations, dst []float32) { s.LessEqual(dst, x.data, y.data) })
			check("Choose", func(s Relations, dst []float32) { s.Choose(dst, x.data, y.data, z.data) })
			check("Choose in place", func(s Relations, dst []float32) {
				copy(dst, x.data)
				s.Choose(dst, dst, y.data, z.data)
			})
		}
	})
}
