package explain

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/images/picture"
)

// A photo that heat is laid over has a longer side between these, in pixels.
const (
	shortestSide = 256
	longestSide  = 1024
)

// Photo returns the part of a picture that the model sees, upright and in its
// own proportions, to lay a Heat over: what the content of its file holds, with
// a longer side of 256 to 1024 pixels.
func (e *Explainer) Photo(content []byte) (image.Image, error) {
	p, err := e.shown(content)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	values, err := p.Decode(content)
	if err != nil {
		return nil, err
	}
	return p.Image(values)
}

// PhotoFile is Photo for a file. Its errors name the file.
func (e *Explainer) PhotoFile(path string) (image.Image, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("it is no regular file")}
	}
	var content []byte
	if err == nil {
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	photo, err := e.Photo(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return photo, nil
}

// shown returns the preparation of a picture for the eye.
func (e *Explainer) shown(content []byte) (images.Preprocessing, error) {
	given := e.preprocessing
	p := images.Preprocessing{Interpolation: images.Bilinear, Aspect: given.Aspect, KerasCompat: given.KerasCompat}
	shape := given.Shape()
	height, width := shape[0], shape[1]
	if given.Aspect == images.Stretch && given.ShortSide == 0 {
		info, err := picture.DecodeConfig(content)
		if err != nil {
			return p, err
		}
		height, width = info.Height, info.Width
		if info.Orientation > 4 && !given.KerasCompat { // turned by a quarter
			height, width = width, height
		}
	}
	longer := float64(max(height, width))
	factor := min(max(longer, shortestSide), longestSide) / longer
	scaled := func(n int) int { return max(1, int(math.Round(factor*float64(n)))) }
	p.TargetSize = images.Size{Height: scaled(height), Width: scaled(width)}
	if given.ShortSide > 0 {
		p.ShortSide = max(scaled(given.ShortSide), p.TargetSize.Height, p.TargetSize.Width)
	}
	return p, nil
}
