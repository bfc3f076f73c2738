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

	"github.com/lince-ml/lince/images/internal/kernel"
)

// Augmenter applies transforms and keeps its scratch memory for the next
// picture. The zero value is ready; it is not safe for concurrent use.
type Augmenter struct {
	spline []float64 // spline coefficients of the source, for Cubic
	line   []float64 // one row or column of them
	bytes  []uint8   // the source and what the kernel may read after it
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
// the transform, in Keras' order: affine, channel shift, flips, brightness, and
// last multiplies by o.Rescale. Brightness takes values to be 0 … 255, or 0 … 1
// where none is larger, and limits what it brightens to that range; where
// values lie outside, it scales their distance from the smallest. The alpha of
// four channels is kept. dst and src must not overlap.
func (a *Augmenter) Apply(dst, src []float32, h, w, c int, t Transform, o Options) error {
	if err := check(len(dst), len(src), h, w, c, t, o); err != nil {
		return err
	}
	if m, moves := t.matrix(h, w, o.KerasCompat); !moves {
		copy(dst, src)
	} else if err := m.check(h, w); err != nil {
		return err
	} else {
		transform(a, dst, src, h, w, c, m, o)
	}
	flip(dst, h, w, c, t.FlipHorizontal, t.FlipVertical)
	recolor(dst, c, t, o)
	rescale(dst, o.scale())
	return nil
}

// ApplyBytes is Apply from bytes. Interpolation of order 1, which is the
// default, flips and multiplies while it interpolates.
func (a *Augmenter) ApplyBytes(dst []float32, src []uint8, h, w, c int, t Transform, o Options) error {
	if err := check(len(dst), len(src), h, w, c, t, o); err != nil {
		return err
	}
	early, late := o.scale(), float32(1)
	if t.ChannelShift != 0 || t.Brightness != nil {
		early, late = late, early
	}
	m, moves := t.matrix(h, w, o.KerasCompat)
	if moves {
		if err := m.check(h, w); err != nil {
			return err
		}
	}
	switch {
	case moves && o.Order == Bilinear && c <= maxKernelChannels:
		a.bilinearBytes(dst, src, h, w, c, m, early, t, o)
	case moves:
		transform(a, dst, src, h, w, c, m, o)
		flip(dst, h, w, c, t.FlipHorizontal, t.FlipVertical)
		rescale(dst, early)
	default:
		kernel.Widen(dst, src, early)
		flip(dst, h, w, c, t.FlipHorizontal, t.FlipVertical)
	}
	recolor(dst, c, t, o)
	rescale(dst, late)
	return nil
}

func check(dst, src, h, w, c int, t Transform, o Options) error {
	if h < 1 || w < 1 || c < 1 || h > math.MaxInt32/w/c {
		return fmt.Errorf("augment: picture of %d×%d×%d (height × width × channels), expected at least 1×1×1 and below 2³¹ values", h, w, c)
	}
	if src != h*w*c || dst != h*w*c {
		return fmt.Errorf("augment: source of %d and target of %d values, expected %d×%d×%d (height × width × channels) in both", src, dst, h, w, c)
	}
	if err := o.check(); err != nil {
		return err
	}
	if t.Brightness != nil && !(math.Abs(*t.Brightness) <= math.MaxFloat32) {
		return fmt.Errorf("augment: brightness factor %v, expected a number", *t.Brightness)
	}
	return nil
}

// recolor shifts channels and changes the brightness. Keras flips in between,
// which makes no difference.
func recolor(x []float32, c int, t Transform, o Options) {
	if t.ChannelShift != 0 {
		shiftChannels(x, t.ChannelShift)
	}
	if t.Brightness == nil {
		return
	}
	if o.KerasCompat {
		brightenBytes(x, c, float32(*t.Brightness))
	} else {
		brighten(x, c, float32(*t.Brightness))
	}
}
