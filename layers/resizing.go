package layers

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Resizing gives pictures another size (keras.layers.Resizing).
type Resizing struct {
	// Height and Width of the result; required.
	Height, Width int
	// Interpolation is Bilinear by default.
	Interpolation Interpolation
	// CropToAspectRatio cuts the middle of the picture out before, so that
	// nothing is distorted.
	CropToAspectRatio bool
	// PadToAspectRatio adds borders of FillValue before instead.
	PadToAspectRatio bool
	// FillValue is the value of these borders.
	FillValue float64
	// Antialias averages over more pixels where pictures shrink.
	Antialias bool
	// Name is numbered (resizing, resizing_1 ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l Resizing) Describe() Description {
	return Description{Class: "Resizing", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"height": l.Height, "width": l.Width, "interpolation": l.Interpolation.or(Bilinear).String(),
		"crop_to_aspect_ratio": l.CropToAspectRatio, "pad_to_aspect_ratio": l.PadToAspectRatio,
		"fill_mode": "constant", "fill_value": l.FillValue, "antialias": l.Antialias, "data_format": channelsLast,
	}}
}

func decodeResizing(s *settings) Layer {
	return Resizing{
		Height: s.Int("height", 0), Width: s.Int("width", 0), Interpolation: s.interpolation(Bilinear, resizings()...),
		CropToAspectRatio: s.Bool("crop_to_aspect_ratio", false), PadToAspectRatio: s.Bool("pad_to_aspect_ratio", false),
		FillValue: s.Float("fill_value", 0), Antialias: s.Bool("antialias", false), Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call resizes.
func (l Resizing) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	if l.Height < 1 {
		return nil, unfit("Height", l.Height, "at least 1")
	}
	if l.Width < 1 {
		return nil, unfit("Width", l.Width, "at least 1")
	}
	x := floating(inputs[0])
	height, width := x.Extent(1), x.Extent(2)
	if height < 1 || width < 1 {
		return nil, fmt.Errorf("pictures of shape %v given, expected a known height and width: give the model an InputShape", x.Shape())
	}
	// Height and width that have the target's aspect ratio.
	matchingHeight, matchingWidth := width*l.Height/l.Width, height*l.Width/l.Height
	switch {
	case l.CropToAspectRatio && l.PadToAspectRatio:
		return nil, fmt.Errorf("CropToAspectRatio and PadToAspectRatio exclude one another")
	case l.CropToAspectRatio:
		rows, columns := max(min(height, matchingHeight), 1), max(min(width, matchingWidth), 1)
		top, left := (height-rows)/2, (width-columns)/2
		x = x.SliceAxis(1, top, top+rows).SliceAxis(2, left, left+columns)
	case l.PadToAspectRatio:
		above, beside := max(matchingHeight-height, 0)/2, max(matchingWidth-width, 0)/2
		border := []int{0, above, beside, 0}
		x = x.Pad(border, border, nil, l.FillValue)
	}
	return resize(c, x, l.Height, l.Width, l.Interpolation.or(Bilinear), l.Antialias)
}

// UpSampling2D enlarges pictures by whole factors (keras.layers.UpSampling2D).
type UpSampling2D struct {
	// Size is how much taller and wider they become; 2 by 2 when left out.
	Size [2]int
	// Interpolation is Nearest by default, which repeats pixels.
	Interpolation Interpolation
	// Name is numbered (up_sampling2d, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l UpSampling2D) Describe() Description {
	return Description{Class: "UpSampling2D", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"size": pair(pairOr(l.Size, Square(2))), "interpolation": l.Interpolation.or(Nearest).String(), "data_format": channelsLast,
	}}
}

func decodeUpSampling2D(s *settings) Layer {
	return UpSampling2D{
		Size: s.Pair("size", Square(2)), Interpolation: s.interpolation(Nearest, resizings()...),
		Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call enlarges.
func (l UpSampling2D) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, err
	}
	x, size := inputs[0], pairOr(l.Size, Square(2))
	if min(size[0], size[1]) < 1 || max(size[0], size[1]) > maxWindow {
		return nil, unfit("Size", l.Size, "factors from 1 to %d", maxWindow)
	}
	batch, height, width, channels := x.Extent(0), x.Extent(1), x.Extent(2), x.Extent(3)
	if l.Interpolation.or(Nearest) != Nearest {
		return resize(c, x, height*size[0], width*size[1], l.Interpolation, false)
	}
	repeated := x.BroadcastAlong([]int{0, 1, 3, 5}, batch, height, size[0], width, size[1], channels)
	return repeated.Reshape(batch, height*size[0], width*size[1], channels), nil
}
