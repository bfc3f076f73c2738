package images

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lince-ml/lince/tensor"
)

// Arrays are pictures in memory: the data arguments of Keras' flow.
type Arrays struct {
	// X holds the pictures, values 0 to 255: shape (samples, height, width,
	// channels), or (samples, channels, height, width) with
	// Generator.ChannelsFirst. Bytes stay bytes until a batch is made of them.
	X *tensor.Tensor
	// Y holds the targets, one row per sample, and is handed out as it is.
	// With Classes, or where Flow.ClassMode is Binary, Categorical or Sparse,
	// Y is the class index of every sample, of shape (samples), and becomes
	// targets of that mode. nil means none.
	Y *tensor.Tensor
	// SampleWeight is how much each sample counts: float32 (samples), or nil.
	SampleWeight *tensor.Tensor
	// Extra are further inputs of the model, one row per sample.
	Extra []*tensor.Tensor
	// Classes names the class indices; nil names them "0", "1" ...
	Classes []string
}

// Flow returns pictures that are in memory in batches: Keras' flow. The
// subset Validation is the first part of the samples. They are not resized.
func (g Generator) Flow(arrays Arrays, flow Flow) (*Pictures, error) {
	flow, err := flow.validate(g)
	if err != nil {
		return nil, err
	}
	if flow.Preprocessing != nil {
		g.ChannelsFirst = flow.Preprocessing.ChannelsFirst
	}
	if err := arrays.validate(g, &flow); err != nil {
		return nil, err
	}
	if arrays, err = arrays.part(g, flow); err != nil {
		return nil, err
	}
	p := &Pictures{generator: g, flow: flow, mode: flow.ClassMode, samples: arrays.X.Shape()[0], augments: augments(g, flow)}
	if p.samples == 0 {
		return nil, fmt.Errorf("images: the subset %v has no samples", flow.Subset)
	}
	p.preprocessing = flow.preprocessing(g)
	if err := p.preprocessing.Validate(); err != nil {
		return nil, err
	}
	p.source = newArray(arrays.X, p.preprocessing)
	return p, p.addColumns(arrays)
}

// validate checks the shapes against each other and takes the target size and
// the color mode from X.
func (a Arrays) validate(g Generator, flow *Flow) error {
	if a.X == nil || a.X.Rank() != 4 {
		return fmt.Errorf("images: X is %v, expected four dimensions: samples, height, width, channels", a.X)
	}
	shape := a.X.Shape()
	size, channels := Size{shape[1], shape[2]}, shape[3]
	if g.ChannelsFirst {
		size, channels = Size{shape[2], shape[3]}, shape[1]
	}
	modes := map[int]ColorMode{1: Grayscale, 3: RGB, 4: RGBA}
	mode, known := modes[channels]
	switch {
	case !known:
		return fmt.Errorf("images: X of shape %v has %d channels, expected 1, 3 or 4 (ChannelsFirst is %v)", shape, channels, g.ChannelsFirst)
	case flow.TargetSize != Size{} && flow.TargetSize != size:
		return fmt.Errorf("images: TargetSize is %v but the pictures of X are %v; arrays are not resized", flow.TargetSize, size)
	case flow.Preprocessing != nil && (flow.Preprocessing.size() != size || flow.Preprocessing.ColorMode != mode):
		return fmt.Errorf("images: the model's pictures are %v in %v, those of X %v in %v; arrays are not resized",
			flow.Preprocessing.size(), flow.Preprocessing.ColorMode, size, mode)
	case len(flow.Classes) > 0:
		return fmt.Errorf("images: Flow.Classes names folders; for arrays set Arrays.Classes")
	case flow.ClassMode == MultiOutput || flow.ClassMode == Raw:
		return fmt.Errorf("images: class mode %v is for tables; leave it out to hand out Y as it is", flow.ClassMode)
	}
	flow.TargetSize, flow.ColorMode = size, mode
	for name, t := range a.companions() {
		if t.Rank() == 0 || t.Shape()[0] != shape[0] {
			return fmt.Errorf("images: X has %d samples but %s is %v; both need as many rows", shape[0], name, t)
		}
	}
	return nil
}

// companions returns the arrays beside X by name.
func (a Arrays) companions() map[string]*tensor.Tensor {
	c := map[string]*tensor.Tensor{}
	if a.Y != nil {
		c["Y"] = a.Y
	}
	if a.SampleWeight != nil {
		c["SampleWeight"] = a.SampleWeight
	}
	for i, t := range a.Extra {
		c[fmt.Sprintf("Extra[%d]", i)] = t
	}
	return c
}

// part returns the rows of the flow's subset.
func (a Arrays) part(g Generator, flow Flow) (Arrays, error) {
	if flow.Subset == Everything {
		return a, nil
	}
	n := a.X.Shape()[0]
	held := int(float64(n) * g.ValidationSplit)
	if a.Y != nil && !flow.IgnoreClassSplit {
		first, err := a.Y.Rows(0, held)
		if err != nil {
			return a, err
		}
		second, err := a.Y.Rows(held, n)
		if err != nil {
			return a, err
		}
		if !maps.Equal(distinct(first), distinct(second)) {
			return a, fmt.Errorf("images: the validation part (the first %d of %d samples) and the training part do not hold the same classes; shuffle X and Y together, or set IgnoreClassSplit", held, n)
		}
	}
	from, to := held, n
	if flow.Subset == Validation {
		from, to = 0, held
	}
	a.Extra = slices.Clone(a.Extra)
	pointers := []**tensor.Tensor{&a.X, &a.Y, &a.SampleWeight}
	for i := range a.Extra {
		pointers = append(pointers, &a.Extra[i])
	}
	for _, t := range pointers {
		if *t == nil {
			continue
		}
		rows, err := (*t).Rows(from, to)
		if err != nil {
			return a, err
		}
		*t = rows
	}
	return a, nil
}

func distinct(t *tensor.Tensor) map[float64]bool {
	values := map[float64]bool{}
	for _, v := range t.Float64s() {
		values[v] = true
	}
	return values
}

// addColumns turns Y, the weights and further inputs into columns.
func (p *Pictures) addColumns(a Arrays) error {
	for _, t := range a.Extra {
		p.inputs = append(p.inputs, rows{t})
	}
	if a.SampleWeight != nil {
		if a.SampleWeight.Rank() != 1 {
			return fmt.Errorf("images: SampleWeight is %v, expected one number per sample", a.SampleWeight)
		}
		weights, err := rowsOf(narrow(a.SampleWeight), 0)
		if err != nil {
			return err
		}
		p.weights = []column{weights}
	}
	if a.Y == nil || p.mode == Input || p.mode == NoTargets {
		if p.mode == ByFolders {
			p.mode = NoTargets
		}
		return nil
	}
	if p.mode == ByFolders && a.Classes == nil {
		p.mode, p.targets = Raw, []column{rows{a.Y}}
		return nil
	}
	return p.addLabels(a)
}

// addLabels reads Y as class indices.
func (p *Pictures) addLabels(a Arrays) error {
	if a.Y.Rank() != 1 {
		return fmt.Errorf("images: Y is %v, but class mode %v needs one class index per sample; leave ClassMode out to hand out Y as it is", a.Y, p.mode)
	}
	highest := -1
	for i, v := range a.Y.Float64s() {
		label := int(v)
		if float64(label) != v || label < 0 || len(a.Classes) > 0 && label >= len(a.Classes) || label >= maxClasses {
			return fmt.Errorf("images: Y has %v at sample %d, expected a class index from 0 to %d", v, i, max(len(a.Classes), 1)-1)
		}
		p.labels = append(p.labels, label)
		highest = max(highest, label)
	}
	p.classes = slices.Clone(a.Classes)
	for len(p.classes) <= highest { // without names, numbers
		p.classes = append(p.classes, fmt.Sprint(len(p.classes)))
	}
	mode, err := p.mode.resolve(p.classes, p.generator.KerasCompat)
	if err != nil {
		return err
	}
	p.mode = mode
	p.targets, err = classTargets(mode, p.labels, len(p.classes))
	return err
}

// maxClasses bounds class indices, so that a wrong one cannot ask for memory
// without end.
const maxClasses = 1 << 20

func narrow(t *tensor.Tensor) []float32 {
	if values := t.Float32s(); values != nil {
		return values
	}
	wide := t.Float64s()
	values := make([]float32, len(wide))
	for i, v := range wide {
		values[i] = float32(v)
	}
	return values
}

// array is a source over pictures in memory.
type array struct {
	bytes    []uint8 // one of the two is set
	floats   []float32
	each     int
	channels int // where they come first, else 0
}

func newArray(x *tensor.Tensor, p Preprocessing) *array {
	a := &array{each: p.size().Height * p.size().Width * p.ColorMode.Channels()}
	if p.ChannelsFirst {
		a.channels = p.ColorMode.Channels()
	}
	if bytes, err := tensor.Values[uint8](x); err == nil {
		a.bytes = bytes
	} else {
		a.floats = narrow(x)
	}
	return a
}

// picture implements source.
func (a *array) picture(i int, w *worker) ([]byte, []float32, error) {
	from, to := i*a.each, (i+1)*a.each
	switch {
	case a.bytes != nil && a.channels == 0:
		return a.bytes[from:to], nil, nil
	case a.bytes != nil:
		channelsLast(w.stored, a.bytes[from:to], a.channels)
		return w.stored, nil, nil
	case a.channels == 0:
		return nil, a.floats[from:to], nil
	}
	channelsLast(w.values, a.floats[from:to], a.channels)
	return nil, w.values, nil
}

// channelsLast interleaves the planes of src into dst.
func channelsLast[T uint8 | float32](dst, src []T, channels int) {
	plane := len(src) / channels
	for c := range channels {
		for i := range plane {
			dst[i*channels+c] = src[c*plane+i]
		}
	}
}
