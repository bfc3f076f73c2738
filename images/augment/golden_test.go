package augment_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/lince-ml/lince/images/augment"
)

type array struct {
	Shape []int
	Data  []byte
}

func (a array) floats() []float32 {
	values := make([]float32, len(a.Data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(a.Data[4*i:]))
	}
	return values
}

func readGolden(t *testing.T, name string, golden any) {
	t.Helper()
	content, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, golden); err != nil {
		t.Fatal(err)
	}
}

// transformDict is Keras' dict of drawn parameters.
type transformDict struct {
	Theta, TX, TY, Shear, ZX, ZY float64
	FlipHorizontal               bool    `json:"flip_horizontal"`
	FlipVertical                 bool    `json:"flip_vertical"`
	ChannelShift                 float64 `json:"channel_shift_intensity"`
	Brightness                   *float64
}

func TestApplyEqualsKeras(t *testing.T) {
	var golden struct {
		Sources []array
		Cases   []struct {
			Source, Order int
			Fill          string
			Transform     transformDict
			Result        array
		}
	}
	readGolden(t, "augment.json", &golden)
	var a augment.Augmenter
	for _, c := range golden.Cases {
		source := golden.Sources[c.Source]
		h, w, channels := source.Shape[0], source.Shape[1], source.Shape[2]
		name := fmt.Sprintf("%s_order%d_%dx%dx%d_%+v", c.Fill, c.Order, h, w, channels, c.Transform)
		t.Run(name, func(t *testing.T) {
			o := augment.Options{CVal: 17.5, KerasCompat: true}
			var err error
			if o.FillMode, err = augment.ParseFillMode(c.Fill); err != nil {
				t.Fatal(err)
			}
			if o.Order, err = augment.ParseOrder(c.Order); err != nil {
				t.Fatal(err)
			}
			src, want := source.floats(), c.Result.floats()
			got := make([]float32, len(want))
			if err := a.Apply(got, src, h, w, channels, augment.Transform(c.Transform), o); err != nil {
				t.Fatal(err)
			}
			equal(t, got, want, 0)
			if bytes, ok := asBytes(src); ok {
				clear(got)
				if err := a.ApplyBytes(got, bytes, h, w, channels, augment.Transform(c.Transform), o); err != nil {
					t.Fatal(err)
				}
				equal(t, got, want, 0)
			}
		})
	}
}

func asBytes(x []float32) ([]uint8, bool) {
	bytes := make([]uint8, len(x))
	for i, v := range x {
		if bytes[i] = uint8(v); float32(bytes[i]) != v {
			return nil, false
		}
	}
	return bytes, true
}

func equal(t *testing.T, got, want []float32, tolerance float64) {
	t.Helper()
	worst, at := 0.0, 0
	for i := range want {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("value %d is %v, expected %v; at most %v of difference", at, got[at], want[at], tolerance)
	}
}
