package layers

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Range is what a random number is drawn from, evenly.
type Range struct {
	Low, High float64
}

// PlusMinus returns the range from -amount to amount.
func PlusMinus(amount float64) Range { return Range{-amount, amount} }

func (r Range) config() []float64 { return []float64{r.Low, r.High} }

func (r Range) check(field string, low, high float64) error {
	if !(low <= r.Low && r.Low <= r.High && r.High <= high) {
		return fmt.Errorf("%s is from %v to %v, expected a range within %v to %v", field, r.Low, r.High, low, high)
	}
	return nil
}

// draw returns one number per sample, of the given shape, which begins with
// the batch.
func (r Range) draw(c *Context, shape ...int) *graph.Node {
	return c.Uniform(shape...).Scale(r.High - r.Low).Shift(r.Low)
}

// factor reads a number, which stands for both signs of it, or a range.
func (s *settings) factor(key string) Range {
	switch list := s.Floats(key, []float64{0}); len(list) {
	case 1:
		return PlusMinus(math.Abs(list[0]))
	case 2:
		slices.Sort(list)
		return Range{list[0], list[1]}
	default:
		s.Fail(key, fmt.Errorf("got %v, expected a number or two", list))
		return Range{}
	}
}

// pictures returns the pictures that a random layer gets as floats, and
// whether it changes them: only training does.
func pictures(c *Context, inputs []*graph.Node) (x *graph.Node, change bool, err error) {
	if err := expectInputs(inputs, 1, 4); err != nil {
		return nil, false, err
	}
	x = floating(inputs[0])
	if c.Training() && (x.Extent(1) < 1 || x.Extent(2) < 1) {
		return nil, false, fmt.Errorf("pictures of shape %v given, expected a known height and width: give the model an InputShape", x.Shape())
	}
	return x, c.Training(), nil
}

// Flip is the direction in which RandomFlip mirrors.
type Flip uint8

const (
	// HorizontalAndVertical turns pictures around by half, whenever it
	// mirrors at all.
	HorizontalAndVertical Flip = iota
	// Horizontal exchanges left and right.
	Horizontal
	// Vertical exchanges above and below.
	Vertical
)

// String returns Keras' spelling.
func (f Flip) String() string {
	names := [...]string{"horizontal_and_vertical", "horizontal", "vertical"}
	if int(f) >= len(names) {
		return fmt.Sprintf("flip(%d)", uint8(f))
	}
	return names[f]
}

// RandomFlip mirrors every second picture while training
// (keras.layers.RandomFlip), drawn by lot. As in Keras one lot decides for
// both directions; use two layers to mirror them independently.
type RandomFlip struct {
	// Mode is the direction; both by default.
	Mode Flip
	// Name is numbered (random_flip, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l RandomFlip) Describe() Description {
	return Description{Class: "RandomFlip", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"mode": l.Mode.String(), "seed": nil, "data_format": channelsLast,
	}}
}

func decodeRandomFlip(s *settings) Layer {
	l := RandomFlip{Name: s.name(), InputShape: s.inputShape()}
	switch mode := s.String("mode", HorizontalAndVertical.String()); mode {
	case HorizontalAndVertical.String():
	case Horizontal.String():
		l.Mode = Horizontal
	case Vertical.String():
		l.Mode = Vertical
	default:
		s.Fail("mode", fmt.Errorf("got %q, expected horizontal, vertical or horizontal_and_vertical", mode))
	}
	return l
}

// Call mirrors.
func (l RandomFlip) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if l.Mode > Vertical {
		return nil, unfit("Mode", l.Mode, "layers.Horizontal, Vertical or HorizontalAndVertical")
	}
	x, change, err := pictures(c, inputs)
	if err != nil || !change {
		return x, err
	}
	lot := c.Uniform(x.Extent(0), 1, 1, 1)
	return l.flip(x, lot.Compare(graph.LessEqual, lot.Like(0.5))), nil
}

func (l RandomFlip) flip(x, which *graph.Node) *graph.Node {
	axes := []int{1, 2}
	switch l.Mode {
	case Horizontal:
		axes = []int{2}
	case Vertical:
		axes = []int{1}
	}
	return graph.Select(which, x.Reverse(axes...), x)
}

// RandomContrast brings the pixels nearer to or further from the mean of
// their channel while training (keras.layers.RandomContrast):
//
//	y = (x - mean) · f + mean,  f from 1 - Lower to 1 + Upper
//
// limited to the ValueRange.
type RandomContrast struct {
	// Lower and Upper, from 0 to 1, bound the factor. Keras' single number u
	// is the same as Lower 0 and Upper u.
	Lower, Upper float64
	// ValueRange limits the result; 0 to 255 when left out.
	ValueRange [2]float64
	// Name is numbered (random_contrast, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l RandomContrast) Describe() Description {
	values := valueRange(l.ValueRange)
	return Description{Class: "RandomContrast", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"factor": []float64{l.Lower, l.Upper}, "value_range": values[:], "seed": nil, "data_format": channelsLast,
	}}
}

func decodeRandomContrast(s *settings) Layer {
	factor := s.factor("factor")
	return RandomContrast{
		Lower: max(factor.Low, 0), Upper: factor.High, ValueRange: s.valueRange(), Name: s.name(), InputShape: s.inputShape(),
	}
}

// Call changes the contrast.
func (l RandomContrast) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := cmp.Or(within("Lower", l.Lower, 0, 1), within("Upper", l.Upper, 0, 1)); err != nil {
		return nil, err
	}
	x, change, err := pictures(c, inputs)
	if err != nil || !change {
		return x, err
	}
	return l.adjust(x, Range{1 - l.Lower, 1 + l.Upper}.draw(c, x.Extent(0), 1, 1, 1)), nil
}

func (l RandomContrast) adjust(x, factor *graph.Node) *graph.Node {
	mean := x.ReduceMean(1, 2).ExpandDims(1, 2)
	values := valueRange(l.ValueRange)
	return x.Sub(mean).Mul(factor).Add(mean).Clip(values[0], values[1])
}

// RandomBrightness adds one number to all pixels of a picture while training
// (keras.layers.RandomBrightness): a Factor of the ValueRange's extent. The
// result is limited to that range.
type RandomBrightness struct {
	// Factor is a range within -1, which is black, and 1, which is white.
	Factor Range
	// ValueRange limits the result; 0 to 255 when left out.
	ValueRange [2]float64
	// Name is numbered (random_brightness, ...) when empty.
	Name string
	// InputShape is the shape of one sample; for the first layer of a Sequential.
	InputShape []int
}

// Describe returns the layer as Keras configures it.
func (l RandomBrightness) Describe() Description {
	values := valueRange(l.ValueRange)
	return Description{Class: "RandomBrightness", Name: l.Name, InputShape: l.InputShape, Config: config.Map{
		"factor": l.Factor.config(), "value_range": values[:], "seed": nil, "data_format": channelsLast,
	}}
}

func decodeRandomBrightness(s *settings) Layer {
	return RandomBrightness{Factor: s.factor("factor"), ValueRange: s.valueRange(), Name: s.name(), InputShape: s.inputShape()}
}

// Call changes the brightness.
func (l RandomBrightness) Call(c *Context, inputs ...*graph.Node) (*graph.Node, error) {
	if err := l.Factor.check("Factor", -1, 1); err != nil {
		return nil, err
	}
	x, change, err := pictures(c, inputs)
	if err != nil || !change {
		return x, err
	}
	values := valueRange(l.ValueRange)
	return l.adjust(x, l.Factor.draw(c, x.Extent(0), 1, 1, 1).Scale(values[1]-values[0])), nil
}

func (l RandomBrightness) adjust(x, amount *graph.Node) *graph.Node {
	values := valueRange(l.ValueRange)
	return x.Add(amount).Clip(values[0], values[1])
}

func valueRange(given [2]float64) [2]float64 {
	if given == [2]float64{} {
		return [2]float64{0, 255}
	}
	return given
}

func (s *settings) valueRange() [2]float64 {
	list := s.Floats("value_range", []float64{0, 255})
	if len(list) != 2 {
		s.Fail("value_range", fmt.Errorf("got %v, expected two numbers", list))
		return [2]float64{}
	}
	return [2]float64(list)
}
