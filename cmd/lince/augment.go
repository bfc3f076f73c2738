package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/images"
)

// augmentSettings are the options that turn training pictures at random.
type augmentSettings struct {
	Preset             string    `json:"preset"`
	Rotation           float64   `json:"rotation_range"`
	WidthShift         float64   `json:"width_shift_range"`
	HeightShift        float64   `json:"height_shift_range"`
	Shear              float64   `json:"shear_range"`
	Zoom               float64   `json:"zoom_range"`
	ChannelShift       float64   `json:"channel_shift_range"`
	Brightness         []float64 `json:"brightness_range,omitempty"`
	HorizontalFlip     bool      `json:"horizontal_flip"`
	VerticalFlip       bool      `json:"vertical_flip"`
	FillMode           string    `json:"fill_mode"`
	FillValue          float64   `json:"cval"`
	InterpolationOrder int       `json:"interpolation_order"`

	flags *pflag.FlagSet
}

func (a *augmentSettings) bind(flags *pflag.FlagSet) {
	a.flags = flags
	flags.StringVar(&a.Preset, "augment", "none", "default for the course's eight options (rotation 40, shifts 0.2, shear 0.2, zoom 0.2, horizontal flip, fill nearest), or none; the options below change it")
	flags.Float64Var(&a.Rotation, "rotation-range", 0, "turn by up to this many degrees either way")
	flags.Float64Var(&a.WidthShift, "width-shift-range", 0, "shift sideways by up to this fraction of the width (below 1) or this many pixels")
	flags.Float64Var(&a.HeightShift, "height-shift-range", 0, "shift up and down, as --width-shift-range")
	flags.Float64Var(&a.Shear, "shear-range", 0, "slant by up to this many degrees; below 5 hardly to be seen")
	flags.Float64Var(&a.Zoom, "zoom-range", 0, "enlarge and shrink each side by up to this fraction, 0 to below 1")
	flags.Float64Var(&a.ChannelShift, "channel-shift-range", 0, "add up to this much, of 255, to all colours")
	flags.Float64SliceVar(&a.Brightness, "brightness-range", nil, "LOW,HIGH: multiply by a factor between them; 1 changes nothing")
	flags.BoolVar(&a.HorizontalFlip, "horizontal-flip", false, "mirror every other picture; not for letters or digits")
	flags.BoolVar(&a.VerticalFlip, "vertical-flip", false, "turn every other picture upside down; for pictures without an up")
	flags.StringVar(&a.FillMode, "fill-mode", "nearest", "what moves in from beyond the edges: nearest, constant, reflect or wrap")
	flags.Float64Var(&a.FillValue, "cval", 0, "value of --fill-mode constant, 0 to 255")
	flags.IntVar(&a.InterpolationOrder, "interpolation-order", 1, "spline order of turning and zooming: 0, 1 or 3")
}

// generator returns the generator that the options describe. An option given
// on the command line counts more than the preset.
func (a *augmentSettings) generator() (images.Generator, error) {
	switch a.Preset {
	case "default":
		a.preset("rotation-range", func() { a.Rotation = 40 })
		a.preset("width-shift-range", func() { a.WidthShift = 0.2 })
		a.preset("height-shift-range", func() { a.HeightShift = 0.2 })
		a.preset("shear-range", func() { a.Shear = 0.2 })
		a.preset("zoom-range", func() { a.Zoom = 0.2 })
		a.preset("horizontal-flip", func() { a.HorizontalFlip = true })
	case "none", "":
	default:
		return images.Generator{}, fmt.Errorf("--augment %q, expected default or none", a.Preset)
	}
	g := images.Generator{
		RotationRange: a.Rotation, WidthShiftRange: a.WidthShift, HeightShiftRange: a.HeightShift,
		ShearRange: a.Shear, ZoomRange: a.Zoom, ChannelShiftRange: a.ChannelShift,
		HorizontalFlip: a.HorizontalFlip, VerticalFlip: a.VerticalFlip, CVal: a.FillValue,
	}
	switch len(a.Brightness) {
	case 0:
	case 2:
		g.BrightnessRange = [2]float64(a.Brightness)
	default:
		return g, fmt.Errorf("--brightness-range takes two numbers, LOW,HIGH; %d given", len(a.Brightness))
	}
	switch a.InterpolationOrder {
	case 0:
		g.InterpolationOrder = images.Order0
	case 1:
		g.InterpolationOrder = images.Order1
	case 3:
		g.InterpolationOrder = images.Order3
	default:
		return g, fmt.Errorf("--interpolation-order %d, expected 0, 1 or 3", a.InterpolationOrder)
	}
	mode, err := images.ParseFillMode(a.FillMode)
	g.FillMode = mode
	return g, err
}

// preset applies a part of the preset unless the user set the flag.
func (a *augmentSettings) preset(flag string, set func()) {
	if a.flags == nil || !a.flags.Changed(flag) {
		set()
	}
}

func (a *augmentSettings) describe() string {
	var parts []string
	add := func(name string, value float64) {
		if value != 0 {
			parts = append(parts, fmt.Sprintf("%s %g", name, value))
		}
	}
	add("rotation", a.Rotation)
	add("width shift", a.WidthShift)
	add("height shift", a.HeightShift)
	add("shear", a.Shear)
	add("zoom", a.Zoom)
	add("channel shift", a.ChannelShift)
	if len(a.Brightness) == 2 {
		parts = append(parts, fmt.Sprintf("brightness %g to %g", a.Brightness[0], a.Brightness[1]))
	}
	if a.HorizontalFlip {
		parts = append(parts, "horizontal flip")
	}
	if a.VerticalFlip {
		parts = append(parts, "vertical flip")
	}
	if len(parts) == 0 {
		return "no augmentation"
	}
	return "augmented: " + strings.Join(parts, ", ") + ", fill " + a.FillMode
}
