package main

import (
	"context"
	"fmt"
	"math"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/images/resize"
)

// transformCase is a photo, written as PNG, and how it is augmented.
type transformCase struct {
	File  string `json:"file"`
	Fill  string `json:"fill"`
	Order int    `json:"order"`
	Seed  uint64 `json:"seed"`

	picture *picture.Picture
}

// drawnTransform is a transform by Keras' names.
type drawnTransform struct {
	Theta, TX, TY, Shear, ZX, ZY float64
	FlipHorizontal               bool    `json:"flip_horizontal"`
	FlipVertical                 bool    `json:"flip_vertical"`
	ChannelShift                 float64 `json:"channel_shift_intensity"`
	Brightness                   *float64
}

// fillValue is what fill mode constant fills with.
const fillValue = 83

// measureAugmentation applies what Keras drew to the same pixels.
func measureAugmentation(ctx context.Context, s *session) (*result, error) {
	cases, err := s.transformCases()
	if err != nil {
		return nil, err
	}
	request := map[string]any{"cases": cases, "cval": fillValue, "results": "results.npz", "options": map[string]any{
		"rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 15, "zoom_range": 0.2,
		"horizontal_flip": true, "vertical_flip": true, "channel_shift_range": 20, "brightness_range": []float64{0.7, 1.3},
	}}
	var answer struct{ Drawn []drawnTransform }
	if err := s.keras(ctx, "transforms", request, &answer); err != nil {
		return nil, err
	}
	if len(answer.Drawn) != len(cases) {
		return nil, fmt.Errorf("%d transforms drawn by Keras for %d pictures", len(answer.Drawn), len(cases))
	}
	worst, otherDraws := map[string]float64{}, 0
	for i, c := range cases {
		name := fmt.Sprintf("result%d", i)
		arrays, err := readArrays(s.path("results.npz"), name)
		if err != nil {
			return nil, err
		}
		difference, sameDraw, err := c.compare(images.Transform(answer.Drawn[i]), arrays[name].Float32s())
		if err != nil {
			return nil, fmt.Errorf("%s, %s, order %d: %w", c.File, c.Fill, c.Order, err)
		}
		key := fmt.Sprintf("%s, order %d", c.Fill, c.Order)
		worst[key] = math.Max(worst[key], difference)
		if !sameDraw {
			otherDraws++
		}
	}
	r := &result{}
	for _, key := range sortedKeys(worst) {
		r.atMost("largest difference, fill mode "+key, worst[key], 1e-3, "of 255")
	}
	r.equals("transforms that Lince draws otherwise from Keras' seed", float64(otherDraws), 0, "")
	r.tell("pictures compared", float64(len(cases)), "")
	return r, nil
}

// transformCases writes photos of several shapes and pairs them with all fill
// modes and spline orders.
func (s *session) transformCases() ([]transformCase, error) {
	photos, err := s.photos(s.fewer(24, 3))
	if err != nil {
		return nil, err
	}
	sizes := []images.Size{{Height: 150, Width: 150}, {Height: 113, Width: 160}, {Height: 140, Width: 97}}
	var cases []transformCase
	for i, photo := range photos {
		p, err := decode(photo)
		if err != nil {
			return nil, err
		}
		size := sizes[i%len(sizes)]
		if p, err = resize.Resize(p, size.Height, size.Width, resize.Bilinear); err != nil {
			return nil, err
		}
		name := fmt.Sprintf("photo%d.png", i)
		if err := writePNG(s.path(name), p); err != nil {
			return nil, err
		}
		for _, fill := range []images.FillMode{images.Nearest, images.Constant, images.Reflect, images.Wrap} {
			for _, order := range []int{0, 1, 3} {
				cases = append(cases, transformCase{name, fill.String(), order, uint64(len(cases)), p})
			}
		}
	}
	return cases, nil
}

// compare returns the largest difference to what Keras made of the picture,
// and whether Lince draws the same transform from Keras' seed.
func (c transformCase) compare(t images.Transform, keras []float32) (difference float64, sameDraw bool, err error) {
	g := images.Generator{
		RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2, ShearRange: 15, ZoomRange: 0.2,
		HorizontalFlip: true, VerticalFlip: true, ChannelShiftRange: 20, BrightnessRange: [2]float64{0.7, 1.3},
		CVal: fillValue, KerasCompat: true,
	}
	if g.FillMode, err = images.ParseFillMode(c.Fill); err != nil {
		return 0, false, err
	}
	g.InterpolationOrder = map[int]images.Order{0: images.Order0, 1: images.Order1, 3: images.Order3}[c.Order]
	source := make([]float32, len(c.picture.Pix))
	for i, v := range c.picture.Pix {
		source[i] = float32(v)
	}
	size := images.Size{Height: c.picture.Height, Width: c.picture.Width}
	ours := make([]float32, len(source))
	if err := g.ApplyTransform(ours, source, size, 3, t); err != nil {
		return 0, false, err
	}
	difference, err = largestDifference(ours, keras)
	return difference, equalTransforms(g.RandomTransform(size, c.Seed), t), err
}

func equalTransforms(a, b images.Transform) bool {
	if a.Brightness == nil || b.Brightness == nil || *a.Brightness != *b.Brightness {
		return false
	}
	a.Brightness, b.Brightness = nil, nil
	return a == b
}
