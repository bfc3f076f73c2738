package augment_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lince-ml/lince/images/augment"
)

// TestBytesEqualFloats gives the same pictures as bytes and as floats, which
// take different ways.
func TestBytesEqualFloats(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	between := func(low, high float64) float64 { return low + (high-low)*random.Float64() }
	var a augment.Augmenter
	for range 600 {
		h, w, c := 1+random.IntN(30), 1+random.IntN(30), 1+random.IntN(5)
		change := augment.Transform{FlipHorizontal: random.IntN(2) == 0, FlipVertical: random.IntN(2) == 0}
		switch random.IntN(4) {
		case 0:
			change.TX, change.TY = float64(random.IntN(9)-4), float64(random.IntN(9)-4)
		case 1, 2:
			change.Theta, change.Shear = between(-180, 180), between(-20, 20)
			change.TX, change.TY = between(-20, 20), between(-20, 20)
			change.ZX, change.ZY = between(0.5, 2), between(0.5, 2)
		}
		if random.IntN(3) == 0 {
			change.ChannelShift, change.Brightness = between(-40, 40), new(between(0, 2))
		}
		o := augment.Options{
			FillMode: augment.FillMode(random.IntN(4)), Order: augment.Order(random.IntN(3)), CVal: 17.5,
			KerasCompat: random.IntN(2) == 0, Rescale: []float64{0, 1.0 / 255}[random.IntN(2)],
		}
		bytes, floats := make([]uint8, h*w*c), make([]float32, h*w*c)
		for i := range bytes {
			bytes[i] = uint8(random.IntN(256))
			floats[i] = float32(bytes[i])
		}
		got, want := make([]float32, h*w*c), make([]float32, h*w*c)
		if err := a.ApplyBytes(got, bytes, h, w, c, change, o); err != nil {
			t.Fatal(err)
		}
		if err := a.Apply(want, floats, h, w, c, change, o); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d×%d×%d, %+v, %+v: bytes give %v, floats %v", h, w, c, change, o, got, want)
		}
	}
}

func TestBytesAllocateNothing(t *testing.T) {
	const h, w, c = 20, 30, 3
	var a augment.Augmenter
	src, dst := make([]uint8, h*w*c), make([]float32, h*w*c)
	for _, mode := range []augment.FillMode{augment.Nearest, augment.Reflect} {
		allocated := testing.AllocsPerRun(10, func() {
			if err := a.ApplyBytes(dst, src, h, w, c, augment.Transform{Theta: 30}, augment.Options{FillMode: mode}); err != nil {
				t.Fatal(err)
			}
		})
		if allocated > 0 {
			t.Errorf("%v: %v allocations a picture", mode, allocated)
		}
	}
}
