package images

import (
	"fmt"

	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/images/resize"
)

// cut resizes p until its shorter side is ShortSide, and takes the target out
// of its centre. The longer side and the places are rounded down.
func (l *loader) cut(target, p *picture.Picture) error {
	short := min(p.Height, p.Width)
	height, width := l.p.ShortSide*p.Height/short, l.p.ShortSide*p.Width/short
	if max(height, width) > maxArea/l.p.ShortSide {
		return fmt.Errorf("a picture of %d×%d pixels is too long to bring its shorter side to %d", p.Height, p.Width, l.p.ShortSide)
	}
	whole := p
	if height != p.Height || width != p.Width {
		whole = picture.New(height, width, p.Channels)
		if err := l.fit(whole, p, resize.Region{}); err != nil {
			return err
		}
	}
	row := target.Width * p.Channels
	first := ((height-target.Height)/2*width + (width-target.Width)/2) * p.Channels
	for y := range target.Height {
		copy(target.Pix[y*row:][:row], whole.Pix[first+y*width*p.Channels:])
	}
	return nil
}
