package images_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// TestFromPixelsIsStandardize: both give the same bits, and OnlyScales tells
// where scaling is all.
func TestFromPixelsIsStandardize(t *testing.T) {
	const height, width = 5, 7
	for name, p := range map[string]images.Preprocessing{
		"plain":       {},
		"rescaled":    {Rescale: 1.0 / 255},
		"gray":        {ColorMode: images.Grayscale, Rescale: 1.0 / 255},
		"offset":      {Rescale: 1 / 127.5, Offset: -1},
		"caffe":       {Mode: images.Caffe},
		"tf":          {Mode: images.TF},
		"samplewise":  {Rescale: 1.0 / 255, SamplewiseCenter: true, SamplewiseStdNormalization: true},
		"featurewise": {Rescale: 1.0 / 255, Mean: []float32{0.2, 0.4, 0.6}, Std: []float32{0.1, 0.2, 0.3}},
		"first":       {ChannelsFirst: true, Rescale: 1.0 / 255},
		"function": {Rescale: 0.5, Function: func(values []float32, _ tensor.Shape) error {
			values[0] += 3
			return nil
		}},
	} {
		p.TargetSize = images.Size{Height: height, Width: width}
		channels := p.ColorMode.Channels()
		pixels := make([]byte, height*width*channels)
		want, scaled := make([]float32, len(pixels)), true
		for i := range pixels {
			pixels[i] = uint8(i * 37)
			want[i] = float32(pixels[i])
		}
		if err := p.Standardize(want); err != nil {
			t.Fatal(err)
		}
		got := make([]float32, len(pixels))
		if err := p.FromPixels(got, pixels); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		factor := float32(1)
		if p.Rescale != 0 {
			factor = float32(p.Rescale)
		}
		for i, v := range want {
			at := i
			if p.ChannelsFirst {
				at = i%channels*height*width + i/channels
			}
			if got[at] != v {
				t.Fatalf("%s: value %d is %v, expected %v", name, i, got[at], v)
			}
			scaled = scaled && got[i] == float32(pixels[i])*factor
		}
		if p.OnlyScales() != scaled {
			t.Errorf("%s: only scales is %v, expected %v", name, p.OnlyScales(), scaled)
		}
	}
}

func TestFromPixelsRefuses(t *testing.T) {
	p := images.Preprocessing{TargetSize: images.Square(2), Function: func([]float32, tensor.Shape) error { return errors.New("never") }}
	for what, err := range map[string]error{
		"expected the 12 of (2, 2, 3)": p.FromPixels(make([]float32, 12), make([]byte, 11)),
		"room for 13 values":           p.FromPixels(make([]float32, 13), make([]byte, 12)),
		"function failed: never":       p.FromPixels(make([]float32, 12), make([]byte, 12)),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, expected %q", err, what)
		}
	}
}
