package applications

import (
	"fmt"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// PreprocessInput returns pictures as the application takes them
// (keras.applications' preprocess_input). x holds values from 0 to 255 of the
// shape (height, width, channels) or (batch, height, width, channels); it is
// left as it is. A model's Preprocessing does the same to files.
func (a Application) PreprocessInput(x *tensor.Tensor) (*tensor.Tensor, error) {
	d, err := a.definition()
	if err != nil {
		return nil, err
	}
	if rank := x.Rank(); rank != 3 && rank != 4 || x.Shape()[rank-1] != d.channels() {
		return nil, fmt.Errorf("applications: %s: pictures of shape %v, expected (height, width, %d) with or without a batch before it", d.Title, x.Shape(), d.channels())
	}
	values := make([]float32, x.Len())
	for i, value := range x.Float64s() {
		values[i] = float32(value)
	}
	p := images.Preprocessing{Mode: d.Mode}
	if d.channels() == 1 {
		p.ColorMode = images.Grayscale
	}
	if d.prepare != nil {
		d.prepare(&p)
	}
	if err := p.Standardize(values); err != nil {
		return nil, err
	}
	return tensor.Of(values, x.Shape()...)
}
