package explain

import (
	"fmt"
	"slices"

	"github.com/lince-ml/lince/images"
)

// linear is how levels become what a model sees, channel by channel:
//
//	value_i = offset_i + Σ_k factor_ik · level_k
type linear struct {
	channels int
	offset   []float32
	factor   []float32 // row i holds the factors of value i
}

// linearOf finds it out by preparing a black picture, and one each in which one
// channel is full.
func linearOf(p images.Preprocessing) (linear, error) {
	p.SamplewiseCenter, p.SamplewiseStdNormalization = false, false
	p.Whitening, p.NeedsWhitening = nil, false
	const full = 255
	channels := p.ColorMode.Channels()
	l := linear{channels: channels, offset: make([]float32, channels), factor: make([]float32, channels*channels)}
	shape := p.Shape()
	picture := make([]float32, shape[0]*shape[1]*channels)
	prepare := func(bright int) ([]float32, error) {
		for i := range picture {
			picture[i] = 0
			if i%channels == bright {
				picture[i] = full
			}
		}
		if err := p.Standardize(picture); err != nil {
			return nil, err
		}
		return slices.Clone(picture[:channels]), nil
	}
	black, err := prepare(-1)
	if err != nil {
		return l, err
	}
	copy(l.offset, black)
	seen := false
	for k := range channels {
		bright, err := prepare(k)
		if err != nil {
			return l, err
		}
		for i := range channels {
			l.factor[i*channels+k] = (bright[i] - black[i]) / full
			seen = seen || l.factor[i*channels+k] != 0
		}
	}
	if !seen {
		return l, fmt.Errorf("what prepares the model's pictures makes the same of black and of colours, so none can be searched for")
	}
	return l, nil
}

// prepare computes values from levels.
func (l linear) prepare(values, levels []float32) {
	n := l.channels
	for at := 0; at < len(levels); at += n {
		for i := range n {
			v := l.offset[i]
			for k := range n {
				v += l.factor[i*n+k] * levels[at+k]
			}
			values[at+i] = v
		}
	}
}

// back turns a gradient with respect to values into one with respect to levels.
func (l linear) back(gradient []float32) []float32 {
	n := l.channels
	levels := make([]float32, len(gradient))
	for at := 0; at < len(gradient); at += n {
		for k := range n {
			for i := range n {
				levels[at+k] += l.factor[i*n+k] * gradient[at+i]
			}
		}
	}
	return levels
}
