package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/images"
)

// augmentSettings are the options that change training pictures at random.
type augmentSettings struct {
	Rotation           float64 `json:"rotation_range"`
	WidthShift         float64 `json:"width_shift_range"`
	HeightShift        float64 `json:"height_shift_range"`
	Shear              float64 `json:"shear_range"`
	Zoom               float64 `json:"zoom_range"`
	ChannelShift       float64 `json:"channel_shift_range"`
	Brightness         bounds  `json:"brightness_range,omitzero"`
	HorizontalFlip     bool    `json:"horizontal_flip"`
	VerticalFlip       bool    `json:"vertical_flip"`
	FillMode           string  `json:"fill_mode"`
	FillValue          float64 `json:"cval"`
	InterpolationOrder int     `json:"interpolation_order"`

	preset string
}

func (a *augmentSettings) bind(flags *pflag.FlagSet) {
	flags.StringVar(&a.preset, "augment", "none", "`PRESET` default: the eight options of the courses (--rotation-range 40 --width-shift-range 0.2 --height-shift-range 0.2 --shear-range 0.2 --zoom-range 0.2 --horizontal-flip --fill-mode nearest, and the rescaling); none: nothing. Options of your own change it")
	flags.Float64Var(&a.Rotation, "rotation-range", 0, "turn by up to this many `DEGREES` either way, 0 to 180; 20 to 40 for photos, 180 where there is no up")
	flags.Float64Var(&a.WidthShift, "width-shift-range", 0, "shift sideways by up to this `FRACTION` of the width (below 1; try 0.2) or this many pixels (from 1)")
	flags.Float64Var(&a.HeightShift, "height-shift-range", 0, "shift up and down by up to this `FRACTION` of the height, or pixels, likewise")
	flags.Float64Var(&a.Shear, "shear-range", 0, "slant by up to this many `DEGREES` either way; below 5 hardly to be seen")
	flags.Float64Var(&a.Zoom, "zoom-range", 0, "enlarge and shrink each side by up to this `FRACTION`, 0 to below 1; try 0.2")
	flags.Float64Var(&a.ChannelShift, "channel-shift-range", 0, "add up to this `VALUE`, of 255, to all colours; try 20 where light differs")
	flags.Var(&a.Brightness, "brightness-range", "multiply by a factor between these two; 1 changes nothing, 0 is black; try 0.8,1.2")
	flags.BoolVar(&a.HorizontalFlip, "horizontal-flip", false, "mirror every other picture; not for letters or digits")
	flags.BoolVar(&a.VerticalFlip, "vertical-flip", false, "turn every other picture upside down; for pictures without an up")
	flags.StringVar(&a.FillMode, "fill-mode", "nearest", "what moves in from beyond the edges, as `MODE` nearest, constant, reflect or wrap")
	flags.Float64Var(&a.FillValue, "cval", 0, "`VALUE` of --fill-mode constant, 0 (black) to 255 (white)")
	flags.IntVar(&a.InterpolationOrder, "interpolation-order", 1, "`ORDER` of the spline for turning and zooming: 0 (fast, jagged), 1 or 3 (smooth, slow)")
}

// resolve applies the preset, if one was asked for, underneath the options
// that were given beside it.
func (a *augmentSettings) resolve(flags *pflag.FlagSet) error {
	if !flags.Changed("augment") {
		return nil
	}
	chosen := augmentSettings{FillMode: "nearest", InterpolationOrder: 1}
	switch a.preset {
	case "none":
	case "default":
		chosen.Rotation, chosen.WidthShift, chosen.HeightShift = 40, 0.2, 0.2
		chosen.Shear, chosen.Zoom, chosen.HorizontalFlip = 0.2, 0.2, true
	default:
		return fmt.Errorf("--augment %q, expected default or none", a.preset)
	}
	return underneath(flags, func() error {
		*a = chosen
		return nil
	})
}

// generator returns the generator that the options describe.
func (a *augmentSettings) generator() (images.Generator, error) {
	g := images.Generator{
		RotationRange: a.Rotation, WidthShiftRange: a.WidthShift, HeightShiftRange: a.HeightShift,
		ShearRange: a.Shear, ZoomRange: a.Zoom, ChannelShiftRange: a.ChannelShift, BrightnessRange: a.Brightness,
		HorizontalFlip: a.HorizontalFlip, VerticalFlip: a.VerticalFlip, CVal: a.FillValue,
	}
	orders := map[int]images.Order{0: images.Order0, 1: images.Order1, 3: images.Order3}
	order, known := orders[a.InterpolationOrder]
	if !known {
		return g, fmt.Errorf("--interpolation-order %d, expected 0, 1 or 3", a.InterpolationOrder)
	}
	g.InterpolationOrder = order
	mode, err := images.ParseFillMode(a.FillMode)
	if err != nil {
		return g, fmt.Errorf("--fill-mode: %w", err)
	}
	g.FillMode = mode
	return g, g.Validate()
}

// augments reports whether pictures come out otherwise in every epoch.
func (a *augmentSettings) augments() bool { return a.describe() != "none" }

func (a *augmentSettings) describe() string {
	var parts []string
	for _, option := range []struct {
		name  string
		value float64
	}{
		{"rotation", a.Rotation}, {"width shift", a.WidthShift}, {"height shift", a.HeightShift},
		{"shear", a.Shear}, {"zoom", a.Zoom}, {"channel shift", a.ChannelShift},
	} {
		if option.value != 0 {
			parts = append(parts, fmt.Sprintf("%s %g", option.name, option.value))
		}
	}
	if a.Brightness != (bounds{}) {
		parts = append(parts, fmt.Sprintf("brightness %g to %g", a.Brightness[0], a.Brightness[1]))
	}
	if a.HorizontalFlip {
		parts = append(parts, "horizontal flip")
	}
	if a.VerticalFlip {
		parts = append(parts, "vertical flip")
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ") + ", fill " + a.FillMode
}
