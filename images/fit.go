package images

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/images/augment"
	"github.com/lince-ml/lince/images/mt19937"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Statistics are the numbers of a whole set of pictures that featurewise
// standardisation needs; Generator.Fit finds them.
type Statistics struct {
	// Mean and Std are those of each channel; Std is measured around Mean.
	Mean, Std []float32
	// Whitening is set if the generator asked for ZCAWhitening.
	Whitening *augment.Whitening
}

// FitOptions are the arguments of Keras' ImageDataGenerator.fit.
type FitOptions struct {
	// Augment measures augmented pictures, Rounds (0 means 1) of each.
	Augment bool
	Rounds  int
	// Seed decides the augmentation.
	Seed uint64
}

// Fit measures what the featurewise options need and sets Statistics: Keras'
// ImageDataGenerator.fit. x is pictures as Arrays.X. They are rescaled first,
// but not preprocessed by a function or mode, as in Keras.
func (g *Generator) Fit(ctx context.Context, x *tensor.Tensor, o FitOptions) error {
	probe := *g
	probe.Statistics = &Statistics{Whitening: new(augment.Whitening)} // what Fit is about to find
	var flow Flow
	if err := probe.Validate(); err != nil {
		return err
	}
	if err := (Arrays{X: x}).validate(*g, &flow); err != nil {
		return err
	}
	m := measurement{
		g: *g, o: o, size: flow.TargetSize, channels: flow.ColorMode.Channels(),
		given: x.Shape()[0], samples: x.Shape()[0] * o.rounds(),
		pictures: newArray(x, Preprocessing{TargetSize: flow.TargetSize, ColorMode: flow.ColorMode, ChannelsFirst: g.ChannelsFirst}),
	}
	m.each = m.pictures.each
	if m.samples == 0 {
		return fmt.Errorf("images: Fit needs at least one picture")
	}
	found, err := m.measure(ctx)
	if err != nil {
		return err
	}
	g.Statistics = found
	return nil
}

func (o FitOptions) rounds() int {
	if !o.Augment {
		return 1
	}
	return max(o.Rounds, 1)
}

// measurement goes over the pictures of a Fit.
type measurement struct {
	g              Generator
	o              FitOptions
	size           Size
	channels, each int
	given, samples int // samples are given, augmented or not, in every round
	pictures       *array
}

func (m *measurement) measure(ctx context.Context) (*Statistics, error) {
	sums := augment.NewStatistics(m.channels)
	var all []float32 // centred afterwards, for whitening
	err := m.pass(ctx, func(x []float32) error {
		if m.g.ZCAWhitening {
			all = append(all, x...)
		}
		return sums.Add(x)
	})
	if err != nil {
		return nil, err
	}
	found := &Statistics{Mean: sums.Mean(), Std: sums.Std()}
	if m.g.ZCAWhitening {
		augment.FeaturewiseCenter(all, found.Mean)
		epsilon := m.g.ZCAEpsilon
		if epsilon == 0 {
			epsilon = 1e-6
		}
		found.Whitening, err = augment.ZCA(all, m.samples, m.each, epsilon)
	}
	return found, err
}

// pass calls use with every rescaled and, if asked, augmented picture.
func (m *measurement) pass(ctx context.Context, use func([]float32) error) error {
	w := &worker{stored: make([]byte, m.each), values: make([]float32, m.each)}
	picture, changed := make([]float32, m.each), make([]float32, m.each)
	numpyDice := numpy{mt19937.New(uint32(m.o.Seed))}
	for i := range m.samples {
		if err := ctx.Err(); err != nil {
			return err
		}
		bytes, floats, err := m.pictures.picture(i%m.given, w)
		if err != nil {
			return err
		}
		copy(picture, floats)
		for k, b := range bytes {
			picture[k] = float32(b)
		}
		if m.g.Rescale != 0 {
			augment.Rescale(picture, m.g.Rescale)
		}
		x := picture
		if m.o.Augment {
			var d dice = random.NewStream(m.o.Seed, 0, uint32(i), forTransform)
			if m.g.KerasCompat {
				d = numpyDice
			}
			x = changed
			if err := w.augmenter.Apply(x, picture, m.size.Height, m.size.Width, m.channels, m.g.draw(d, m.size), m.g.options()); err != nil {
				return err
			}
		}
		if err := use(x); err != nil {
			return err
		}
	}
	return nil
}
