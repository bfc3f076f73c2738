package resize

import (
	"fmt"

	"github.com/lince-ml/lince/images/picture"
)

// Region is a rectangle of a picture in whole pixels. The zero value stands
// for all of the picture.
type Region struct{ Top, Left, Height, Width int }

// of returns the region within p, with zero filled in.
func (r Region) of(p *picture.Picture) (Region, error) {
	if r == (Region{}) {
		return Region{Height: p.Height, Width: p.Width}, nil
	}
	if r.Height < 1 || r.Width < 1 || r.Top < 0 || r.Left < 0 || r.Height > p.Height-r.Top || r.Width > p.Width-r.Left {
		return Region{}, fmt.Errorf("resize: region %+v is not inside the picture of %d×%d (height × width)", r, p.Height, p.Width)
	}
	return r, nil
}

// CropBox returns the largest centred box of an h×w picture that has the
// aspect ratio of the target, at least one pixel high and wide: what Keras
// cuts out for keep_aspect_ratio and crop_to_aspect_ratio before it resizes.
// All sizes are in pixels and at least 1.
func CropBox(h, w, targetH, targetW int) (top, left, height, width int) {
	height = max(1, min(h, w*targetH/targetW))
	width = max(1, min(w, h*targetW/targetH))
	return (h - height) / 2, (w - width) / 2, height, width
}
