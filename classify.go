package lince

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// Prediction is what a model says of one picture.
type Prediction struct {
	// File is the picture's path as it was given or found.
	File string
	// Class is the most likely class, Index its number and Probability how
	// likely it is, from 0 to 1.
	Class       string
	Index       int
	Probability float64
	// Probabilities of all classes, in the order of Model.Classes. A model
	// with one sigmoid unit has two.
	Probabilities []float64
}

// Classify yields a prediction for every picture among the paths; folders
// stand for all pictures below them. Pictures are decoded, resized and scaled
// as the model was trained. A picture that cannot be read yields its error
// with the File set, and the next one follows; any other error ends it.
func (m *Model) Classify(ctx context.Context, paths ...string) iter.Seq2[Prediction, error] {
	return func(yield func(Prediction, error) bool) {
		if m.Preprocessing == nil {
			yield(Prediction{}, errors.New("lince: the model does not know how pictures were prepared for it; set Model.Preprocessing"))
			return
		}
		batch := classification{model: m, preprocessing: *m.Preprocessing}
		for file, err := range images.Files(paths...) {
			if ctx.Err() != nil {
				yield(Prediction{}, ctx.Err())
				return
			}
			batch.files, batch.errs = append(batch.files, file), append(batch.errs, err)
			if len(batch.files) == classifyAtOnce && !batch.flush(ctx, yield) {
				return
			}
		}
		batch.flush(ctx, yield)
	}
}

// classifyAtOnce is how many pictures go through the model together.
const classifyAtOnce = 16

// classification gathers pictures for one run of the model.
type classification struct {
	model         *Model
	preprocessing images.Preprocessing
	files         []string
	errs          []error // why a file cannot be read
	values        []float32
}

// flush predicts the files gathered so far and yields them in order; false
// when the caller wants no more.
func (c *classification) flush(ctx context.Context, yield func(Prediction, error) bool) bool {
	files, errs := c.files, c.errs
	c.files, c.errs, c.values = c.files[:0], c.errs[:0], c.values[:0]
	loaded := 0
	for i, file := range files {
		var values []float32
		if errs[i] == nil {
			values, errs[i] = c.preprocessing.Load(file)
		}
		if errs[i] == nil {
			c.values = append(c.values, values...)
			loaded++
		}
	}
	var predictions []Prediction
	if loaded > 0 {
		var err error
		if predictions, err = c.model.classify(ctx, c.values, loaded, c.preprocessing.Shape()); err != nil {
			yield(Prediction{}, named(err))
			return false
		}
	}
	next := 0
	for i, file := range files {
		prediction := Prediction{}
		if errs[i] == nil {
			prediction = predictions[next]
			next++
		}
		prediction.File = file
		if !yield(prediction, errs[i]) {
			return false
		}
	}
	return true
}

func (m *Model) classify(ctx context.Context, values []float32, count int, sample tensor.Shape) ([]Prediction, error) {
	input, err := tensor.Of(values, append([]int{count}, sample...)...)
	if err != nil {
		return nil, err
	}
	outputs, err := m.predict(ctx, &data.Batch{Inputs: []*tensor.Tensor{input}})
	if err != nil {
		return nil, err
	}
	width := outputs[0].Len() / count
	if outputs[0].Rank() != 2 || width == 0 {
		return nil, fmt.Errorf("the model's output %v is no classification, expected (batch, classes)", outputs[0].Shape())
	}
	predictions := make([]Prediction, count)
	for i := range predictions {
		if predictions[i], err = m.prediction(outputs[0].Float32s()[i*width : (i+1)*width]); err != nil {
			return nil, err
		}
	}
	return predictions, nil
}

// prediction names the classes of one row of outputs.
func (m *Model) prediction(row []float32) (Prediction, error) {
	var p Prediction
	for _, value := range row {
		p.Probabilities = append(p.Probabilities, float64(value))
	}
	if len(row) == 1 {
		p.Probabilities = []float64{1 - float64(row[0]), float64(row[0])}
	}
	if m.Classes != nil && len(m.Classes) != len(p.Probabilities) {
		return p, fmt.Errorf("the model tells %d classes apart, but %d names are given", len(p.Probabilities), len(m.Classes))
	}
	p.Probability = slices.Max(p.Probabilities)
	if math.IsNaN(p.Probability) {
		return p, errors.New("the model's output is not a number; its weights may have been spoilt in training")
	}
	p.Index = slices.Index(p.Probabilities, p.Probability)
	p.Class = m.ClassName(p.Index)
	return p, nil
}

// ClassName returns the name of a class by its number, "class 7" if it has none.
func (m *Model) ClassName(index int) string {
	if index < 0 || index >= len(m.Classes) {
		return fmt.Sprintf("class %d", index)
	}
	return m.Classes[index]
}
