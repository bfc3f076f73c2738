package layers

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// FillMode is what random layers take for pixels outside the picture.
type FillMode uint8

const (
	// FillReflect mirrors at the edge: d c b a | a b c d | d c b a.
	FillReflect FillMode = iota
	// FillConstant takes FillValue.
	FillConstant
	// FillWrap begins anew at the other edge, as TensorFlow does.
	FillWrap
	// FillNearest takes the pixel at the edge.
	FillNearest
)

// String returns Keras' spelling.
func (f FillMode) String() string {
	names := [...]string{"reflect", "constant", "wrap", "nearest"}
	if int(f) >= len(names) {
		return fmt.Sprintf("fill(%d)", uint8(f))
	}
	return names[f]
}

func (s *settings) fillMode() FillMode {
	modes := []FillMode{FillReflect, FillConstant, FillWrap, FillNearest}
	name := s.String("fill_mode", modes[0].String())
	for _, mode := range modes {
		if mode.String() == name {
			return mode
		}
	}
	s.Fail("fill_mode", fmt.Errorf("got %q, expected one of %v", name, modes))
	return FillReflect
}

// within brings positions along a dimension into the picture.
func (f FillMode) within(at *graph.Node, extent int) *graph.Node {
	last := at.Like(float64(extent - 1))
	zero := at.Like(0)
	below := at.Compare(graph.Less, zero)
	above := at.Compare(graph.Greater, last)
	switch {
	case f == FillConstant:
		return at
	case f == FillNearest || extent < 2:
	case f == FillReflect:
		// The picture and its mirror image repeat with this period.
		period := float64(2 * extent)
		at = at.Sub(at.Scale(1 / period).Floor().Scale(period))
		at = graph.Select(at.Compare(graph.GreaterEqual, at.Like(float64(extent))), at.Neg().Shift(period-1), at)
	case f == FillWrap:
		// Whole extents are added by a count of one pixel less: TensorFlow's way.
		spans := func(x *graph.Node) *graph.Node { return x.Scale(1 / float64(extent-1)).Floor() }
		up := at.Add(spans(at.Neg()).Shift(1).Scale(float64(extent)))
		down := at.Sub(spans(at).Scale(float64(extent)))
		at = graph.Select(below, up, graph.Select(above, down, at))
	}
	return at.Max(zero).Min(last)
}

// sampler reads pictures at positions between their pixels.
type sampler struct {
	interpolation Interpolation
	fill          FillMode
	value         float64
}

func (s sampler) check() error {
	if s.interpolation > Bilinear {
		return unfit("Interpolation", s.interpolation, "layers.Nearest or layers.Bilinear")
	}
	if s.fill > FillNearest {
		return unfit("FillMode", s.fill, "layers.FillReflect, FillConstant, FillWrap or FillNearest")
	}
	return nil
}

// affine makes pictures whose pixel (x, y) is that at
//
//	(m[0]·x + m[1]·y + m[2], m[3]·x + m[4]·y + m[5])
//
// of the given ones, with m numbers or one per sample, of shape (batch, 1).
func (s sampler) affine(x *graph.Node, m [6]*graph.Node) *graph.Node {
	g, height, width := x.Graph(), x.Extent(1), x.Extent(2)
	column := g.Iota(tensor.Float32, 1, height, width).Reshape(1, height*width)
	row := g.Iota(tensor.Float32, 0, height, width).Reshape(1, height*width)
	position := func(a, b, c *graph.Node) *graph.Node {
		return column.Mul(a).Add(row.Mul(b)).Add(c).BroadcastTo(x.Extent(0), height*width)
	}
	across := s.fill.within(position(m[0], m[1], m[2]), width)
	down := s.fill.within(position(m[3], m[4], m[5]), height)
	return s.read(x, down, across).Reshape(x.Shape()...)
}

// read returns the pixels at positions of shape (batch, pixels).
func (s sampler) read(x, down, across *graph.Node) *graph.Node {
	pixels := x.Reshape(x.Extent(0), x.Extent(1)*x.Extent(2), x.Extent(3))
	at := func(row, column *graph.Node) *graph.Node {
		inside := between(row, x.Extent(1)).And(between(column, x.Extent(2)))
		numbers := row.Scale(float64(x.Extent(2))).Add(column).Convert(tensor.Int32)
		return graph.Select(inside.ExpandDims(2), pixels.GatherRows(numbers), x.Like(s.value))
	}
	if s.interpolation == Nearest {
		return at(down.Shift(0.5).Floor(), across.Shift(0.5).Floor())
	}
	top, left := down.Floor(), across.Floor()
	bottom, right := top.Shift(1), left.Shift(1)
	toBottom, toRight := down.Sub(top).ExpandDims(2), across.Sub(left).ExpandDims(2)
	blend := func(near, far, share *graph.Node) *graph.Node {
		return near.Mul(share.Neg().Shift(1)).Add(far.Mul(share))
	}
	upper := blend(at(top, left), at(top, right), toRight)
	lower := blend(at(bottom, left), at(bottom, right), toRight)
	return blend(upper, lower, toBottom)
}

func between(at *graph.Node, extent int) *graph.Node {
	return at.Compare(graph.GreaterEqual, at.Like(0)).And(at.Compare(graph.Less, at.Like(float64(extent))))
}
