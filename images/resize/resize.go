// Package resize changes the size of pictures exactly as Pillow does
// (Resize, what keras.utils.load_img uses) and as tf.image.resize does without
// anti-aliasing (ResizeTensorFlow, what image_dataset_from_directory uses).
package resize

import (
	"errors"

	"github.com/lince-ml/lince/images/picture"
)

// Resize returns p at the given size, equal to Pillow's Image.resize to the
// last bit.
func Resize(p *picture.Picture, height, width int, f Filter) (*picture.Picture, error) {
	var r Resizer
	return r.Resize(p, height, width, f)
}

// Resizer resizes and keeps its scratch memory and filter coefficients for the
// next picture. The zero value is ready; it is not safe for concurrent use.
type Resizer struct{}

// Resize returns p at the given size, in memory of its own.
func (r *Resizer) Resize(p *picture.Picture, height, width int, f Filter) (*picture.Picture, error) {
	return nil, errors.ErrUnsupported
}

// Into resizes the part of src that region names into dst, whose Height,
// Width, Channels and Pix say where to; the zero Region is all of src. dst and
// src must not share memory.
func (r *Resizer) Into(dst, src *picture.Picture, region Region, f Filter) error {
	return errors.ErrUnsupported
}

// ResizeTensorFlow resizes the part of src that region names into dst, which
// holds height·width·channels values 0 … 255, as tf.image.resize does without
// anti-aliasing.
func (r *Resizer) ResizeTensorFlow(dst []float32, height, width int, src *picture.Picture, region Region, f Filter) error {
	return errors.ErrUnsupported
}

// PadTensorFlow is ResizeTensorFlow of the picture laid centred on black of
// the target's aspect ratio: pad_to_aspect_ratio.
func (r *Resizer) PadTensorFlow(dst []float32, height, width int, src *picture.Picture, f Filter) error {
	return errors.ErrUnsupported
}

// Region is a rectangle of a picture in whole pixels.
type Region struct{ Top, Left, Height, Width int }

// CropBox returns the largest centred box of an h×w picture that has the
// aspect ratio of the target: Keras' keep_aspect_ratio and
// crop_to_aspect_ratio.
func CropBox(h, w, targetH, targetW int) (top, left, height, width int) { return }
