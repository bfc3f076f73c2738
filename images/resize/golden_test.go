package resize

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

type array struct {
	Shape []int
	Data  []byte
}

func (a array) picture() *picture.Picture {
	return &picture.Picture{Height: a.Shape[0], Width: a.Shape[1], Channels: a.Shape[2], Pix: a.Data}
}

func (a array) floats() []float32 {
	values := make([]float32, len(a.Data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(a.Data[4*i:]))
	}
	return values
}

type golden struct {
	Sources []array
	Cases   []struct {
		Source         int
		Filter, Aspect string
		Box            [4]int
		Result         array
	}
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

func TestResizeEqualsPillow(t *testing.T) {
	var r Resizer
	var g golden
	readGolden(t, "resize.json", &g)
	for _, c := range g.Cases {
		src, want := g.Sources[c.Source].picture(), c.Result.picture()
		t.Run(fmt.Sprintf("%s_%dx%dx%d_%v_to_%dx%d", c.Filter, src.Height, src.Width, src.Channels, c.Box, want.Height, want.Width), func(t *testing.T) {
			f, err := ParseFilter(c.Filter)
			if err != nil {
				t.Fatal(err)
			}
			got := picture.New(want.Height, want.Width, want.Channels)
			region := Region{Top: c.Box[0], Left: c.Box[1], Height: c.Box[2], Width: c.Box[3]}
			if err := r.Into(got, src, region, f); err != nil {
				t.Fatal(err)
			}
			for i := range want.Pix {
				if got.Pix[i] != want.Pix[i] {
					t.Fatalf("byte %d is %d, Pillow has %d", i, got.Pix[i], want.Pix[i])
				}
			}
		})
	}
}

func TestResizeTensorFlow(t *testing.T) {
	const tolerance = 1e-3 // of 255: sums of float32 weights in another order
	var r Resizer
	var g golden
	readGolden(t, "tensorflow.json", &g)
	for _, c := range g.Cases {
		src, want := g.Sources[c.Source].picture(), c.Result.floats()
		h, w := c.Result.Shape[0], c.Result.Shape[1]
		t.Run(fmt.Sprintf("%s_%s_%dx%dx%d_to_%dx%d", c.Filter, c.Aspect, src.Height, src.Width, src.Channels, h, w), func(t *testing.T) {
			f, err := ParseFilter(c.Filter)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float32, len(want))
			switch c.Aspect {
			case "pad":
				err = r.PadTensorFlow(got, h, w, src, f)
			case "crop":
				var box Region
				box.Top, box.Left, box.Height, box.Width = CropBox(src.Height, src.Width, h, w)
				err = r.ResizeTensorFlow(got, h, w, src, box, f)
			default:
				err = r.ResizeTensorFlow(got, h, w, src, Region{}, f)
			}
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i := range want {
				worst = max(worst, math.Abs(float64(got[i]-want[i])))
			}
			if worst > tolerance {
				t.Errorf("largest difference %g, at most %g expected", worst, tolerance)
			}
		})
	}
}
