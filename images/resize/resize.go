// Package resize changes the size of pictures exactly as Pillow does
// (Resize: what keras.utils.load_img and ImageDataGenerator use) and as
// tf.image.resize does without anti-aliasing (ResizeTensorFlow: what
// image_dataset_from_directory uses).
package resize

import (
	"fmt"

	"github.com/lince-ml/lince/images/picture"
)

// Resize returns p at the given size in pixels, equal to Pillow's Image.resize
// to the last bit. When shrinking, every filter but Nearest is widened so that
// each pixel of p counts (anti-aliasing). RGBA is weighed by its alpha.
func Resize(p *picture.Picture, height, width int, f Filter) (*picture.Picture, error) {
	return new(Resizer).Resize(p, height, width, f)
}

// Resizer resizes and keeps its scratch memory for the next picture, so that a
// pipeline allocates nothing once warm. The zero value is ready; it is not safe
// for concurrent use.
type Resizer struct {
	horizontal, vertical pillowAxis
	columns, lines       []int   // source column and row of each of the target's, for Nearest
	premultiplied        []uint8 // the source with colours multiplied by alpha
	between              []uint8 // after the first pass

	rows, across tensorFlowAxis
	blend        []float32 // one row of the vertical pass, in float32
}

// maxPixels bounds a target, so that no product of sizes overflows.
const maxPixels = 1 << 30

// Resize is the function Resize with r's scratch memory; the picture returned
// has memory of its own.
func (r *Resizer) Resize(p *picture.Picture, height, width int, f Filter) (*picture.Picture, error) {
	if err := checkTarget(height, width); err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("resize: %w", err)
	}
	dst := picture.New(height, width, p.Channels)
	if err := r.Into(dst, p, Region{}, f); err != nil {
		return nil, err
	}
	return dst, nil
}

// Into resizes the part of src that region names into dst, whose Height,
// Width, Channels and Pix say where to. As in Pillow's resize(box=…), filters
// reach beyond the region into the rest of src. dst and src must not share
// memory.
func (r *Resizer) Into(dst, src *picture.Picture, region Region, f Filter) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("resize: source: %w", err)
	}
	if err := dst.Validate(); err != nil {
		return fmt.Errorf("resize: target: %w", err)
	}
	if dst.Channels != src.Channels {
		return fmt.Errorf("resize: target has %d channels, the source %d; decode with the color mode that is wanted", dst.Channels, src.Channels)
	}
	region, err := region.of(src)
	if err != nil {
		return err
	}
	kernel, support := f.pillowKernel()
	switch {
	case f == Nearest:
		r.nearest(dst, src, region)
	case kernel == nil:
		return fmt.Errorf("resize: Pillow has no %v filter, expected bilinear, nearest, bicubic, box, hamming or lanczos", f)
	case region == Region{Height: dst.Height, Width: dst.Width} && len(dst.Pix) == len(src.Pix):
		copy(dst.Pix, src.Pix)
	case src.Channels == 4:
		r.premultiplied = grow(r.premultiplied, len(src.Pix))
		premultiply(r.premultiplied, src.Pix)
		source := *src
		source.Pix = r.premultiplied
		r.convolve(dst, &source, region, kernel, support)
		unpremultiply(dst.Pix)
	default:
		r.convolve(dst, src, region, kernel, support)
	}
	return nil
}

func checkTarget(height, width int) error {
	if height < 1 || width < 1 || height > maxPixels/width {
		return fmt.Errorf("resize: target size %d×%d (height × width), expected at least 1×1 and at most %d pixels", height, width, maxPixels)
	}
	return nil
}

// NearestRows returns the rows of a picture of height rows that Nearest takes
// from the region for a target of the given height, in order; a row may come
// more than once. They are valid until r is used again.
func (r *Resizer) NearestRows(target, height int, region Region) []int {
	r.lines = grow(r.lines, target)
	position(r.lines, region.Top, region.Height, height)
	return r.lines
}

// nearest picks the pixel under each target pixel's centre.
func (r *Resizer) nearest(dst, src *picture.Picture, region Region) {
	c := src.Channels
	r.columns = grow(r.columns, dst.Width)
	position(r.columns, region.Left, region.Width, src.Width)
	for i := range r.columns {
		r.columns[i] *= c
	}
	for y, row := range r.NearestRows(dst.Height, src.Height, region) {
		in := src.Pix[row*src.Width*c:][:src.Width*c]
		out := dst.Pix[y*dst.Width*c:][:dst.Width*c]
		switch c {
		case 1:
			for i, at := range r.columns {
				out[i] = in[at]
			}
		case 3:
			for _, at := range r.columns {
				pixel := in[at : at+3 : at+3]
				out[0], out[1], out[2] = pixel[0], pixel[1], pixel[2]
				out = out[3:]
			}
		default:
			for i, at := range r.columns {
				copy(out[i*c:i*c+c], in[at:at+c])
			}
		}
	}
}

// position fills at with the source pixel under each target pixel's centre.
// Positions are accumulated, as Pillow does, so that ties fall the same way.
func position(at []int, start, length, size int) {
	step := float64(length) / float64(len(at))
	x := float64(start) + step*0.5
	for i := range at {
		at[i] = min(int(x), size-1)
		x += step
	}
}

// premultiply multiplies colours by alpha/255, rounded.
func premultiply(dst, src []uint8) {
	for i := 0; i+4 <= len(src); i += 4 {
		alpha := uint32(src[i+3])
		for j := i; j < i+3; j++ {
			product := uint32(src[j])*alpha + 128
			dst[j] = uint8((product + product>>8) >> 8)
		}
		dst[i+3] = src[i+3]
	}
}

// unpremultiply divides colours by alpha/255, rounded down and limited to 255.
func unpremultiply(pix []uint8) {
	for i := 0; i+4 <= len(pix); i += 4 {
		alpha := uint32(pix[i+3])
		if alpha == 0 || alpha == 255 {
			continue
		}
		for j := i; j < i+3; j++ {
			pix[j] = uint8(min(255, 255*uint32(pix[j])/alpha))
		}
	}
}

// grow returns a slice of n elements of any content, s itself where it is long
// enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
