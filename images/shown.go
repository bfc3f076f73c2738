package images

import (
	"fmt"
	"image"
	"image/color"
	"slices"
)

// Image returns the picture that values, in Shape's order, show: what a model
// sees, as an eye sees it. It undoes the steps after resizing, from the last to
// the first, and cuts off what lies outside 0 to 255. Where a step cannot be
// undone (Function, Whitening, the samplewise ones) the values are stretched to
// the full range instead.
func (p Preprocessing) Image(values []float32) (image.Image, error) {
	if want := p.size().Height * p.size().Width * p.ColorMode.Channels(); len(values) != want {
		return nil, fmt.Errorf("images: %d values for a picture, expected the %d of %v", len(values), want, p.Shape())
	}
	size, channels := p.size(), p.ColorMode.Channels()
	rows := make([]float64, len(values)) // channels last
	for i, v := range values {
		at := i
		if p.ChannelsFirst {
			area := size.Height * size.Width
			at = i%area*channels + i/area
		}
		rows[at] = float64(v)
	}
	if p.undoable() {
		p.undo(rows, channels)
	} else {
		stretch(rows)
	}
	picture := image.NewNRGBA(image.Rect(0, 0, size.Width, size.Height))
	for i := range size.Height * size.Width {
		pixel := rows[i*channels:][:channels]
		c := color.NRGBA{level(pixel[0]), level(pixel[channels/2]), level(pixel[channels-1]), 255}
		if channels == 4 {
			c = color.NRGBA{level(pixel[0]), level(pixel[1]), level(pixel[2]), level(pixel[3])}
		}
		picture.SetNRGBA(i%size.Width, i/size.Width, c)
	}
	return picture, nil
}

func level(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

func (p Preprocessing) undoable() bool {
	return p.Function == nil && !p.NeedsFunction && p.Whitening == nil && !p.NeedsWhitening &&
		!p.SamplewiseCenter && !p.SamplewiseStdNormalization
}

// undo is the inverse of Standardize.
func (p Preprocessing) undo(x []float64, channels int) {
	const guard = 1e-6 // what Keras adds to deviations
	for i := range x {
		channel := i % channels
		if p.Std != nil {
			x[i] *= float64(p.Std[channel]) + guard
		}
		if p.Mean != nil {
			x[i] += float64(p.Mean[channel])
		}
		x[i] -= p.Offset
		if p.Rescale != 0 {
			x[i] /= p.Rescale
		}
	}
	p.Mode.undo(x)
}

// undo is the inverse of apply.
func (m Mode) undo(x []float64) {
	switch m {
	case Caffe:
		for i := 0; i+2 < len(x); i += 3 {
			x[i], x[i+1], x[i+2] = x[i+2]+123.68, x[i+1]+116.779, x[i]+103.939
		}
	case TF:
		for i := range x {
			x[i] = (x[i] + 1) * 127.5
		}
	case Torch:
		for i := 0; i+2 < len(x); i += 3 {
			x[i] = (x[i]*0.229 + 0.485) * 255
			x[i+1] = (x[i+1]*0.224 + 0.456) * 255
			x[i+2] = (x[i+2]*0.225 + 0.406) * 255
		}
	}
}

// stretch maps the smallest value to 0 and the largest to 255.
func stretch(x []float64) {
	low, high := slices.Min(x), slices.Max(x)
	if high == low {
		high = low + 1
	}
	for i, v := range x {
		x[i] = (v - low) / (high - low) * 255
	}
}
