package augment_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lince-ml/lince/images/augment"
)

// pixel is an h×w picture of one channel, black but for one pixel.
func pixel(h, w, row, column int) []float32 {
	x := make([]float32, h*w)
	x[row*w+column] = 255
	return x
}

func TestMendedFaultsOfKeras(t *testing.T) {
	constant := augment.Options{FillMode: augment.Constant, Order: augment.NearestPixel}
	compat := constant
	compat.KerasCompat = true
	for _, c := range []struct {
		name        string
		o           augment.Options
		t           augment.Transform
		row, column int // of the white pixel that starts at (2, 4) of 5×9; -1 where it is gone
	}{
		{"width shift moves columns", constant, augment.Transform{TY: 1}, 2, 3},
		{"height shift moves rows", constant, augment.Transform{TX: 1}, 1, 4},
		{"Keras' width shift moves rows", compat, augment.Transform{TY: 1}, 1, 4},
		{"Keras' height shift moves columns", compat, augment.Transform{TX: 1}, 2, 3},
		{"a quarter turn keeps the centre", constant, augment.Transform{Theta: 90}, 2, 4},
		{"Keras' quarter turn moves it to the edge", compat, augment.Transform{Theta: 90}, 2, 0},
		{"a half turn keeps the centre", constant, augment.Transform{Theta: 180}, 2, 4},
		{"Keras' half turn loses it", compat, augment.Transform{Theta: 180}, -1, -1},
		{"zoom keeps the centre", constant, augment.Transform{ZX: 3, ZY: 3}, 2, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, want := make([]float32, 5*9), make([]float32, 5*9)
			if c.row >= 0 {
				want = pixel(5, 9, c.row, c.column)
			}
			if err := augment.Apply(got, pixel(5, 9, 2, 4), 5, 9, 1, c.t, c.o); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Errorf("white at %d (row·9 + column), expected (%d, %d)", slices.Index(got, 255), c.row, c.column)
			}
		})
	}
}

func TestCompatAgreesWhereKerasIsRight(t *testing.T) {
	const size, c = 12, 3
	random := rand.New(rand.NewPCG(1, 2))
	src := make([]float32, size*size*c)
	for i := range src {
		src[i] = float32(random.IntN(256))
	}
	turned := augment.Transform{Theta: 17, Shear: 5, ZX: 0.9, ZY: 1.2, FlipVertical: true, ChannelShift: 9}
	got, want := make([]float32, len(src)), make([]float32, len(src))
	if err := augment.Apply(got, src, size, size, c, turned, augment.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := augment.Apply(want, src, size, size, c, turned, augment.Options{KerasCompat: true}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Error("a square picture without shifts is turned otherwise under KerasCompat")
	}
}

func TestBrightnessInFloat(t *testing.T) {
	for _, c := range []struct {
		name             string
		factor           float64
		src, want, keras []float32
	}{
		{"bytes", 1.5, []float32{0, 10.5, 100, 250}, []float32{0, 15.75, 150, 255}, []float32{0, 15, 150, 255}},
		{"values up to 1", 1.5, []float32{0, 0.25, 0.5, 1}, []float32{0, 0.375, 0.75, 1}, []float32{0, 0, 0, 1}},
		{"values on both sides of 0", 0.5, []float32{-1, 0, 0.5, 1}, []float32{-1, -0.5, -0.25, 0}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make([]float32, len(c.src))
			brighter := augment.Transform{Brightness: &c.factor}
			if err := augment.Apply(got, c.src, 2, 2, 1, brighter, augment.Options{}); err != nil {
				t.Fatal(err)
			}
			equal(t, got, c.want, 0)
			if c.keras == nil {
				return
			}
			if err := augment.Apply(got, c.src, 2, 2, 1, brighter, augment.Options{KerasCompat: true}); err != nil {
				t.Fatal(err)
			}
			equal(t, got, c.keras, 0)
		})
	}
}

func TestAnyTransformStaysWithinTheSource(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var a augment.Augmenter
	for range 3000 {
		h, w, c := 1+random.IntN(6), 1+random.IntN(6), 1+random.IntN(4)
		src, dst := make([]uint8, h*w*c), make([]float32, h*w*c)
		for i := range src {
			src[i] = uint8(100 + random.IntN(50))
		}
		scale := math.Pow(10, float64(random.IntN(7)))
		transform := augment.Transform{
			Theta: 45 * float64(random.IntN(9)), TX: random.NormFloat64() * scale, TY: float64(random.IntN(9)) - 4,
			Shear: 30 * random.NormFloat64(), ZX: float64(random.IntN(5)) / 2, ZY: -random.ExpFloat64() * scale,
			FlipVertical: true, ChannelShift: 10 * random.NormFloat64(),
		}
		o := augment.Options{
			FillMode: augment.FillMode(random.IntN(4)), Order: augment.Order(random.IntN(3)), CVal: 120, KerasCompat: random.IntN(2) == 0,
		}
		if err := a.ApplyBytes(dst, src, h, w, c, transform, o); err != nil {
			t.Fatalf("%+v: %v", transform, err)
		}
		for _, v := range dst {
			if low, high := float32(100), float32(150); o.Order != augment.Cubic && !(low-1e-4 <= v && v <= high+1e-4) || v != v {
				t.Fatalf("%d×%d×%d, %+v, %+v: value %v of a source within 100 … 150", h, w, c, transform, o, v)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	x, y := make([]float32, 12), make([]float32, 12)
	for name, err := range map[string]error{
		"short target":      augment.Apply(y[:11], x, 2, 2, 3, augment.Transform{}, augment.Options{}),
		"short source":      augment.Apply(y, x[:11], 2, 2, 3, augment.Transform{}, augment.Options{}),
		"no rows":           augment.Apply(nil, nil, 0, 2, 3, augment.Transform{}, augment.Options{}),
		"overflow":          augment.Apply(y, x, math.MaxInt, math.MaxInt, 3, augment.Transform{}, augment.Options{}),
		"unknown mode":      augment.Apply(y, x, 2, 2, 3, augment.Transform{}, augment.Options{FillMode: 9}),
		"unknown order":     augment.Apply(y, x, 2, 2, 3, augment.Transform{}, augment.Options{Order: 9}),
		"NaN angle":         augment.Apply(y, x, 2, 2, 3, augment.Transform{Theta: math.NaN()}, augment.Options{}),
		"boundless shift":   augment.Apply(y, x, 2, 2, 3, augment.Transform{TX: 1e300}, augment.Options{}),
		"NaN brightness":    augment.Apply(y, x, 2, 2, 3, augment.Transform{Brightness: new(math.NaN())}, augment.Options{}),
		"order 2":           second(augment.ParseOrder(2)),
		"fill mode 'black'": second(augment.ParseFillMode("black")),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestWarmAugmenterAllocatesNothing(t *testing.T) {
	src, dst := make([]uint8, 20*30*3), make([]float32, 20*30*3)
	var a augment.Augmenter
	turned := augment.Transform{Theta: 20, FlipHorizontal: true, ChannelShift: 3, Brightness: new(0.9)}
	allocations := testing.AllocsPerRun(10, func() {
		for order := augment.Bilinear; order <= augment.Cubic; order++ {
			if err := a.ApplyBytes(dst, src, 20, 30, 3, turned, augment.Options{Order: order}); err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocations != 0 {
		t.Errorf("%g allocations for each picture, expected none", allocations)
	}
}

func BenchmarkApply(b *testing.B) {
	const size = 150
	src, dst := make([]uint8, size*size*3), make([]float32, size*size*3)
	turned := augment.Transform{Theta: 25, TX: 12, TY: -20, Shear: 0.1, ZX: 0.9, ZY: 1.1, FlipHorizontal: true}
	for order := augment.Bilinear; order <= augment.Cubic; order++ {
		b.Run("order"+order.String(), func(b *testing.B) {
			var a augment.Augmenter
			for b.Loop() {
				if err := a.ApplyBytes(dst, src, size, size, 3, turned, augment.Options{Order: order}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
