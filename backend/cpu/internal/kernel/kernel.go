// Package kernel holds the innermost loops of the CPU engine: float32 matrix
// tiles, the packing that feeds them, and vector arithmetic. Every loop exists
// as generated assembly for amd64 and arm64 and as a twin in Go, which is what
// runs on other machines and under the noasm build tag.
//
// Kernels trust their callers: they check no lengths. Vector kernels take
// len(dst) elements of every argument unless they say otherwise. No kernel
// keeps what it is given, and dst may be one of the sources.
package kernel

//go:generate sh -c "cd generate && go run . -isa avx2 -out ../avx2_amd64.s -stubs ../avx2_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run . -isa avx512 -out ../avx512_amd64.s -stubs ../avx512_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run . -isa avx2 -part direct -out ../avx2_direct_amd64.s -stubs ../avx2_direct_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run . -isa avx512 -part direct -out ../avx512_direct_amd64.s -stubs ../avx512_direct_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run . -isa avx2 -part winograd -out ../avx2_winograd_amd64.s -stubs ../avx2_winograd_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run . -isa avx512 -part winograd -out ../avx512_winograd_amd64.s -stubs ../avx512_winograd_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run ./neon -part general -out ../neon_arm64.s -stubs ../neon_arm64.go"
//go:generate sh -c "cd generate && go run ./neon -part direct -out ../neon_direct_arm64.s -stubs ../neon_direct_arm64.go"
//go:generate sh -c "cd generate && go run ./neon -part winograd -out ../neon_winograd_arm64.s -stubs ../neon_winograd_arm64.go"

import (
	"fmt"
	"slices"
	"strings"
)

// Mode says what a tile does besides multiplying.
type Mode = int

// The bits of Mode: add what the destination held; then, after the bias,
// replace negative results by zero, and those above six by six.
const (
	Accumulate Mode = 1 << iota
	ReLU
	Cap
)

// Tile multiplies a panel of A with a panel of B. A panel holds, for every
// depth k, the Set's TileRows (TileColumns) values of that depth side by side,
// and begins with those the tile uses.
//
//	c[i·stride + j] = Σₖ a[k][i] · b[k][j]   for i < Rows, j < Columns
//
// summed in order of k with one rounding a step, whatever the tile's size.
type Tile struct {
	Rows, Columns int
	// Multiply computes one tile. bias, when not nil, points to Columns values added to every row.
	Multiply func(depth int, a, b, c *float32, stride int, bias *float32, mode Mode)
}

// Strided multiplies rows that are read where they lie, step apart, with a
// panel of B, as Tile does. A row is segments of length elements, the same
// distances apart in every row:
//
//	c[i·stride + j] = Σₛ Σₖ a[i·step + offsets[s] + k] · b[s·length + k][j]   for i < Rows, j < columns
//
// where columns may be anything above what the next narrower tile covers. Bias and
// residual may be nil; row i of the residual, which is added after the bias,
// lies at i·apart. Accumulate is no mode of it: the residual may be c.
type Strided struct {
	Rows, Columns int
	Multiply      func(a *float32, step int, offsets *int, segments, length int, b, c *float32, stride, columns int,
		bias, residual *float32, apart int, mode Mode)
}

// Depthwise convolves pixels of a row, each channel by itself, in blocks of a
// fixed number of pixels: for j < blocks times that number and c < channels
//
//	out[j·across + c] = Σₜ x[j·step + taps[2t] + c] · w[taps[2t+1] + c]   for t < count
//
// plus the bias and the residual, if they are not nil; the residual's pixels
// lie apart elements from one to the next. Accumulate is no mode of it.
type Depthwise func(out *float32, across int, x *float32, step int, w *float32, taps *int, count, channels int,
	bias, residual *float32, apart int, mode Mode, blocks int)

// DepthwiseGradient adds the gradients of a fixed number of weights, which see
// pixels between elements from one to the next: for c < channels and j < count
//
//	sums[t·channels + c] += Σⱼ x[j·step + t·between + c] · gradient[j·channels + c]
type DepthwiseGradient func(sums, x *float32, step, between int, gradient *float32, count, channels int)

// Set is the kernels of one instruction set. The zero value is unusable; get
// one from Select.
type Set struct {
	// Name is avx512, avx2, neon or generic.
	Name string
	// TileRows and TileColumns are the size of the largest tile and the width of the panels.
	TileRows, TileColumns int
	// Lanes is the number of float32 in a register.
	Lanes int

	tiles   []Tile    // ascending rows; for equal rows ascending columns
	strided []Strided // the same, for every number of rows equally many
	outer   []Outer   // the same

	winograd [2]Winograd // of 4×4 and 2×2 results
	planes   []Planes    // descending rows; for equal rows descending columns
	// AccumulateTiles multiplies groups registers of channels, each [tiles][Lanes]
	// in a, with two registers of filters, bGroup apart, over the same tiles:
	// c[channel·stride + filter] is the sum over tiles, plus what it was if add is not 0.
	AccumulateTiles func(tiles, groups int, a, b *float32, bGroup int, c *float32, stride, add int)

	Add, Sub, Mul, Div, Max, Min func(dst, x, y []float32) // Max and Min are NaN if either is
	MulAdd                       func(dst, x, y, z []float32)
	Sqrt, Exp, Sigmoid, Tanh     func(dst, x []float32)
	ReLU                         func(dst, x []float32)
	ReLUGrad                     func(dst, x, y []float32) // x where y > 0, else 0

	ScaleShift func(dst, x []float32, scale, shift float32)
	Fill       func(dst []float32, value float32)

	Sum func(x []float32) float32
	Dot func(x, y []float32) float32
	// Combine adds Σₖ weights[k]·rows[k·stride + j] to dst[j], in order of k.
	Combine func(dst, weights []float32, rows *float32, stride int)
	// AddRows adds Σₖ rows[k·stride + j], k < count, to dst[j], in order of k.
	AddRows func(dst []float32, rows *float32, stride, count int)

	Depthwise         [8]Depthwise         // for blocks of 1 to 8 pixels
	depthwise3x3      [2][5]Depthwise      // for blocks of 4 to 8 at strides 1 and 2; may be nil
	DepthwiseGradient [6]DepthwiseGradient // for 1 to 6 weights

	Relations
	Windows

	// BFloat16 is nil where the processor has no such instructions.
	BFloat16 *BFloat16

	// Transpose packs one panel from rows: dst[k·width + i] = rows[i][k] for
	// i < width and k < depth. width is TileRows or TileColumns, and rows holds
	// that many pointers rounded up to a multiple of Lanes, all readable.
	Transpose func(dst []float32, width int, rows []*float32, depth int)
	// Stack packs part of a panel from runs of lanes elements, step apart:
	// dst[k·width + i] = src[k·step + i] for i < lanes and k < depth.
	Stack func(dst []float32, width int, src *float32, step, lanes, depth int)
}

// TileFor returns the smallest tile that covers rows × columns, neither more
// than the largest tile's.
func (s *Set) TileFor(rows, columns int) *Tile {
	for i := range s.tiles {
		if t := &s.tiles[i]; t.Rows >= rows && t.Columns >= columns {
			return t
		}
	}
	return &s.tiles[len(s.tiles)-1]
}

// StridedFor returns the tile of the given rows, at most TileRows, that covers
// columns, at most TileColumns.
func (s *Set) StridedFor(rows, columns int) *Strided {
	at := len(s.strided) / s.TileRows * (rows - 1)
	for columns > s.strided[at].Columns {
		at++
	}
	return &s.strided[at]
}

// Select returns the named kernel set: avx512, avx2, neon or generic. The empty
// name stands for the first of them that the processor runs.
func Select(name string) (*Set, error) {
	sets := append(native(), portable())
	if name == "" {
		return sets[0], nil
	}
	at := slices.IndexFunc(sets, func(s *Set) bool { return s.Name == name })
	if at >= 0 {
		return sets[at], nil
	}
	names := make([]string, len(sets))
	for i, s := range sets {
		names[i] = s.Name
	}
	return nil, fmt.Errorf("kernel: no instruction set %q here, expected one of %s", name, strings.Join(names, ", "))
}
