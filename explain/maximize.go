package explain

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// Maximize finds pictures that units answer to most, by gradient ascent on the
// pixels from gray noise (Erhan et al., 2009), held to what looks like a picture:
// pixels are pulled towards gray, the picture is shifted by a few pixels at
// random before every step and smoothed every few steps (Yosinski et al., 2015;
// Mordvintsev et al., 2015). Equal settings give equal pictures.
type Maximize struct {
	// Layer is where the units are, named as for GradCAM: channels, of whose
	// values the mean over all places is taken, or the units of a dense layer.
	// Empty means the scores of the classes, as they are differentiated.
	Layer string
	// Steps is how many steps are taken; 128 when 0.
	Steps int
	// Rate is the root mean square of a step in levels of 255; 6 when 0.
	Rate float64
	// Decay is the part of the distance from gray that a step takes back; 0.01
	// when nil.
	Decay *float64
	// Jitter is how many pixels the picture is shifted at most; a thirtieth of
	// its shorter side when nil.
	Jitter *int
	// Seed of the first noise and the shifts.
	Seed uint64
}

const (
	ascentSteps   = 128
	ascentRate    = 6
	ascentDecay   = 0.01
	jitterPart    = 30
	smoothedEvery = 4
	middleGray    = 127.5
	firstNoise    = 8 // standard deviation of the levels
)

func (a Maximize) complete(size images.Size) (Maximize, error) {
	if a.Steps == 0 {
		a.Steps = ascentSteps
	}
	if a.Rate == 0 {
		a.Rate = ascentRate
	}
	if a.Decay == nil {
		a.Decay = new(float64(ascentDecay))
	}
	if a.Jitter == nil {
		a.Jitter = new(min(size.Height, size.Width) / jitterPart)
	}
	switch {
	case a.Steps < 1 || !(a.Rate > 0) || math.IsInf(a.Rate, 1):
		return a, fmt.Errorf("%d steps and rate %v given, expected numbers above 0", a.Steps, a.Rate)
	case !(*a.Decay >= 0 && *a.Decay < 1):
		return a, fmt.Errorf("decay %v given, expected 0 to below 1", *a.Decay)
	case *a.Jitter < 0 || *a.Jitter >= min(size.Height, size.Width):
		return a, fmt.Errorf("jitter %d given, expected 0 to below the picture's %v", *a.Jitter, size)
	}
	return a, nil
}

// Run returns a picture, of the size that the model takes, for every one of the
// units, which are numbers of channels or classes. What prepares the model's
// pictures is taken as linear in their pixels; samplewise steps and whitening
// are left out.
func (a Maximize) Run(ctx context.Context, m *lince.Model, units ...int) ([]image.Image, error) {
	pictures, err := a.run(ctx, m, units)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	return pictures, nil
}

func (a Maximize) run(ctx context.Context, m *lince.Model, units []int) ([]image.Image, error) {
	p, err := preparation(m)
	if err != nil {
		return nil, err
	}
	shape := p.Shape()
	if a, err = a.complete(images.Size{Height: shape[0], Width: shape[1]}); err != nil {
		return nil, err
	}
	linear, err := linearOf(p)
	if err != nil {
		return nil, err
	}
	probe, err := a.probe(ctx, m, shape, units)
	if err != nil {
		return nil, err
	}
	defer probe.Close()
	pictures := make([]image.Image, len(units))
	for i, unit := range units {
		climb := ascent{Maximize: a, linear: linear, height: shape[0], width: shape[1], channels: shape[2]}
		pixels, err := climb.run(ctx, probe, unit)
		if err != nil {
			return nil, err
		}
		raw := images.Preprocessing{TargetSize: images.Size{Height: shape[0], Width: shape[1]}, ColorMode: p.ColorMode}
		if pictures[i], err = raw.Image(pixels); err != nil {
			return nil, err
		}
	}
	return pictures, nil
}

// probe returns what computes the gradient of one unit with respect to the
// model's input.
func (a Maximize) probe(ctx context.Context, m *lince.Model, shape tensor.Shape, units []int) (*lince.Probe, error) {
	return m.Probe(ctx, func(t *lince.Trace) ([]*graph.Node, error) {
		if a.Layer == "" {
			y, err := score(t, false)
			if err != nil {
				return nil, err
			}
			if err := within(units, max(t.Outputs[0].Extent(1), 2), "classes"); err != nil {
				return nil, err
			}
			return graph.Gradient(y, t.Inputs[0])
		}
		result, err := find(t, a.Layer)
		if err != nil {
			return nil, err
		}
		values := result.Node
		if values.Rank() == 4 {
			values = values.ReduceMean(1, 2)
		}
		if values.Rank() != 2 {
			return nil, fmt.Errorf("layer %q makes %v, which has no channels or units", result.Path, result.Node.Shape())
		}
		count := values.Extent(1)
		if err := within(units, count, "units of layer "+result.Path); err != nil {
			return nil, err
		}
		number := t.Parameter("unit", tensor.Float32, graph.Batch).ExpandDims(1)
		only := number.Compare(graph.Equal, values.Graph().Iota(tensor.Float32, 1, 1, count)).Convert(tensor.Float32)
		return graph.Gradient(values.Mul(only).ReduceSum(0, 1), t.Inputs[0])
	}, shape)
}

// within tells which of the units there is not.
func within(units []int, count int, what string) error {
	for _, unit := range units {
		if unit < 0 || unit >= count {
			return fmt.Errorf("there is no %d among the %s, expected 0 to %d", unit, what, count-1)
		}
	}
	return nil
}

// ascent is the search for one picture, whose pixels are levels from 0 to 255.
type ascent struct {
	Maximize
	linear                  linear
	height, width, channels int
}

func (a ascent) run(ctx context.Context, probe *lince.Probe, unit int) ([]float32, error) {
	stream := random.NewStream(a.Seed, uint32(unit))
	pixels := make([]float32, a.height*a.width*a.channels)
	for i := range pixels {
		pixels[i] = float32(middleGray + firstNoise*stream.Normal())
	}
	shifted, prepared := make([]float32, len(pixels)), make([]float32, len(pixels))
	batch, err := tensor.Of(prepared, 1, a.height, a.width, a.channels)
	if err != nil {
		return nil, err
	}
	for step := range a.Steps {
		down, right := stream.Intn(2**a.Jitter+1)-*a.Jitter, stream.Intn(2**a.Jitter+1)-*a.Jitter
		a.shift(shifted, pixels, down, right)
		a.linear.prepare(prepared, shifted)
		gradients, err := probe.Run(ctx, batch, numbers([]int{unit}))
		if err != nil {
			return nil, err
		}
		a.climb(shifted, a.linear.back(gradients[0].Float32s()))
		if step%smoothedEvery == smoothedEvery-1 && step < a.Steps-1 {
			a.smooth(shifted)
		}
		a.shift(pixels, shifted, -down, -right)
	}
	return pixels, nil
}

// shift moves a picture around its borders.
func (a ascent) shift(into, from []float32, down, right int) {
	for y := range a.height {
		to := (y + down + a.height) % a.height
		for x := range a.width {
			at := (to*a.width + (x+right+a.width)%a.width) * a.channels
			copy(into[at:at+a.channels], from[(y*a.width+x)*a.channels:])
		}
	}
}

// climb takes one step along the gradient, of which the length is the rate's.
func (a ascent) climb(pixels, gradient []float32) {
	var squares float64
	for _, g := range gradient {
		squares += float64(g) * float64(g)
	}
	length := math.Sqrt(squares / float64(len(gradient)))
	if length == 0 {
		return
	}
	factor, keep := float32(a.Rate/length), float32(1-*a.Decay)
	for i, g := range gradient {
		moved := middleGray + (pixels[i]-middleGray)*keep + factor*g
		pixels[i] = min(max(moved, 0), 255)
	}
}

// smooth replaces every pixel by a mean over its neighbourhood, 1/8, 3/4, 1/8
// down and across.
func (a ascent) smooth(pixels []float32) {
	from := make([]float32, len(pixels))
	pass := func(count, extent, stride int) {
		copy(from, pixels)
		for line := range count {
			begin := line/stride*stride*extent + line%stride
			for i := range extent {
				before, after := max(i-1, 0), min(i+1, extent-1)
				pixels[begin+i*stride] = 0.75*from[begin+i*stride] + 0.125*(from[begin+before*stride]+from[begin+after*stride])
			}
		}
	}
	row := a.width * a.channels
	pass(row, a.height, row)
	pass(a.height*a.channels, a.width, a.channels)
}
