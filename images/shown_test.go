package images_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/lince-ml/lince/images"
)

// TestImageUndoesStandardize: a picture that went through the preprocessing
// looks as it did before.
func TestImageUndoesStandardize(t *testing.T) {
	size := images.Size{Height: 2, Width: 3}
	for name, p := range map[string]images.Preprocessing{
		"plain":       {},
		"rescaled":    {Rescale: 1.0 / 255},
		"offset":      {Rescale: 1 / 127.5, Offset: -1},
		"caffe":       {Mode: images.Caffe},
		"tf":          {Mode: images.TF},
		"torch":       {Mode: images.Torch},
		"featurewise": {Rescale: 1.0 / 255, Mean: []float32{0.2, 0.4, 0.6}, Std: []float32{0.1, 0.2, 0.3}},
		"gray":        {ColorMode: images.Grayscale, Mode: images.TF},
		"rgba":        {ColorMode: images.RGBA, Rescale: 1.0 / 255},
		"samplewise":  {SamplewiseCenter: true},
		"first":       {ChannelsFirst: true, Rescale: 1.0 / 255},
	} {
		p.TargetSize = size
		channels := p.ColorMode.Channels()
		x := make([]float32, size.Height*size.Width*channels)
		for i := range x { // from 0 to 255, so that stretching changes nothing
			x[i] = float32(math.Round(float64(i) * 255 / float64(len(x)-1)))
		}
		before := append([]float32(nil), x...)
		if err := p.Standardize(x); err != nil {
			t.Fatal(err)
		}
		if p.ChannelsFirst {
			turned := make([]float32, len(x))
			for i, v := range x {
				turned[i%channels*size.Height*size.Width+i/channels] = v
			}
			x = turned
		}
		picture, err := p.Image(x)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range size.Height * size.Width {
			got := color.NRGBAModel.Convert(picture.At(i%size.Width, i/size.Width)).(color.NRGBA)
			levels := []uint8{got.R, got.G, got.B, got.A}
			for c := range channels {
				if want := uint8(before[i*channels+c]); levels[c] != want {
					t.Errorf("%s: pixel %d, channel %d is %d, expected %d", name, i, c, levels[c], want)
				}
			}
		}
	}
}

func ExamplePreprocessing_Image() {
	p := images.Preprocessing{TargetSize: images.Size{Height: 1, Width: 1}, Mode: images.TF}
	picture, err := p.Image([]float32{1, 0, -1})
	fmt.Println(picture.At(0, 0), err)
	_, err = p.Image([]float32{1})
	fmt.Println(err)
	// Output:
	// {255 128 0 255} <nil>
	// images: 1 values for a picture, expected the 3 of (1, 1, 3)
}
