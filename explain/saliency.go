package explain

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Saliency is how fast the score of the class changes with each pixel: the
// largest absolute value of ∂y/∂x over the pixel's channels (Simonyan et al.,
// 2014). With Samples it is SmoothGrad (Smilkov et al., 2017): the gradient is
// the mean of those at that many copies of the picture with noise on them.
type Saliency struct {
	// Samples is the number of noisy copies; 0 takes the picture itself.
	Samples int
	// Noise is the standard deviation of the noise as a part of the range of
	// the picture's values, largest less smallest; 0 means 0.15.
	Noise float64
	// Seed of the noise. The n-th picture of a call gets the same noise in
	// every call.
	Seed uint64
	// Probability differentiates the class's probability in place of its score
	// before the last softmax or sigmoid.
	Probability bool
}

const defaultNoise = 0.15

func (s Saliency) open(ctx context.Context, m *lince.Model, sample tensor.Shape) (*lens, error) {
	if s.Samples < 0 || !(s.Noise >= 0) || math.IsInf(s.Noise, 1) {
		return nil, fmt.Errorf("%d samples and noise %v given, expected numbers not below 0", s.Samples, s.Noise)
	}
	if s.Noise == 0 {
		s.Noise = defaultNoise
	}
	probe, err := m.Probe(ctx, func(t *lince.Trace) ([]*graph.Node, error) {
		y, err := score(t, s.Probability)
		if err != nil {
			return nil, err
		}
		gradients, err := graph.Gradient(y, t.Inputs[0])
		if err != nil {
			return nil, err
		}
		return []*graph.Node{gradients[0], t.Outputs[0]}, nil
	}, sample)
	if err != nil {
		return nil, err
	}
	look := func(ctx context.Context, batch *tensor.Tensor, classes []int) (maps, outputs *tensor.Tensor, err error) {
		results, err := probe.Run(ctx, batch, numbers(classes))
		if err != nil {
			return nil, nil, err
		}
		gradients, outputs := results[0], results[1]
		if s.Samples > 0 {
			if gradients, err = s.smooth(ctx, probe, batch, resolve(outputs, classes)); err != nil {
				return nil, nil, err
			}
		}
		maps, err = strongest(gradients)
		return maps, outputs, err
	}
	return &lens{look: look, close: probe.Close}, nil
}

// smooth returns the mean of the gradients at noisy copies of the samples.
func (s Saliency) smooth(ctx context.Context, probe *lince.Probe, batch *tensor.Tensor, classes []int) (*tensor.Tensor, error) {
	mean, err := tensor.New(tensor.Float32, batch.Shape()...)
	if err != nil {
		return nil, err
	}
	noisy, err := tensor.New(tensor.Float32, batch.Shape()...)
	if err != nil {
		return nil, err
	}
	for n := range s.Samples {
		s.disturb(noisy.Float32s(), batch.Float32s(), len(classes), n)
		results, err := probe.Run(ctx, noisy, numbers(classes))
		if err != nil {
			return nil, err
		}
		for i, g := range results[0].Float32s() {
			mean.Float32s()[i] += g / float32(s.Samples)
		}
	}
	return mean, nil
}

// disturb adds the noise of the n-th copies.
func (s Saliency) disturb(noisy, values []float32, count, n int) {
	width := len(values) / count
	for i := range count {
		sample := values[i*width : (i+1)*width]
		deviation := s.Noise * float64(slices.Max(sample)-slices.Min(sample))
		stream := random.NewStream(s.Seed, uint32(i), uint32(n))
		for k, v := range sample {
			noisy[i*width+k] = v + float32(deviation*stream.Normal())
		}
	}
}

// strongest returns the largest absolute value over the channels.
func strongest(gradients *tensor.Tensor) (*tensor.Tensor, error) {
	shape := gradients.Shape()
	channels := shape[len(shape)-1]
	maps, err := tensor.New(tensor.Float32, shape[:len(shape)-1]...)
	if err != nil {
		return nil, err
	}
	for i := range maps.Float32s() {
		for _, g := range gradients.Float32s()[i*channels : (i+1)*channels] {
			maps.Float32s()[i] = max(maps.Float32s()[i], g, -g)
		}
	}
	return maps, nil
}

// resolve returns the classes with the likeliest in place of predicted.
func resolve(outputs *tensor.Tensor, classes []int) []int {
	resolved, width := make([]int, len(classes)), outputs.Shape()[1]
	for i, class := range classes {
		resolved[i], _ = probabilityOf(outputs.Float32s()[i*width:(i+1)*width], class)
	}
	return resolved
}
