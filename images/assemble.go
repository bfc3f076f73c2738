package images

import (
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/images/internal/kernel"
	"github.com/lince-ml/lince/tensor"
)

// make puts the augmented and standardised picture of a row in its place.
func (p *Pictures) make(w *worker, s *slot, row int) (bad, failure error) {
	values := w.loader.values
	dst := s.inputs[0].Float32s()[row*values : (row+1)*values]
	bytes, floats, err := p.source.picture(s.indices[row], w)
	if err != nil {
		return err, nil
	}
	size, channels := w.loader.size, w.loader.p.ColorMode.Channels()
	early, late := w.loader.p.factor(), w.loader.p.Rescale
	if early != 1 {
		late = 0
	}
	options := p.generator.options()
	options.Rescale = early
	switch {
	case p.augments && bytes != nil:
		err = w.augmenter.ApplyBytes(dst, bytes, size.Height, size.Width, channels, p.transform(w, s, row), options)
	case p.augments:
		err = w.augmenter.Apply(dst, floats, size.Height, size.Width, channels, p.transform(w, s, row), options)
	case bytes != nil:
		kernel.Widen(dst, bytes, float32(early))
	default:
		copy(dst, floats)
		augment.Rescale(dst, early)
	}
	if err != nil {
		return nil, err
	}
	if err := w.loader.finish(dst, late); err != nil {
		return nil, err
	}
	return nil, p.save(s, row, dst)
}

// assemble makes the batch of a slot whose pictures are ready.
func (p *Pictures) assemble(s *slot) (*data.Batch, error) {
	good := p.settle(s)
	for _, failure := range s.failures[:good] {
		if failure != nil {
			return nil, failure
		}
	}
	for _, part := range []struct {
		columns []column
		tensors []*tensor.Tensor
	}{{p.inputs, s.inputs[1:]}, {p.targets, s.targets}, {p.weights, s.weights}} {
		for i, c := range part.columns {
			if err := c.gather(part.tensors[i], s.indices); err != nil {
				return nil, err
			}
		}
	}
	if p.mode == Input {
		copy(s.targets[0].Float32s(), s.inputs[0].Float32s())
	}
	s.batch.Indices, s.batch.Files = s.indices, nil
	if p.paths != nil {
		s.files = s.files[:0]
		for _, i := range s.indices {
			s.files = append(s.files, p.paths[i])
		}
		s.batch.Files = s.files
	}
	s.batch.Inputs = cut(s.batch.Inputs[:0], s.inputs, good)
	s.batch.Targets = cut(s.batch.Targets[:0], s.targets, good)
	s.batch.SampleWeights = cut(s.batch.SampleWeights[:0], s.weights, good)
	return &s.batch, nil
}

// settle closes the gaps that bad pictures leave and returns how many are good.
func (p *Pictures) settle(s *slot) int {
	x := s.inputs[0].Float32s()
	values := len(x) / s.inputs[0].Shape()[0]
	good := 0
	for row, i := range s.indices {
		if s.bad[row] != nil {
			p.skip(i, s.bad[row])
			continue
		}
		if good != row {
			copy(x[good*values:(good+1)*values], x[row*values:])
			s.failures[good] = s.failures[row]
			s.indices[good] = i
		}
		good++
	}
	s.indices = slices.Delete(s.indices, good, len(s.indices))
	return good
}

// cut appends the first n rows of every tensor to views.
func cut(views, tensors []*tensor.Tensor, n int) []*tensor.Tensor {
	for _, t := range tensors {
		if n != t.Shape()[0] {
			t, _ = t.Rows(0, n) // n is at most the number of rows
		}
		views = append(views, t)
	}
	return views
}
