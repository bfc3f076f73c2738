package images

import (
	"slices"

	"github.com/lince-ml/lince/images/mt19937"
	"github.com/lince-ml/lince/random"
)

// dice is where random numbers come from: a counter-based stream, or NumPy's
// generator under KerasCompat.
type dice interface {
	Float64() float64                  // from [0, 1)
	Uniform(low, high float64) float64 // from [low, high)
	Intn(n int) int                    // from 0 to n-1
}

// numpy throws NumPy's legacy dice.
type numpy struct{ *mt19937.Source }

func (n numpy) Intn(bound int) int { return n.Choice(bound) }

// What streams are drawn for, told apart by their third number.
const (
	forTransform = iota
	forShuffle
	forSplit
	forName
)

// RandomTransform draws a transform for a picture of the given size: Keras'
// get_random_transform. Equal seeds draw equal transforms; under KerasCompat
// they are those that Keras draws after numpy.random.seed(seed).
func (g Generator) RandomTransform(size Size, seed uint64) Transform {
	if g.KerasCompat {
		return g.draw(numpy{mt19937.New(uint32(seed))}, size)
	}
	return g.draw(random.NewStream(seed), size)
}

// draw throws the dice in Keras' order. Both coins of the flips are always
// thrown, so that turning a flip on changes nothing else.
func (g Generator) draw(d dice, size Size) Transform {
	var t Transform
	if g.RotationRange != 0 {
		t.Theta = d.Uniform(-g.RotationRange, g.RotationRange)
	}
	t.TX = shift(d, g.HeightShiftRange, g.HeightShiftPixels, g.HeightShiftList, size.Height)
	t.TY = shift(d, g.WidthShiftRange, g.WidthShiftPixels, g.WidthShiftList, size.Width)
	if g.ShearRange != 0 {
		t.Shear = d.Uniform(-g.ShearRange, g.ShearRange)
	}
	if g.zooms() {
		low, high := g.zoomBounds()
		t.ZX = d.Uniform(low, high)
		t.ZY = d.Uniform(low, high)
	}
	t.FlipHorizontal = d.Float64() < 0.5 && g.HorizontalFlip
	t.FlipVertical = d.Float64() < 0.5 && g.VerticalFlip
	if g.ChannelShiftRange != 0 {
		t.ChannelShift = d.Uniform(-g.ChannelShiftRange, g.ChannelShiftRange)
	}
	if g.brightens() {
		t.Brightness = new(d.Uniform(g.BrightnessRange[0], g.BrightnessRange[1]))
	}
	return t
}

func (g Generator) zooms() bool {
	low, high := g.zoomBounds()
	return low != 1 || high != 1
}

func (g Generator) zoomBounds() (low, high float64) {
	if g.ZoomBounds != [2]float64{} {
		return g.ZoomBounds[0], g.ZoomBounds[1]
	}
	return 1 - g.ZoomRange, 1 + g.ZoomRange
}

// shift draws a shift in pixels from whichever of the three ranges is set.
func shift(d dice, reach float64, pixels int, list []float64, size int) float64 {
	switch {
	case len(list) > 0:
		distance := list[d.Intn(len(list))] * sign(d)
		if slices.Max(list) < 1 {
			distance *= float64(size)
		}
		return distance
	case pixels != 0:
		distance := float64(d.Intn(pixels))
		return distance * sign(d)
	case reach >= 1:
		return d.Uniform(-reach, reach)
	case reach != 0:
		return d.Uniform(-reach, reach) * float64(size)
	}
	return 0
}

func sign(d dice) float64 { return float64(2*d.Intn(2) - 1) }
