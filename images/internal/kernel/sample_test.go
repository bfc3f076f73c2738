package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// guardedFloats is guarded for floats.
func guardedFloats(t *testing.T, n int) (inside []float32, check func()) {
	t.Helper()
	all := slices.Repeat([]float32{guard}, n+32)
	return all[16 : 16+n : 16+n], func() {
		t.Helper()
		for i, v := range all {
			if (i < 16 || i >= 16+n) && v != guard {
				t.Fatalf("value %d beside %d of result was overwritten", i-16, n)
			}
		}
	}
}

func compareBilinear(t *testing.T, src []byte, line Line, pixels int, scale float32) {
	t.Helper()
	got, check := guardedFloats(t, pixels*int(line.pitch[1]))
	want := make([]float32, len(got))
	Bilinear(got, src, &line, scale)
	bilinear(want, src, &line, 0, scale)
	check()
	if !slices.Equal(got, want) {
		t.Fatalf("%+v: %v, expected %v", line, got, want)
	}
}

func TestBilinear(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 3000 {
		h, w, c := 1+r.IntN(20), 1+r.IntN(20), []int{1, 3, 4}[r.IntN(3)]
		line := NewLine(h, w, c)
		for axis := range 2 {
			line.Start[axis] = r.Float64()*60 - 20
			line.Step[axis] = r.Float64()*4 - 2
			switch r.IntN(8) {
			case 0: // whole pixels
				line.Start[axis], line.Step[axis] = math.Round(line.Start[axis]), math.Round(line.Step[axis])
			case 1: // far away
				line.Start[axis] *= 1 << 40
			}
		}
		line.First, line.Forward = 0, 1
		pixels := 1 + r.IntN(40)
		if r.IntN(2) == 0 {
			line.First, line.Forward = float64(pixels-1), -1
		}
		compareBilinear(t, randomBytes(r, h*w*c+Slack), line, pixels, []float32{1, 1.0 / 255}[r.IntN(2)])
	}
}

func FuzzBilinear(f *testing.F) {
	f.Add(1.5, 0.25, -3.0, 1.0, uint8(7), uint8(9), uint8(3))
	f.Fuzz(func(t *testing.T, row, rowStep, column, columnStep float64, height, width, channels uint8) {
		line := NewLine(int(height)+1, int(width)+1, []int{1, 3, 4}[channels%3])
		line.Start, line.Step, line.Forward = [2]float64{row, column}, [2]float64{rowStep, columnStep}, 1
		for axis := range 2 {
			if !(math.Abs(line.Start[axis]) < 1<<48) || !(math.Abs(line.Step[axis]) < 1<<40) {
				t.Skip("no place near a picture")
			}
		}
		src := randomBytes(rand.New(rand.NewPCG(uint64(height), uint64(width))), (int(height)+1)*(int(width)+1)*4+Slack)
		compareBilinear(t, src, line, 20, 1)
	})
}

func TestWiden(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for n := range 100 {
		src := randomBytes(r, n)
		got, check := guardedFloats(t, n)
		want := make([]float32, n)
		Widen(got, src, 1.0/255)
		widen(want, src, 1.0/255)
		check()
		if !slices.Equal(got, want) {
			t.Fatalf("%v, expected %v", got, want)
		}
	}
}

func BenchmarkBilinear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const size = 150
	src, dst := randomBytes(r, size*size*3+Slack), make([]float32, size*3)
	line := NewLine(size, size, 3)
	line.Start, line.Step, line.Forward = [2]float64{20, 10}, [2]float64{0.3, 0.8}, 1
	for b.Loop() {
		Bilinear(dst, src, &line, 1)
	}
}
