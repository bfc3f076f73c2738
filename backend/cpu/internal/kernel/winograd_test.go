package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// near compares what a transform wrote with what its twin did, which rounds
// products before adding them: a sum of at most 36 terms, each at most 64
// times an input of at most 16.
func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	const bound = 36 * 64 * 16 * 0x1p-23
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); d > bound || math.IsNaN(float64(got[i])) != math.IsNaN(float64(want[i])) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// eachScheme runs a test for every native transform and its twin.
func eachScheme(t *testing.T, f func(t *testing.T, s *Set, native, twin *Winograd, r *rand.Rand)) {
	eachNative(t, func(t *testing.T, s *Set) {
		twins := portableWinograd(s.Lanes)
		for i := range s.winograd {
			t.Run(fmt.Sprint(s.winograd[i].Results), func(t *testing.T) {
				f(t, s, &s.winograd[i], &twins[i], rand.New(rand.NewPCG(5, uint64(i))))
			})
		}
	})
}

func TestSpreadsAgainstTwin(t *testing.T) {
	eachScheme(t, func(t *testing.T, s *Set, native, twin *Winograd, r *rand.Rand) {
		for _, groups := range []int{1, 2, 5} {
			n := native.Results + 2
			pixel := groups*s.Lanes + r.IntN(7)
			row, group := n*pixel+r.IntN(9), s.Lanes+r.IntN(40)
			plane := groups*group + r.IntN(40)
			src := randomGuarded(r, n*row)
			for name, pair := range map[string][2]func(dst *float32, plane, group int, src *float32, row, pixel, groups int){
				"Pictures":  {native.Pictures, twin.Pictures},
				"Gradients": {native.Gradients, twin.Gradients},
			} {
				got, want := newGuarded(n*n*plane, r.IntN(16)), newGuarded(n*n*plane, 0)
				pair[0](&got.data[0], plane, group, &src.data[0], row, pixel, groups)
				pair[1](&want.data[0], plane, group, &src.data[0], row, pixel, groups)
				got.check(t)
				near(t, name, got.data, want.data)
			}
		}
	})
}

func TestKernelTransformsAgainstTwin(t *testing.T) {
	eachScheme(t, func(t *testing.T, s *Set, native, twin *Winograd, r *rand.Rand) {
		n := native.Results + 2
		for lanes := 1; lanes <= s.Lanes; lanes++ {
			count, step := 1+r.IntN(5), lanes+r.IntN(9)
			tap, apart := count*step+r.IntN(9), s.Lanes+r.IntN(9)
			plane := count*apart + r.IntN(9)
			src := randomGuarded(r, 8*tap+(count-1)*step+lanes)
			got, want := newGuarded(n*n*plane, r.IntN(16)), newGuarded(n*n*plane, 0)
			first, along := &src.data[0], tap
			if lanes%2 == 0 { // turned kernels
				first, along = &src.data[8*tap], -tap
			}
			native.Kernels(&got.data[0], plane, apart, first, along, step, count, lanes)
			twin.Kernels(&want.data[0], plane, apart, first, along, step, count, lanes)
			got.check(t)
			near(t, "Kernels", got.data, want.data)

			back, expected := newGuarded(len(src.data), r.IntN(16)), newGuarded(len(src.data), 0)
			planes := randomGuarded(r, n*n*plane)
			native.KernelGradients(&back.data[0], tap, step, &planes.data[0], plane, apart, count, lanes)
			twin.KernelGradients(&expected.data[0], tap, step, &planes.data[0], plane, apart, count, lanes)
			back.check(t)
			near(t, "KernelGradients", back.data, expected.data)
		}
	})
}

func TestGatheringAgainstTwin(t *testing.T) {
	eachScheme(t, func(t *testing.T, s *Set, native, twin *Winograd, r *rand.Rand) {
		n, m := native.Results+2, native.Results
		for option := range 32 {
			groups, mode := 1+option%3, Mode(option&6)
			filters := groups * s.Lanes
			plane, pixel := filters+r.IntN(9), filters+r.IntN(9)
			row := m*pixel + r.IntN(9)
			src := randomGuarded(r, n*n*plane)
			if option == 9 { // in a plane that all results contain
				inner := (1+r.IntN(m))*n + 1 + r.IntN(m)
				src.data[inner*plane+r.IntN(filters)] = float32(math.NaN())
			}
			var bias, residual *float32
			if option&1 != 0 {
				bias = &randomGuarded(r, filters).data[0]
			}
			if option&8 != 0 {
				residual = &randomGuarded(r, m*row).data[0]
			}
			var got, want [3]guarded
			for i := range got {
				got[i], want[i] = newGuarded(m*row, r.IntN(16)), newGuarded(m*row, 0)
			}
			var numbers [2][]uint8
			for i, w := range []*Winograd{native, twin} {
				out := [][3]guarded{got, want}[i]
				w.Outputs(&out[0].data[0], row, pixel, &src.data[0], plane, bias, residual, row, pixel, groups, mode)
				w.Pooled(&out[1].data[0], row, pixel, &src.data[0], plane, bias, groups, mode)
				numbers[i] = make([]uint8, m*row)
				w.Maxima(&out[2].data[0], row, pixel, &numbers[i][0], row, pixel, &src.data[0], plane, bias, groups, mode, option&1)
			}
			for i := range got {
				got[i].check(t)
				near(t, fmt.Sprint("output ", i, " of option ", option), got[i].data, want[i].data)
			}
			if !slices.Equal(numbers[0], numbers[1]) {
				t.Fatalf("option %d: numbers %v, want %v", option, numbers[0], numbers[1])
			}
		}
	})
}

func TestPlanesAgainstTwin(t *testing.T) {
	eachNative(t, func(t *testing.T, s *Set) {
		r := rand.New(rand.NewPCG(6, 6))
		width := s.TileColumns
		for _, p := range s.planes {
			twin := portablePlanes(p.Rows, p.Columns, s.Lanes, width)
			for _, groups := range []int{1, 3} {
				channels, planes := s.Lanes*groups, 3
				aPlane, bPlane, cPlane := groups*p.Rows*channels+5, channels*width+3, groups*p.Rows*width+7
				a, b := integers(r, planes*aPlane), integers(r, planes*bPlane)
				got, want := newGuarded(planes*cPlane, r.IntN(16)), newGuarded(planes*cPlane, 0)
				p.Multiply(channels, groups, planes, &a.data[0], aPlane, &b.data[0], bPlane, &got.data[0], cPlane)
				twin.Multiply(channels, groups, planes, &a.data[0], aPlane, &b.data[0], bPlane, &want.data[0], cPlane)
				got.check(t)
				mustEqual(t, fmt.Sprintf("planes %dx%d", p.Rows, p.Columns), got.data, want.data)
			}
		}
		for _, tiles := range []int{1, 2, 29} {
			groups, stride, apart := 3, width+r.IntN(9), tiles*s.Lanes+r.IntN(9)
			a, b := integers(r, groups*tiles*s.Lanes), integers(r, apart+tiles*s.Lanes)
			for add := range 2 {
				got := integers(r, groups*s.Lanes*stride)
				want := append([]float32(nil), got.data...)
				s.AccumulateTiles(tiles, groups, &a.data[0], &b.data[0], apart, &got.data[0], stride, add)
				portableAccumulateTiles(s.Lanes)(tiles, groups, &a.data[0], &b.data[0], apart, unsafe.SliceData(want), stride, add)
				got.check(t)
				mustEqual(t, "AccumulateTiles", got.data, want)
			}
		}
	})
}
