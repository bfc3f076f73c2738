package images

import "fmt"

// Advice names settings that are allowed but do nothing, or something else
// than they seem to, one sentence each; nil when there are none.
func (g Generator) Advice() []string {
	var advice []string
	note := func(unlikely bool, format string, values ...any) {
		if unlikely {
			advice = append(advice, fmt.Sprintf(format, values...))
		}
	}
	note(g.RotationRange > 0 && g.RotationRange < 1, "RotationRange %v turns by less than a degree, which nobody sees; it is in degrees, try 20", g.RotationRange)
	note(g.ShearRange > 0 && g.ShearRange < 1, "ShearRange %v slants by less than a degree, which nobody sees; it is in degrees, try 10", g.ShearRange)
	for _, s := range []struct {
		name     string
		fraction float64
		pixels   int
	}{{"Width", g.WidthShiftRange, g.WidthShiftPixels}, {"Height", g.HeightShiftRange, g.HeightShiftPixels}} {
		note(s.fraction == 1, "%sShiftRange 1 shifts by at most one pixel, not by the whole picture; fractions are below 1", s.name)
		note(s.fraction > 0.5 && s.fraction < 1, "%sShiftRange %v moves most of the picture out of sight; try 0.2", s.name, s.fraction)
		note(s.pixels == 1, "%sShiftPixels 1 never shifts: it draws whole pixels below 1; try 2 or more", s.name)
	}
	low, high := g.zoomBounds()
	note(g.ZoomBounds != [2]float64{} && low > 1, "ZoomBounds %v only ever shrink the picture; factors below 1 enlarge", g.ZoomBounds)
	note(low > high, "ZoomBounds {%v, %v} are in falling order", low, high)
	note(g.brightens() && g.BrightnessRange[1] < 0.1, "BrightnessRange %v makes every picture nearly black; 1 leaves it unchanged", g.BrightnessRange)
	note(g.ChannelShiftRange > 0 && g.ChannelShiftRange < 1, "ChannelShiftRange %v changes nothing visible; it is added to values of 0 to 255, try 20", g.ChannelShiftRange)
	note(g.Rescale > 1, "Rescale %v enlarges values of 0 to 255; it multiplies, so 1.0/255 brings them to 0 to 1", g.Rescale)
	note(g.rescales() && g.PreprocessingFunction != nil, "PreprocessingFunction and Rescale %v both apply; a model's own preprocessing commonly scales already", g.Rescale)
	note(g.rescales() && g.Preprocess != NoMode, "Preprocess %v and Rescale %v would both scale; leave one out", g.Preprocess, g.Rescale)
	note(g.CVal != 0 && g.FillMode != Constant, "CVal %v has no effect with FillMode %v; it is for constant", g.CVal, g.FillMode)
	note(g.VerticalFlip, "VerticalFlip turns pictures upside down; right for cells and stars, rarely for photographs")
	note(g.KerasCompat && g.ValidationSplit > 0 && g.Augments(), "KerasCompat augments the validation subset too; use a generator of its own for it")
	note(g.KerasCompat && (g.WidthShiftRange != 0) != (g.HeightShiftRange != 0), "KerasCompat moves pictures up and down for WidthShiftRange, and sideways for HeightShiftRange")
	return advice
}

func (g Generator) rescales() bool { return g.Rescale != 0 && g.Rescale != 1 }
