// Package conv computes two-dimensional convolutions of float32 pictures
// (batch, height, width, channels) with kernels (height, width, channels,
// filters), and both of their gradients: 3×3 kernels after Winograd, depthwise
// ones channel by channel, others as matrix products whose factors look at the
// pictures through the window. Patches are read where they lie; only those that
// reach out of a picture are copied.
package conv

import (
	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// Geometry is a convolution's sizes; pairs are height first. They must fit
// one another.
type Geometry struct {
	Size, Stride, Dilation [2]int
	Before                 [2]int // padding above and to the left
	In, Out                [2]int // extents of the pictures and of the result
	Channels, Filters      int
	Groups                 int
	// Pictures is how many are expected at once, for choosing an algorithm; 0
	// stands for many.
	Pictures int
}

// Engine runs convolutions, one at a time.
type Engine struct {
	// Algorithm is used for all shapes that it can do; Automatic is the best for each.
	Algorithm Algorithm
	// BFloat16 lets products round their factors to bfloat16, where that is
	// faster than what saves multiplications in float32. It is for kernel sets
	// that have the instructions.
	BFloat16 bool

	set      *kernel.Set
	pool     *pool.Pool
	products *gemm.Multiplier
	zeros    []float32
}

// New returns an engine that multiplies with products and handles pictures
// and results of up to channels channels.
func New(set *kernel.Set, p *pool.Pool, products *gemm.Multiplier, channels int) *Engine {
	return &Engine{set: set, pool: p, products: products, zeros: gemm.Aligned(channels + 16)}
}

// depthwise reports whether every filter sees one channel of its own.
func (g *Geometry) depthwise() bool {
	return g.Groups == g.Channels && g.Groups == g.Filters && g.Groups > 1
}

func (g *Geometry) inPixels() int  { return g.In[0] * g.In[1] }
func (g *Geometry) outPixels() int { return g.Out[0] * g.Out[1] }
func (g *Geometry) taps() int      { return g.Size[0] * g.Size[1] }

// perGroup returns the channels and filters of one group.
func (g *Geometry) perGroup() (channels, filters int) {
	return g.Channels / g.Groups, g.Filters / g.Groups
}

// forwardTaps lists where a window's elements lie relative to its first
// position times the stride, in the order of the kernels.
func (g *Geometry) forwardTaps() []tap {
	taps := make([]tap, 0, g.taps())
	for k := range g.Size[0] {
		for l := range g.Size[1] {
			taps = append(taps, tap{
				dy: k*g.Dilation[0] - g.Before[0], dx: l*g.Dilation[1] - g.Before[1],
				kernel: k*g.Size[1] + l,
			})
		}
	}
	return taps
}

// A tap is one element of a window: its displacement and its place in the kernels.
type tap struct {
	dy, dx int
	kernel int
}
