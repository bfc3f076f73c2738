package explain

import (
	"fmt"
	"image"
	"image/color"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/layers"
)

// Filters are the kernels of the convolution that sees the pixels: what a model
// looks for first.
type Filters struct {
	// Layer is the convolution's path.
	Layer string `json:"layer"`
	// Height, Width, Channels and Count are the extents of Values, in that
	// order, the number of the filter innermost.
	Height   int       `json:"height"`
	Width    int       `json:"width"`
	Channels int       `json:"channels"`
	Count    int       `json:"count"`
	Values   []float32 `json:"values"`
}

// FirstFilters returns the kernels of the model's first Conv2D, also of one in
// a model within.
func FirstFilters(m *lince.Model) (Filters, error) {
	path := firstConvolution(m.Layers(), "")
	if path == "" {
		return Filters{}, fmt.Errorf("explain: the model has no Conv2D layer, whose filters could be shown")
	}
	weights, err := m.Weights(path)
	if err != nil {
		return Filters{}, err
	}
	shape := weights[0].Shape()
	if len(shape) != 4 {
		return Filters{}, fmt.Errorf("explain: the kernel of layer %q has the shape %v, expected (height, width, channels, filters)", path, shape)
	}
	return Filters{Layer: path, Height: shape[0], Width: shape[1], Channels: shape[2], Count: shape[3], Values: slices.Clone(weights[0].Float32s())}, nil
}

// firstConvolution returns the path of the first Conv2D, empty if there is none.
func firstConvolution(instances []*layers.Instance, above string) string {
	for _, instance := range instances {
		switch layer := instance.Layer().(type) {
		case layers.Conv2D:
			return above + instance.Name()
		case layers.Composite:
			if path := firstConvolution(layer.Layers(), above+instance.Name()+"/"); path != "" {
				return path
			}
		}
	}
	return ""
}

// Image draws the filters side by side, each over its own range: those of three
// channels in their colours, of others the mean over the channels in gray.
func (f Filters) Image() image.Image {
	tiles := make([]image.Image, f.Count)
	scale := enlarged(min(f.Height, f.Width), leastTile)
	for number := range tiles {
		pixels := f.pixels(number)
		tile := image.NewRGBA(image.Rect(0, 0, f.Width*scale, f.Height*scale))
		for y := range f.Height * scale {
			for x := range f.Width * scale {
				tile.SetRGBA(x, y, pixels[y/scale*f.Width+x/scale])
			}
		}
		tiles[number] = tile
	}
	return Grid(tiles)
}

// pixels returns the colours of one filter's places.
func (f Filters) pixels(number int) []color.RGBA {
	area := f.Height * f.Width
	shown := f.Channels
	if shown != 3 {
		shown = 1
	}
	values := make([]float32, area*shown)
	for i := range area * f.Channels {
		values[i/f.Channels*shown+i%f.Channels%shown] += f.Values[i*f.Count+number]
	}
	values = stretched(values)
	pixels := make([]color.RGBA, area)
	for i := range pixels {
		level := func(channel int) uint8 { return uint8(255*values[i*shown+channel] + 0.5) }
		pixels[i] = color.RGBA{level(0), level(shown / 2), level(shown - 1), 255}
	}
	return pixels
}
