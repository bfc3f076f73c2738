package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// guard surrounds every buffer a kernel is shown; no kernel may touch it.
const (
	guardWords = 24
	guardValue = float32(-77777.25)
)

// guarded is a buffer between guard words, at any alignment.
type guarded struct {
	whole []float32
	data  []float32
}

func newGuarded(n, misalign int) guarded {
	whole := make([]float32, n+2*guardWords+misalign)
	for i := range whole {
		whole[i] = guardValue
	}
	return guarded{whole: whole, data: whole[guardWords+misalign : guardWords+misalign+n : guardWords+misalign+n]}
}

func (g guarded) check(t *testing.T) {
	t.Helper()
	before := len(g.whole) - guardWords - len(g.data)
	for i, v := range g.whole {
		if (i < before || i >= before+len(g.data)) && v != guardValue {
			t.Fatalf("wrote %v at %d of a buffer of %d", v, i-before, len(g.data))
		}
	}
}

func randomGuarded(r *rand.Rand, n int) guarded {
	g := newGuarded(n, r.IntN(16))
	for i := range g.data {
		g.data[i] = float32(r.IntN(2001)-1000) / 64
	}
	return g
}

func eachNative(t *testing.T, f func(t *testing.T, s *Set)) {
	sets := native()
	if len(sets) == 0 {
		t.Skip("no assembly kernels on this machine or in this build")
	}
	for _, s := range sets {
		t.Run(s.Name, func(t *testing.T) { f(t, s) })
	}
}

func close32(got, want float32, ulps float64) bool {
	if got == want || math.IsNaN(float64(got)) && math.IsNaN(float64(want)) {
		return true
	}
	spacing := math.Nextafter(math.Abs(float64(want)), math.Inf(1)) // for the magnitude only
	return math.Abs(float64(got)-float64(want)) <= ulps*math.Max(spacing*0x1p-23, 0x1p-149)
}

func TestSelect(t *testing.T) {
	for _, name := range []string{"", "generic"} {
		s, err := Select(name)
		if err != nil || name != "" && s.Name != name {
			t.Fatalf("Select(%q) = %v, %v", name, s, err)
		}
	}
	if _, err := Select("sse9"); err == nil {
		t.Fatal("an unknown instruction set was accepted")
	}
}

// TestTilesAgainstTwin compares every assembly tile with the Go twin on
// integers, where the result is exact, at odd depths and strides.
func TestTilesAgainstTwin(t *testing.T) {
	eachNative(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, tile := range s.tiles {
			twin := portableTile(tile.Rows, tile.Columns, s.TileRows, s.TileColumns)
			for _, depth := range []int{0, 1, 2, 3, 27, 64, 129} {
				for mode := range Mode(8) {
					for _, biased := range []bool{false, true} {
						stride := tile.Columns + r.IntN(9)
						a, b := integers(r, depth*s.TileRows+1), integers(r, depth*s.TileColumns+1)
						c := integers(r, (tile.Rows-1)*stride+tile.Columns)
						want := append([]float32(nil), c.data...)
						var bias *float32
						if biased {
							bias = &integers(r, tile.Columns).data[0]
						}
						tile.Multiply(depth, &a.data[0], &b.data[0], &c.data[0], stride, bias, mode)
						twin(depth, &a.data[0], &b.data[0], &want[0], stride, bias, mode)
						c.check(t)
						for i := range want {
							if c.data[i] != want[i] {
								t.Fatalf("%dx%d depth %d mode %d bias %v: element %d is %v, want %v",
									tile.Rows, tile.Columns, depth, mode, biased, i, c.data[i], want[i])
							}
						}
					}
				}
			}
		}
	})
}

func integers(r *rand.Rand, n int) guarded {
	g := newGuarded(n, r.IntN(16))
	for i := range g.data {
		g.data[i] = float32(r.IntN(17) - 8)
	}
	return g
}

func TestTileForCovers(t *testing.T) {
	for _, s := range append(native(), portable()) {
		for rows := 1; rows <= s.TileRows; rows++ {
			for columns := 1; columns <= s.TileColumns; columns++ {
				tile := s.TileFor(rows, columns)
				if tile.Rows < rows || tile.Columns < columns || tile.Rows > s.TileRows || tile.Columns > s.TileColumns {
					t.Fatalf("%s: %dx%d got a tile of %dx%d", s.Name, rows, columns, tile.Rows, tile.Columns)
				}
			}
		}
	}
}

// FuzzVectors compares every vector kernel with its twin at any length and alignment.
func FuzzVectors(f *testing.F) {
	for n := range 70 {
		f.Add(uint64(n), uint16(n))
	}
	f.Fuzz(func(t *testing.T, seed uint64, length uint16) {
		for _, s := range native() {
			compareVectors(t, s, portable(), rand.New(rand.NewPCG(seed, 7)), int(length)%700)
		}
	})
}

func compareVectors(t *testing.T, s, twin *Set, r *rand.Rand, n int) {
	t.Helper()
	x, y, z := randomGuarded(r, n), randomGuarded(r, n), randomGuarded(r, n)
	if n > 3 {
		x.data[r.IntN(n)] = float32(math.NaN())
		y.data[r.IntN(n)] = float32(math.NaN())
		x.data[r.IntN(n)] = float32(math.Inf(1 - 2*r.IntN(2)))
		y.data[r.IntN(n)] = 0
	}
	compare := func(name string, ulps float64, run func(s *Set, dst []float32)) {
		t.Helper()
		got, want := newGuarded(n, r.IntN(16)), make([]float32, n)
		copy(got.data, z.data)
		copy(want, z.data)
		run(s, got.data)
		run(twin, want)
		got.check(t)
		for i := range want {
			if !close32(got.data[i], want[i], ulps) {
				t.Fatalf("%s %s, length %d: element %d is %v, want %v (x %v, y %v)", s.Name, name, n, i, got.data[i], want[i], x.data[i], y.data[i])
			}
		}
	}
	compare("Add", 0, func(s *Set, dst []float32) { s.Add(dst, x.data, y.data) })
	compare("Sub", 0, func(s *Set, dst []float32) { s.Sub(dst, x.data, y.data) })
	compare("Mul", 0, func(s *Set, dst []float32) { s.Mul(dst, x.data, y.data) })
	compare("Div", 0, func(s *Set, dst []float32) { s.Div(dst, x.data, y.data) })
	compare("Max", 0, func(s *Set, dst []float32) { s.Max(dst, x.data, y.data) })
	compare("Min", 0, func(s *Set, dst []float32) { s.Min(dst, x.data, y.data) })
	compare("MulAdd", 0, func(s *Set, dst []float32) { s.MulAdd(dst, x.data, y.data, z.data) })
	compare("Sqrt", 0, func(s *Set, dst []float32) { s.Sqrt(dst, x.data) })
	compare("ReLU", 0, func(s *Set, dst []float32) { s.ReLU(dst, x.data) })
	compare("ReLUGrad", 0, func(s *Set, dst []float32) { s.ReLUGrad(dst, x.data, y.data) })
	compare("Exp", 2, func(s *Set, dst []float32) { s.Exp(dst, x.data) })
	compare("Sigmoid", 4, func(s *Set, dst []float32) { s.Sigmoid(dst, x.data) })
	compare("Tanh", 4, func(s *Set, dst []float32) { s.Tanh(dst, x.data) })
	compare("Erf", 3, func(s *Set, dst []float32) { s.Erf(dst, x.data) })
	compare("ScaleShift", 0, func(s *Set, dst []float32) { s.ScaleShift(dst, x.data, 0.5, 3) })
	compare("Fill", 0, func(s *Set, dst []float32) { s.Fill(dst, 2.5) })
	compare("in place", 0, func(s *Set, dst []float32) { s.Add(dst, dst, dst) })

	a, b := integers(r, n), integers(r, n)
	if got, want := s.Sum(a.data), twin.Sum(a.data); got != want {
		t.Fatalf("%s Sum of %d is %v, want %v", s.Name, n, got, want)
	}
	if got, want := s.Dot(a.data, b.data), twin.Dot(a.data, b.data); got != want {
		t.Fatalf("%s Dot of %d is %v, want %v", s.Name, n, got, want)
	}
	if n == 0 {
		return
	}
	count := r.IntN(6)
	stride := n + r.IntN(5)
	rows, weights := integers(r, count*stride+n), integers(r, count)
	compare("Combine", 0, func(s *Set, dst []float32) {
		s.Fill(dst, 1)
		s.Combine(dst, weights.data, &rows.data[0], stride)
	})
	compare("AddRows", 0, func(s *Set, dst []float32) {
		s.Fill(dst, 1)
		s.AddRows(dst, &rows.data[0], stride, count)
	})
}

// TestExponentialsAreAccurate measures against float64 over the whole range,
// the subnormal results and the overflow included.
func TestExponentialsAreAccurate(t *testing.T) {
	eachNative(t, func(t *testing.T, s *Set) {
		var x []float32
		for v := -110.0; v < 95; v += 0.00731 {
			x = append(x, float32(v))
		}
		for v := 1e-30; v < 1; v *= 1.07 {
			x = append(x, float32(v), float32(-v))
		}
		x = append(x, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0)
		for _, f := range []struct {
			name   string
			kernel func(dst, x []float32)
			truth  func(float64) float64
			ulps   float64
		}{
			{"exp", s.Exp, math.Exp, 2},
			{"tanh", s.Tanh, math.Tanh, 4},
			{"erf", s.Erf, math.Erf, 3},
			{"sigmoid", s.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 4},
		} {
			got := make([]float32, len(x))
			f.kernel(got, x)
			for i, v := range x {
				if want := float32(f.truth(float64(v))); !close32(got[i], want, f.ulps) {
					t.Fatalf("%s(%v) = %v, want %v", f.name, v, got[i], want)
				}
			}
		}
	})
}

func TestPackingAgainstTwin(t *testing.T) {
	twin := portable()
	eachNative(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, width := range []int{s.TileRows, s.TileColumns} {
			for depth := range 40 {
				rows := make([]*float32, (width+s.Lanes-1)/s.Lanes*s.Lanes)
				for i := range rows {
					rows[i] = &randomGuarded(r, depth+1).data[0]
				}
				got, want := newGuarded(width*depth, r.IntN(16)), make([]float32, width*depth)
				s.Transpose(got.data, width, rows, depth)
				twin.Transpose(want, width, rows, depth)
				got.check(t)
				mustEqual(t, fmt.Sprintf("Transpose width %d depth %d", width, depth), got.data, want)
				for lanes := 1; lanes <= width; lanes++ {
					step := lanes + r.IntN(40)
					src := randomGuarded(r, depth*step+lanes)
					got, want := newGuarded(width*depth, r.IntN(16)), make([]float32, width*depth)
					clear(got.data)
					s.Stack(got.data, width, &src.data[0], step, lanes, depth)
					twin.Stack(want, width, &src.data[0], step, lanes, depth)
					got.check(t)
					mustEqual(t, fmt.Sprintf("Stack width %d lanes %d depth %d", width, lanes, depth), got.data, want)
				}
			}
		}
	})
}

func mustEqual(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if !close32(got[i], want[i], 0) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestSetsHaveAllKernels looks for functions that an instruction set lacks.
func TestSetsHaveAllKernels(t *testing.T) {
	for _, s := range append(native(), portable()) {
		missing := absent(reflect.ValueOf(*s), "")
		if len(missing) > 0 {
			t.Errorf("%s has no %s", s.Name, strings.Join(missing, ", "))
		}
	}
}

// absent returns the names of what is nil among exported functions.
func absent(v reflect.Value, name string) []string {
	var list []string
	switch v.Kind() {
	case reflect.Func:
		if v.IsNil() {
			list = append(list, name)
		}
	case reflect.Array:
		for i := range v.Len() {
			list = append(list, absent(v.Index(i), fmt.Sprintf("%s[%d]", name, i))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				list = append(list, absent(v.Field(i), field.Name)...)
			}
		}
	}
	return list
}
