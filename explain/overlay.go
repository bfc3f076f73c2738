package explain

import (
	"image"
	"image/color"
)

// Overlay says how heat is laid over a photo.
type Overlay struct {
	// Colors is the colour map.
	Colors Colors
	// Opacity is how much of the colour shows, up to 1; 0 means 0.5.
	Opacity float64
}

const defaultOpacity = 0.5

// Draw returns the photo with the heat over all of it, brought to the photo's
// size by bilinear interpolation and divided by its largest value; what is below
// 0 has the colour of 0.
func (o Overlay) Draw(photo image.Image, heat Heat) *image.RGBA {
	opacity := float32(min(max(o.Opacity, 0), 1))
	if opacity == 0 {
		opacity = defaultOpacity
	}
	bounds, values := photo.Bounds(), heat.Normalized()
	shown := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	mix := func(below, above uint8) uint8 {
		return uint8(float32(below)*(1-opacity) + float32(above)*opacity + 0.5)
	}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			var v float32
			if len(values) > 0 {
				v = at(values, heat.Height, heat.Width, place(y, bounds.Dy(), heat.Height), place(x, bounds.Dx(), heat.Width))
			}
			over := o.Colors.At(v)
			under := color.RGBAModel.Convert(photo.At(bounds.Min.X+x, bounds.Min.Y+y)).(color.RGBA)
			shown.SetRGBA(x, y, color.RGBA{mix(under.R, over.R), mix(under.G, over.G), mix(under.B, over.B), 255})
		}
	}
	return shown
}

// place returns where the middle of a pixel lies in a map of another extent.
func place(pixel, pixels, extent int) float64 {
	return (float64(pixel) + 0.5) * float64(extent) / float64(pixels)
}
