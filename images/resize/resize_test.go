package resize

import (
	"math"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

func TestCropBox(t *testing.T) {
	for _, c := range []struct {
		h, w, targetH, targetW int
		want                   Region
	}{
		{375, 500, 150, 150, Region{Left: 62, Height: 375, Width: 375}},
		{500, 375, 150, 150, Region{Top: 62, Height: 375, Width: 375}},
		{100, 100, 50, 100, Region{Top: 25, Height: 50, Width: 100}},
		{7, 5, 7, 5, Region{Height: 7, Width: 5}},
		{1, 1000, 1000, 1, Region{Left: 499, Height: 1, Width: 1}},
	} {
		var got Region
		got.Top, got.Left, got.Height, got.Width = CropBox(c.h, c.w, c.targetH, c.targetW)
		if got != c.want {
			t.Errorf("CropBox(%d, %d, %d, %d) = %+v, expected %+v", c.h, c.w, c.targetH, c.targetW, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	good := picture.New(4, 6, 3)
	var r Resizer
	for name, err := range map[string]error{
		"no height":        refusal(Resize(good, 0, 5, Bilinear)),
		"overflow":         refusal(Resize(good, math.MaxInt, math.MaxInt, Bilinear)),
		"short pixels":     refusal(Resize(&picture.Picture{Height: 4, Width: 6, Channels: 3, Pix: make([]uint8, 5)}, 2, 2, Box)),
		"TensorFlow's":     refusal(Resize(good, 2, 2, Area)),
		"unknown filter":   refusal(Resize(good, 2, 2, Filter(99))),
		"other channels":   r.Into(picture.New(2, 2, 4), good, Region{}, Nearest),
		"region too wide":  r.Into(picture.New(2, 2, 3), good, Region{Left: 5, Width: 2, Height: 4}, Nearest),
		"region negative":  r.Into(picture.New(2, 2, 3), good, Region{Top: -1, Width: 2, Height: 4}, Nearest),
		"region overflow":  r.Into(picture.New(2, 2, 3), good, Region{Top: 1, Width: 2, Height: math.MaxInt}, Nearest),
		"Pillow's":         r.ResizeTensorFlow(make([]float32, 12), 2, 2, good, Region{}, Hamming),
		"short target":     r.ResizeTensorFlow(make([]float32, 11), 2, 2, good, Region{}, Bilinear),
		"padded to nought": r.PadTensorFlow(nil, 0, 2, good, Bilinear),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func refusal(_ *picture.Picture, err error) error { return err }

func TestWarmResizerAllocatesNothing(t *testing.T) {
	src, dst := picture.New(37, 50, 4), picture.New(15, 20, 4)
	floats := make([]float32, len(dst.Pix))
	var r Resizer
	allocations := testing.AllocsPerRun(10, func() {
		for f := Bilinear; f <= Lanczos; f++ {
			if err := r.Into(dst, src, Region{}, f); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []Filter{Bilinear, Nearest, Bicubic, Area, Lanczos3, MitchellCubic} {
			if err := r.PadTensorFlow(floats, 15, 20, src, f); err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocations != 0 {
		t.Errorf("%g allocations for each picture, expected none", allocations)
	}
}

func BenchmarkResize(b *testing.B) {
	src, dst := picture.New(375, 500, 3), picture.New(150, 150, 3)
	floats := make([]float32, len(dst.Pix))
	for f := Bilinear; f <= Lanczos; f++ {
		b.Run(f.String(), func(b *testing.B) {
			var r Resizer
			for b.Loop() {
				if err := r.Into(dst, src, Region{}, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("tensorflow_bilinear", func(b *testing.B) {
		var r Resizer
		for b.Loop() {
			if err := r.ResizeTensorFlow(floats, 150, 150, src, Region{}, Bilinear); err != nil {
				b.Fatal(err)
			}
		}
	})
}
