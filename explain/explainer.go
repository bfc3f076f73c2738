package explain

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// Method makes heat maps: GradCAM, Saliency or Occlusion.
type Method interface {
	open(ctx context.Context, m *lince.Model, sample tensor.Shape) (*lens, error)
}

// lens is a method made ready for a model.
type lens struct {
	layer string
	// look returns maps (samples, height, width) and the model's first output.
	look  func(ctx context.Context, batch *tensor.Tensor, classes []int) (maps, outputs *tensor.Tensor, err error)
	close func() error
}

// Explainer explains a model's predictions by one method. The model keeps its
// weights and can be used meanwhile; what it learns the Explainer knows. What it
// needs is compiled once, when it is first used. It may be used concurrently.
type Explainer struct {
	model         *lince.Model
	preprocessing images.Preprocessing
	lens          *lens
}

// New returns what explains a model, which has one input and knows how its
// pictures are prepared (Model.Preprocessing), by a method; nil is GradCAM.
func New(ctx context.Context, m *lince.Model, method Method) (*Explainer, error) {
	e, err := open(ctx, m, method)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	return e, nil
}

func open(ctx context.Context, m *lince.Model, method Method) (*Explainer, error) {
	if method == nil {
		method = GradCAM{}
	}
	p, err := preparation(m)
	if err != nil {
		return nil, err
	}
	lens, err := method.open(ctx, m, p.Shape())
	if err != nil {
		return nil, err
	}
	return &Explainer{model: m, preprocessing: p, lens: lens}, nil
}

// preparation returns how a model's pictures are prepared.
func preparation(m *lince.Model) (p images.Preprocessing, err error) {
	switch {
	case m.Preprocessing == nil:
		return p, errors.New("the model does not know how pictures were prepared for it; set Model.Preprocessing")
	case len(m.Inputs()) != 1:
		return p, fmt.Errorf("the model has %d inputs, expected one that takes pictures", len(m.Inputs()))
	case m.Preprocessing.ChannelsFirst:
		return p, errors.New("the model's pictures have their channels first, expected them last")
	}
	return *m.Preprocessing, m.Preprocessing.Validate()
}

// Layer returns the path of the layer that is looked at; empty for methods of
// the pixels.
func (e *Explainer) Layer() string { return e.lens.layer }

// Close frees what was compiled; it is not needed at the end of a program.
func (e *Explainer) Close() error { return e.lens.close() }

// Picture explains the picture that the content of a file holds. class is the
// name or the number of a class; empty for the likeliest.
func (e *Explainer) Picture(ctx context.Context, content []byte, class string) (Heat, error) {
	values, err := e.preprocessing.Decode(content)
	if err != nil {
		return Heat{}, err
	}
	batch, err := tensor.Of(values, append(tensor.Shape{1}, e.preprocessing.Shape()...)...)
	if err != nil {
		return Heat{}, fmt.Errorf("explain: %w", err)
	}
	heats, err := e.Batch(ctx, batch, class)
	if err != nil {
		return Heat{}, err
	}
	return heats[0], nil
}

// Batch explains pictures that are prepared as the model takes them, with the
// samples along the first dimension.
func (e *Explainer) Batch(ctx context.Context, batch *tensor.Tensor, class string) ([]Heat, error) {
	if err := pictured(batch, e.preprocessing.Shape()); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	index := predicted
	if class != "" {
		var err error
		if index, err = ClassIndex(e.model, class); err != nil {
			return nil, err
		}
	}
	count := batch.Shape()[0]
	maps, outputs, err := e.lens.look(ctx, batch, slices.Repeat([]int{index}, count))
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	height, width, row := maps.Shape()[1], maps.Shape()[2], outputs.Shape()[1]
	heats := make([]Heat, count)
	for i := range heats {
		h := Heat{Layer: e.lens.layer, Height: height, Width: width, Values: maps.Float32s()[i*height*width : (i+1)*height*width]}
		h.Index, h.Probability = probabilityOf(outputs.Float32s()[i*row:(i+1)*row], index)
		h.Class = e.model.ClassName(h.Index)
		heats[i] = h
	}
	return heats, nil
}

// pictured tells why a batch holds no pictures of a shape.
func pictured(batch *tensor.Tensor, shape tensor.Shape) error {
	if batch == nil || batch.Rank() != 4 || !batch.Shape()[1:].Equal(shape) || batch.DType() != tensor.Float32 || batch.Shape()[0] == 0 {
		return fmt.Errorf("%v given, expected float32 pictures of shape %v behind the number of samples", batch, shape)
	}
	return nil
}

// mostListed is how many classes an error lists.
const mostListed = 20

// ClassIndex returns the number of a model's class that is given by its name, as
// Model.ClassName returns it, or by its number where no class has that name.
func ClassIndex(m *lince.Model, class string) (int, error) {
	count := len(m.Classes)
	if shape := m.OutputShape(); count == 0 && len(shape) == 2 {
		count = max(shape[1], 2)
	}
	for index := range count {
		if m.ClassName(index) == class {
			return index, nil
		}
	}
	if number, err := strconv.Atoi(class); err == nil && number >= 0 && number < count {
		return number, nil
	}
	if len(m.Classes) > 0 && len(m.Classes) <= mostListed {
		return 0, fmt.Errorf("explain: the model knows no class %q; its classes are %s", class, strings.Join(m.Classes, ", "))
	}
	return 0, fmt.Errorf("explain: the model knows no class %q, expected a name or a number from 0 to %d", class, count-1)
}

// explainedAtOnce is how many pictures go through the model together.
const explainedAtOnce = 8

// Files yields the heat of every picture among the paths; folders stand for all
// pictures below them. class is as for Picture. A picture that cannot be read
// yields its error with the File set, and the next one follows; any other error
// ends the sequence.
func (e *Explainer) Files(ctx context.Context, class string, paths ...string) iter.Seq2[Heat, error] {
	return func(yield func(Heat, error) bool) {
		g := gathering{explainer: e, class: class}
		for file, err := range images.Files(paths...) {
			if ctx.Err() != nil {
				yield(Heat{}, ctx.Err())
				return
			}
			g.add(file, err)
			if len(g.files) == explainedAtOnce && !g.flush(ctx, yield) {
				return
			}
		}
		g.flush(ctx, yield)
	}
}

// gathering is the pictures that go through the model together.
type gathering struct {
	explainer *Explainer
	class     string
	files     []string
	errs      []error // why a file cannot be read
	values    []float32
	loaded    int
}

func (g *gathering) add(file string, err error) {
	if err == nil {
		var values []float32
		if values, err = g.explainer.preprocessing.Load(file); err == nil {
			g.values = append(g.values, values...)
			g.loaded++
		}
	}
	g.files, g.errs = append(g.files, file), append(g.errs, err)
}

// flush explains the files gathered so far and yields them in order; false when
// no more are wanted.
func (g *gathering) flush(ctx context.Context, yield func(Heat, error) bool) bool {
	files, errs := g.files, g.errs
	var heats []Heat
	if g.loaded > 0 {
		batch, err := tensor.Of(g.values, append(tensor.Shape{g.loaded}, g.explainer.preprocessing.Shape()...)...)
		if err == nil {
			heats, err = g.explainer.Batch(ctx, batch, g.class)
		}
		if err != nil {
			yield(Heat{}, err)
			return false
		}
	}
	*g = gathering{explainer: g.explainer, class: g.class}
	for i, file := range files {
		h := Heat{}
		if errs[i] == nil {
			h, heats = heats[0], heats[1:]
		}
		h.File = file
		if !yield(h, errs[i]) {
			return false
		}
	}
	return true
}
