package images

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/images/internal/kernel"
)

// FromPixels writes what the model is to see of a picture of TargetSize to
// values, in Shape's order: Standardize of its pixels, which come as 0 to 255 by
// rows, then columns, then channels. There are as many values as pixels.
func (p Preprocessing) FromPixels(values []float32, pixels []uint8) error {
	size, channels := p.size(), p.ColorMode.Channels()
	if want := size.Height * size.Width * channels; len(pixels) != want || len(values) != want {
		return fmt.Errorf("images: %d pixels given and room for %d values, expected the %d of %v", len(pixels), len(values), want, p.Shape())
	}
	early, late := p.factor(), p.Rescale
	if early != 1 {
		late = 0
	}
	kernel.Widen(values, pixels, float32(early))
	if err := p.standardize(values, late); err != nil {
		return err
	}
	if p.ChannelsFirst {
		channelsFirst(values, slices.Clone(values), channels)
	}
	return nil
}

// OnlyScales reports whether FromPixels does nothing but multiply by Rescale.
func (p Preprocessing) OnlyScales() bool {
	return p.Function == nil && p.Mode == NoMode && p.Offset == 0 && !p.SamplewiseCenter && !p.SamplewiseStdNormalization &&
		p.Mean == nil && p.Std == nil && p.Whitening == nil && !p.ChannelsFirst
}
