package layers

import (
	"math"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// RandomRotation turns pictures around their middle while training
// (keras.layers.RandomRotation).
type RandomRotation struct {
	// Factor is a range of full turns, within -1 to 1; positive is
	// counter-clockwise. PlusMinus(0.1) is up to 36° either way.
	Factor Range
	// FillMode is what stands outside the picture; FillReflect by default.
	FillMode FillMode
	// FillValue is for FillConstant.
	FillValue float64
	// Interpolation is Bilinear by default, or Nearest.
	Interpolation Interpolation
	// Name is numbered (random_rotation, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l RandomRotation) Describe() Description {
	settings := l.sampler().config()
	settings["factor"] = l.Factor.config()
	return Description{Class: "RandomRotation", Name: l.Name, InputShape: l.InputShape, Config: settings}
}

func (l RandomRotation) sampler() sampler { return sampler{l.Interpolation, l.FillMode, l.FillValue} }

func decodeRandomRotation(s *settings) Layer {
	how := s.sampler()
	return RandomRotation{
		Factor: s.factor("factor"), FillMode: how.fill, FillValue: how.value, Interpolation: how.interpolation,
		Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call turns.
func (l RandomRotation) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := l.sampler().check(); err != nil {
		return nil, err
	}
	if err := l.Factor.check("Factor", -1, 1); err != nil {
		return nil, err
	}
	x, change, err := pictures(c, inputs)
	if err != nil || !change {
		return x, err
	}
	return l.rotate(x, l.Factor.draw(c, x.Extent(0), 1).Scale(2*math.Pi)), nil
}

// rotate turns by angles in radians, of shape (batch, 1).
func (l RandomRotation) rotate(x, angle *graph.Node) *graph.Node {
	middleX, middleY := float64(x.Extent(2)-1)/2, float64(x.Extent(1)-1)/2
	cosine, sine := angle.Cos(), angle.Sin()
	return l.sampler().affine(x, [6]*graph.Node{
		cosine, sine.Neg(), cosine.Scale(-middleX).Add(sine.Scale(middleY)).Shift(middleX),
		sine, cosine, sine.Scale(-middleX).Sub(cosine.Scale(middleY)).Shift(middleY),
	})
}

// RandomTranslation moves pictures while training
// (keras.layers.RandomTranslation).
type RandomTranslation struct {
	// HeightFactor and WidthFactor are ranges of the height and the width,
	// within -1 to 1; positive is down and to the right.
	HeightFactor, WidthFactor Range
	// FillMode is what stands outside the picture; FillReflect by default.
	FillMode FillMode
	// FillValue is for FillConstant.
	FillValue float64
	// Interpolation is Bilinear by default, or Nearest.
	Interpolation Interpolation
	// Name is numbered (random_translation, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l RandomTranslation) Describe() Description {
	settings := l.sampler().config()
	settings["height_factor"], settings["width_factor"] = l.HeightFactor.config(), l.WidthFactor.config()
	return Description{Class: "RandomTranslation", Name: l.Name, InputShape: l.InputShape, Config: settings}
}

func (l RandomTranslation) sampler() sampler {
	return sampler{l.Interpolation, l.FillMode, l.FillValue}
}

func decodeRandomTranslation(s *settings) Layer {
	how := s.sampler()
	return RandomTranslation{
		HeightFactor: s.factor("height_factor"), WidthFactor: s.factor("width_factor"),
		FillMode: how.fill, FillValue: how.value, Interpolation: how.interpolation, Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call moves.
func (l RandomTranslation) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := l.sampler().check(); err != nil {
		return nil, err
	}
	if err := l.HeightFactor.check("HeightFactor", -1, 1); err != nil {
		return nil, err
	}
	if err := l.WidthFactor.check("WidthFactor", -1, 1); err != nil {
		return nil, err
	}
	x, change, err := pictures(c, inputs)
	if err != nil || !change {
		return x, err
	}
	down := l.HeightFactor.draw(c, x.Extent(0), 1).Scale(float64(x.Extent(1)))
	right := l.WidthFactor.draw(c, x.Extent(0), 1).Scale(float64(x.Extent(2)))
	return l.move(x, down, right), nil
}

// move shifts by pixels, of shape (batch, 1).
func (l RandomTranslation) move(x, down, right *graph.Node) *graph.Node {
	zero, one := down.Like(0), down.Like(1)
	return l.sampler().affine(x, [6]*graph.Node{one, zero, right.Neg(), zero, one, down.Neg()})
}

// RandomZoom enlarges and shrinks pictures around their middle while training
// (keras.layers.RandomZoom).
type RandomZoom struct {
	// HeightFactor is a range above -1 and up to 1; positive zooms out,
	// negative in: 0.5 shows half as much again, -0.5 half of the height.
	HeightFactor Range
	// WidthFactor is the same for the width; nil keeps the proportions.
	WidthFactor *Range
	// FillMode is what stands outside the picture; FillReflect by default.
	FillMode FillMode
	// FillValue is for FillConstant.
	FillValue float64
	// Interpolation is Bilinear by default, or Nearest.
	Interpolation Interpolation
	// Name is numbered (random_zoom, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l RandomZoom) Describe() Description {
	settings := l.sampler().config()
	settings["height_factor"], settings["width_factor"] = l.HeightFactor.config(), nil
	if l.WidthFactor != nil {
		settings["width_factor"] = l.WidthFactor.config()
	}
	return Description{Class: "RandomZoom", Name: l.Name, InputShape: l.InputShape, Config: settings}
}

func (l RandomZoom) sampler() sampler { return sampler{l.Interpolation, l.FillMode, l.FillValue} }

func decodeRandomZoom(s *settings) Layer {
	how := s.sampler()
	l := RandomZoom{
		HeightFactor: s.factor("height_factor"),
		FillMode:     how.fill, FillValue: how.value, Interpolation: how.interpolation, Name: s.name(), InputShape: s.inputShape(),
	}
	if s.Has("width_factor") {
		l.WidthFactor = new(s.factor("width_factor"))
	}
	return l
}

// Call zooms.
func (l RandomZoom) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := l.sampler().check(); err != nil {
		return nil, err
	}
	above := math.Nextafter(-1, 0)
	if err := l.HeightFactor.check("HeightFactor", above, 1); err != nil {
		return nil, err
	}
	if l.WidthFactor != nil {
		if err := l.WidthFactor.check("WidthFactor", above, 1); err != nil {
			return nil, err
		}
	}
	x, change, err := pictures(c, inputs)
	if err != nil || !change {
		return x, err
	}
	vertical := l.HeightFactor.draw(c, x.Extent(0), 1).Shift(1)
	horizontal := vertical
	if l.WidthFactor != nil {
		horizontal = l.WidthFactor.draw(c, x.Extent(0), 1).Shift(1)
	}
	return l.zoom(x, vertical, horizontal), nil
}

// zoom shows that many times the picture's height and width, of shape (batch, 1).
func (l RandomZoom) zoom(x, vertical, horizontal *graph.Node) *graph.Node {
	zero := vertical.Like(0)
	rest := func(zoom *graph.Node, extent int) *graph.Node {
		return zoom.Neg().Shift(1).Scale(float64(extent-1) / 2)
	}
	return l.sampler().affine(x, [6]*graph.Node{
		horizontal, zero, rest(horizontal, x.Extent(2)), zero, vertical, rest(vertical, x.Extent(1)),
	})
}

func (s sampler) config() config.Map {
	return config.Map{
		"fill_mode": s.fill.String(), "fill_value": s.value, "interpolation": s.interpolation.or(Bilinear).String(),
		"seed": nil, "data_format": channelsLast,
	}
}

func (s *settings) sampler() sampler {
	return sampler{s.interpolation(Bilinear, Nearest, Bilinear), s.fillMode(), s.Float("fill_value", 0)}
}
