// Package augment changes the pixels of pictures by given amounts: the affine
// transformations, flips, channel shifts and brightness of Keras'
// ImageDataGenerator, and the standardisation that follows them. It draws no
// random numbers.
//
// Pictures are rows of pixels of interleaved channels.
package augment

import (
	"fmt"
	"math"
)

// Augmenter applies transforms and keeps its scratch memory for the next
// picture. The zero value is ready; it is not safe for concurrent use.
type Augmenter struct {
	spline []float64 // spline coefficients of the source, for Cubic
	line   []float64 // one row or column of them
}

// Apply is Augmenter.Apply with scratch memory of its own.
func Apply(dst, src []float32, h, w, c int, t Transform, o Options) error {
	return new(Augmenter).Apply(dst, src, h, w, c, t, o)
}

// ApplyBytes is Augmenter.ApplyBytes with scratch memory of its own.
func ApplyBytes(dst []float32, src []uint8, h, w, c int, t Transform, o Options) error {
	return new(Augmenter).ApplyBytes(dst, src, h, w, c, t, o)
}

// Apply writes to dst the picture src of h rows, w columns and c channels after
// the transform, in Keras' order: affine, channel shift, flips, brightness.
// Brightness takes values to be 0 … 255, or 0 … 1 where none is larger, and
// limits what it brightens to that range; where values lie outside, it scales
// their distance from the smallest. The alpha of four channels is kept. dst and
// src must not overlap.
func (a *Augmenter) Apply(dst, src []float32, h, w, c int, t Transform, o Options) error {
	return apply(a, dst, src, h, w, c, t, o)
}

// ApplyBytes is Apply from bytes.
func (a *Augmenter) ApplyBytes(dst []float32, src []uint8, h, w, c int, t Transform, o Options) error {
	return apply(a, dst, src, h, w, c, t, o)
}

func apply[T float32 | uint8](a *Augmenter, dst []float32, src []T, h, w, c int, t Transform, o Options) error {
	if h < 1 || w < 1 || c < 1 || h > math.MaxInt32/w/c {
		return fmt.Errorf("augment: picture of %d×%d×%d (height × width × channels), expected at least 1×1×1 and below 2³¹ values", h, w, c)
	}
	if len(src) != h*w*c || len(dst) != h*w*c {
		return fmt.Errorf("augment: source of %d and target of %d values, expected %d×%d×%d (height × width × channels) in both", len(src), len(dst), h, w, c)
	}
	if err := o.check(); err != nil {
		return err
	}
	if t.Brightness != nil && !(math.Abs(*t.Brightness) <= math.MaxFloat32) {
		return fmt.Errorf("augment: brightness factor %v, expected a number", *t.Brightness)
	}
	if m, moves := t.matrix(h, w, o.KerasCompat); moves {
		if err := m.check(h, w); err != nil {
			return err
		}
		transform(a, dst, src, h, w, c, m, o)
	} else {
		for i, v := range src {
			dst[i] = float32(v)
		}
	}
	if t.ChannelShift != 0 {
		shiftChannels(dst, t.ChannelShift)
	}
	flip(dst, h, w, c, t.FlipHorizontal, t.FlipVertical)
	if t.Brightness != nil {
		if o.KerasCompat {
			brightenBytes(dst, c, float32(*t.Brightness))
		} else {
			brighten(dst, c, float32(*t.Brightness))
		}
	}
	return nil
}
