package images_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images"
)

func noisyPNG(t *testing.T, height, width int) []byte {
	t.Helper()
	canvas := image.NewGray(image.Rect(0, 0, width, height))
	for i := range canvas.Pix {
		canvas.Set(i%width, i/width, color.Gray{uint8(i * i * 2654435761 >> 8)})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The shorter side is brought to its length, the longer one follows, and the
// target is the centre.
func TestShortSide(t *testing.T) {
	for _, c := range []struct{ height, width, tall, wide int }{{30, 45, 16, 24}, {45, 31, 23, 16}, {16, 21, 16, 21}, {16, 16, 16, 16}, {5, 8, 16, 25}} {
		content := noisyPNG(t, c.height, c.width)
		p := images.Preprocessing{TargetSize: images.Size{Height: 13, Width: 12}, ColorMode: images.Grayscale, ShortSide: 16}
		got, err := p.Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := images.Preprocessing{TargetSize: images.Size{Height: c.tall, Width: c.wide}, ColorMode: images.Grayscale}.Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		var want []float32
		for y := range 13 {
			from := ((c.tall-13)/2+y)*c.wide + (c.wide-12)/2
			want = append(want, whole[from:from+12]...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d×%d: %v, expected the centre of %d×%d: %v", c.height, c.width, got, c.tall, c.wide, want)
		}
	}
}

func TestShortSideRefuses(t *testing.T) {
	for what, p := range map[string]images.Preprocessing{
		"below the target": {TargetSize: images.Square(20), ShortSide: 19},
		"negative":         {TargetSize: images.Square(20), ShortSide: -1},
		"with an aspect":   {TargetSize: images.Square(20), ShortSide: 24, Aspect: images.Crop},
		"TensorFlow":       {TargetSize: images.Square(20), ShortSide: 24, TensorFlowResize: true},
	} {
		if err := p.Validate(); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	long := images.Preprocessing{TargetSize: images.Square(200), ShortSide: 4096}
	if _, err := long.Decode(noisyPNG(t, 1, 5000)); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a strip of 1×5000: %v", err)
	}
}

func TestShortSideIsStored(t *testing.T) {
	p := images.Preprocessing{TargetSize: images.Square(227), Interpolation: images.Bilinear, ShortSide: 256}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back images.Preprocessing
	if err := json.Unmarshal(text, &back); err != nil || back.ShortSide != 256 {
		t.Errorf("%s gives %+v, %v", text, back, err)
	}
}
