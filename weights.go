package lince

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

// classWeights gives every sample of a batch its weight.
type classWeights struct {
	classes map[int]float64
	buffers [][]float32
}

func newClassWeights(spec data.Spec, options Fit) (*classWeights, error) {
	w := &classWeights{classes: options.ClassWeights}
	if (w.classes != nil || options.BalancedClasses) && len(spec.Targets) != 1 {
		return nil, fmt.Errorf("lince: class weights need data with one target, this has %d; give the samples weights", len(spec.Targets))
	}
	if options.BalancedClasses {
		if w.classes != nil {
			return nil, errors.New("lince: both ClassWeights and BalancedClasses given; choose one")
		}
		if spec.ClassCounts == nil {
			return nil, errors.New("lince: BalancedClasses needs a source that counts its classes")
		}
		w.classes = map[int]float64{}
		for class, count := range spec.ClassCounts {
			if count > 0 {
				w.classes[class] = float64(spec.Samples) / float64(len(spec.ClassCounts)*count)
			}
		}
	}
	for class, weight := range w.classes {
		if class < 0 || (spec.Classes != nil && class >= len(spec.Classes)) || !(weight >= 0) {
			return nil, fmt.Errorf("lince: class weight %v for class %d, expected a class of the data and a weight not below 0", weight, class)
		}
	}
	return w, nil
}

// feed appends what a program takes of a batch to its list of inputs: the
// inputs, the targets and a weight of every sample for each.
func (w *classWeights) feed(inputs []*tensor.Tensor, p *program, batch *data.Batch) ([]*tensor.Tensor, error) {
	inputs = append(inputs, batch.Inputs...)
	for _, target := range p.targets {
		inputs = append(inputs, batch.Targets[target])
	}
	for i, target := range p.targets {
		weights, err := w.of(batch, target, i)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, weights)
	}
	return inputs, nil
}

// of returns the weights of the batch's samples for a target, in a buffer: the
// samples' own times their classes'.
func (w *classWeights) of(batch *data.Batch, target, buffer int) (*tensor.Tensor, error) {
	n := batch.Len()
	for len(w.buffers) <= buffer {
		w.buffers = append(w.buffers, nil)
	}
	if cap(w.buffers[buffer]) < n {
		w.buffers[buffer] = make([]float32, n)
	}
	weights := w.buffers[buffer][:n]
	for i := range weights {
		weights[i] = 1
	}
	if len(batch.SampleWeights) > 0 {
		which := 0
		if len(batch.SampleWeights) > 1 {
			which = target
		}
		if which >= len(batch.SampleWeights) {
			return nil, fmt.Errorf("%d sample weights for %d targets", len(batch.SampleWeights), len(batch.Targets))
		}
		own := batch.SampleWeights[which].Float32s()
		if len(own) != n {
			return nil, fmt.Errorf("%d sample weights for %d samples", len(own), n)
		}
		copy(weights, own)
	}
	if len(w.classes) > 0 {
		for i, class := range classesOf(batch.Targets[target]) {
			if weight, ok := w.classes[class]; ok {
				weights[i] *= float32(weight)
			}
		}
	}
	return tensor.Of(weights, n)
}

// classesOf returns the class of every sample: the largest of one-hot
// targets, else the label itself.
func classesOf(targets *tensor.Tensor) []int {
	values := targets.Float64s()
	n := targets.Shape()[0]
	classes := make([]int, n)
	width := 1
	if n > 0 {
		width = len(values) / n
	}
	for i := range classes {
		row := values[i*width : (i+1)*width]
		if width == 1 {
			classes[i] = int(row[0])
			continue
		}
		for class, value := range row {
			if value > row[classes[i]] {
				classes[i] = class
			}
		}
	}
	return classes
}
