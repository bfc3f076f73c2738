package explain

import (
	"fmt"
	"image/color"
)

// Colors is a colour map: what stands for numbers from 0 to 1.
type Colors uint8

// The colour maps.
const (
	// Viridis goes from violet through green to yellow. Equal steps look
	// equal, also to colour-blind readers and in print (van der Walt and Smith,
	// 2015).
	Viridis Colors = iota
	// Jet goes from blue through green and yellow to red, as in Keras' example
	// of Grad-CAM.
	Jet
	// Gray goes from black to white.
	Gray
)

var colorNames = [...]string{"viridis", "jet", "gray"}

// String returns the map's name.
func (c Colors) String() string {
	if int(c) >= len(colorNames) {
		return fmt.Sprintf("colors %d", c)
	}
	return colorNames[c]
}

// ParseColors returns the map of a name: viridis, jet or gray.
func ParseColors(name string) (Colors, error) {
	for i, known := range colorNames {
		if name == known {
			return Colors(i), nil
		}
	}
	return 0, fmt.Errorf("explain: unknown colours %q, expected viridis, jet or gray", name)
}

// At returns the colour of a number; what lies outside 0 to 1 has that of the
// nearer end, and a NaN that of 0.
func (c Colors) At(v float32) color.RGBA {
	if !(v >= 0) {
		v = 0
	}
	v = min(v, 1)
	switch c {
	case Jet:
		return color.RGBA{ramp(v - 0.75), ramp(v - 0.5), ramp(v - 0.25), 255}
	case Gray:
		level := uint8(255*v + 0.5)
		return color.RGBA{level, level, level, 255}
	}
	return viridis(v)
}

// ramp is a trapezoid of height 1 around 0: 1 to a distance of 1/8, 0 from 3/8.
func ramp(distance float32) uint8 {
	return uint8(255*min(max(1.5-4*max(distance, -distance), 0), 1) + 0.5)
}

// viridis interpolates between ten colours at equal distances.
func viridis(v float32) color.RGBA {
	stops := [...][3]float32{
		{68, 1, 84}, {72, 40, 120}, {62, 74, 137}, {49, 104, 142}, {38, 130, 142},
		{31, 158, 137}, {53, 183, 121}, {110, 206, 88}, {181, 222, 43}, {253, 231, 37},
	}
	position := v * float32(len(stops)-1)
	below := min(int(position), len(stops)-2)
	part := position - float32(below)
	mixed := func(channel int) uint8 {
		return uint8(stops[below][channel]*(1-part) + stops[below+1][channel]*part + 0.5)
	}
	return color.RGBA{mixed(0), mixed(1), mixed(2), 255}
}
