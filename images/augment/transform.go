package augment

import (
	"fmt"
	"math"
)

// Transform is what is done to one picture: the dict of Keras'
// get_random_transform. The zero value does nothing.
//
// Rotation, shift, shear and zoom are one map from the coordinates of the
// result to those of the source. With θ the rotation, s the shear, and (x, y)
// column and row from the picture's centre,
//
//	⎡x′⎤   ⎡cos θ  −sin θ⎤ ⎛⎡1  −sin s⎤ ⎡ZX   0⎤ ⎡x⎤   ⎡TY⎤⎞
//	⎣y′⎦ = ⎣sin θ   cos θ⎦ ⎝⎣0   cos s⎦ ⎣ 0  ZY⎦ ⎣y⎦ + ⎣TX⎦⎠
//
// so positive shifts move the picture up and to the left, and zooms above 1
// shrink it. Under KerasCompat, TX and TY are interchanged and the centre's
// two coordinates too, as in Keras: a width shift moves the picture up or
// down, and pictures that are not square turn around another point.
type Transform struct {
	Theta  float64 // rotation in degrees, counter-clockwise
	TX, TY float64 // shift in pixels: TX is Keras' tx (height shift), TY its ty (width shift)
	Shear  float64 // in degrees
	ZX, ZY float64 // zoom of columns and rows, below 1 enlarges; 0 means 1, none

	FlipHorizontal, FlipVertical bool

	ChannelShift float64  // added to every channel, within the picture's smallest and largest value
	Brightness   *float64 // factor: 0 black, 1 unchanged; nil leaves out the step
}

// affine maps (row, column) of the result to the source:
// row′ = rows[0]·row + rows[1]·column + rows[2], and columns likewise.
type affine struct{ rows, columns [3]float64 }

// matrix returns the map of t for h×w pictures; moves is false where it is the
// identity.
func (t Transform) matrix(h, w int, compat bool) (m affine, moves bool) {
	zx, zy := t.ZX, t.ZY
	if zx == 0 {
		zx = 1
	}
	if zy == 0 {
		zy = 1
	}
	if t.Theta == 0 && t.TX == 0 && t.TY == 0 && t.Shear == 0 && zx == 1 && zy == 1 {
		return affine{}, false
	}
	shiftX, shiftY := t.TY, t.TX
	centerX, centerY := float64(w)/2-0.5, float64(h)/2-0.5
	if compat {
		shiftX, shiftY = shiftY, shiftX
		centerX, centerY = centerY, centerX
	}
	sin, cos := math.Sincos(t.Theta * (math.Pi / 180))
	slant, squeeze := math.Sincos(t.Shear * (math.Pi / 180))
	xx, xy := cos*zx, float64(-float64(cos*slant)-float64(sin*squeeze))*zy
	yx, yy := sin*zx, float64(-float64(sin*slant)+float64(cos*squeeze))*zy
	x0 := float64(cos*shiftX) - float64(sin*shiftY) + centerX
	y0 := float64(sin*shiftX) + float64(cos*shiftY) + centerY
	x0 -= float64(xx*centerX) + float64(xy*centerY)
	y0 -= float64(yx*centerX) + float64(yy*centerY)
	return affine{rows: [3]float64{yy, yx, y0}, columns: [3]float64{xy, xx, x0}}, true
}

// farthest bounds source coordinates, so that they convert to integers.
const farthest = 1 << 48

func (m affine) check(h, w int) error {
	for _, row := range []int{0, h - 1} {
		for _, column := range []int{0, w - 1} {
			for _, axis := range [][3]float64{m.rows, m.columns} {
				at := axis[2] + axis[0]*float64(row) + axis[1]*float64(column)
				if !(math.Abs(at) < farthest) {
					return fmt.Errorf("augment: the transform maps pixel (%d, %d) to %v, which is no place near a picture; check its shifts and zooms", row, column, at)
				}
			}
		}
	}
	return nil
}
