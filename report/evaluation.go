// Package report tells how good a model is: it predicts pictures whose classes
// are known, measures the predictions (package measure), and writes what came
// out as one HTML file that needs nothing else, with its charts, its numbers as
// JSON and its predictions as CSV beside it.
package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/report/measure"
	"github.com/lince-ml/lince/tensor"
)

// Evaluation is what a model said of pictures whose classes are known.
type Evaluation struct {
	// Classes names the classes in the order of their numbers, at least two.
	Classes []string
	// Files are the pictures' paths.
	Files []string
	// Labels are the numbers of the classes that they belong to.
	Labels []int
	// Probabilities have a row per picture and a column per class, values
	// from 0 to 1.
	Probabilities [][]float64
	// Skipped are pictures that could not be read and take no part.
	Skipped []images.Bad
}

// Open opens a folder of class folders as pictures for a model, in the order
// of their names and as the model was trained to see them. Class folders that
// the model does not know are an error; some of its own may be missing. flow
// says how files are read; its classes, order and preprocessing are the
// model's.
func Open(ctx context.Context, m *lince.Model, folder string, flow images.Flow) (*images.Pictures, error) {
	if err := checkModel(m); err != nil {
		return nil, err
	}
	flow.NoShuffle, flow.ClassMode, flow.Preprocessing = true, images.Sparse, m.Preprocessing
	if m.Classes != nil {
		present, err := classFolders(m, folder)
		if err != nil {
			return nil, err
		}
		flow.Classes = present
	}
	pictures, err := images.Generator{}.FlowFromDirectoryContext(ctx, folder, flow)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return pictures, nil
}

// classFolders returns which of the model's classes have a folder.
func classFolders(m *lince.Model, folder string) ([]string, error) {
	found, err := images.ClassFolders(folder)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := compareClasses(m.Classes, found, folder); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(m.Classes), func(class string) bool { return !slices.Contains(found, class) }), nil
}

// compareClasses refuses classes that the model does not tell apart.
func compareClasses(known, found []string, folder string) error {
	for _, class := range found {
		if !slices.Contains(known, class) {
			return fmt.Errorf("report: the model tells %s apart, but %s has the classes %s; name the folders as the model's classes",
				listed(known), folder, listed(found))
		}
	}
	return nil
}

// listed joins names, the first twenty of many.
func listed(names []string) string {
	const shown = 20
	if len(names) > shown {
		return fmt.Sprintf("%s … (%d in all)", strings.Join(names[:shown], ", "), len(names))
	}
	return strings.Join(names, ", ")
}

func checkModel(m *lince.Model) error {
	if in, out := len(m.Inputs()), len(m.Outputs()); in != 1 || out != 1 {
		return fmt.Errorf("report: the model has %d inputs and %d outputs; only models of one picture and one output can be reported on", in, out)
	}
	if m.Preprocessing == nil {
		return fmt.Errorf("report: the model does not know how pictures were prepared for it; set Model.Preprocessing")
	}
	if shape := m.OutputShape(); len(shape) != 2 || shape[1] < 1 {
		return fmt.Errorf("report: the model is no classification: its output is %v, expected (batch, classes)", shape)
	}
	return nil
}

// Evaluate predicts pictures that are not shuffled or augmented, as Open's. The
// pictures' classes must be among the model's; where the model's file names
// none, they are taken for its outputs in their order.
func Evaluate(ctx context.Context, m *lince.Model, pictures *images.Pictures) (*Evaluation, error) {
	if err := checkModel(m); err != nil {
		return nil, err
	}
	names, labels, files := pictures.ClassNames(), pictures.Labels(), pictures.Filepaths()
	e := &Evaluation{Classes: m.Classes}
	if e.Classes == nil {
		e.Classes = names
	}
	outputs := max(m.OutputShape()[1], 2)
	if len(e.Classes) != outputs {
		return nil, fmt.Errorf("report: the model tells %d classes apart, but there are %d: %s", outputs, len(e.Classes), listed(e.Classes))
	}
	if err := compareClasses(e.Classes, names, "the source"); err != nil {
		return nil, err
	}
	for batch, err := range pictures.Batches(ctx, 0, 0) {
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		predicted, err := m.PredictOnBatch(ctx, batch.Inputs...)
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		e.Probabilities = append(e.Probabilities, rows(predicted[0])...)
		for _, i := range batch.Indices {
			e.Labels = append(e.Labels, slices.Index(e.Classes, names[labels[i]]))
			if files == nil {
				e.Files = append(e.Files, fmt.Sprintf("#%d", i))
			} else {
				e.Files = append(e.Files, files[i])
			}
		}
	}
	e.Skipped = pictures.Skipped()
	return e, e.check()
}

// rows copies a batch of outputs; a single unit becomes two classes.
func rows(output *tensor.Tensor) [][]float64 {
	values := output.Float32s()
	count := output.Shape()[0]
	width := len(values) / count
	all := make([][]float64, count)
	for i := range all {
		for _, v := range values[i*width : (i+1)*width] {
			all[i] = append(all[i], float64(v))
		}
		if width == 1 {
			all[i] = []float64{1 - all[i][0], all[i][0]}
		}
	}
	return all
}

// check reports what is wrong with an evaluation that was put together.
func (e *Evaluation) check() error {
	n := len(e.Labels)
	if n == 0 || len(e.Classes) < 2 || len(e.Files) != n || len(e.Probabilities) != n {
		return fmt.Errorf("report: %d labels, %d files and %d rows of probabilities for %d classes, expected as many of each, at least one, and two classes",
			n, len(e.Files), len(e.Probabilities), len(e.Classes))
	}
	for i, row := range e.Probabilities {
		if len(row) != len(e.Classes) || e.Labels[i] < 0 || e.Labels[i] >= len(e.Classes) {
			return fmt.Errorf("report: %s has %d probabilities and class %d, expected %d and a class from 0 to %d", e.Files[i], len(row), e.Labels[i], len(e.Classes), len(e.Classes)-1)
		}
		for _, p := range row {
			switch {
			case math.IsNaN(p):
				return fmt.Errorf("report: what the model says of %s is not a number; its weights may have been spoilt in training", e.Files[i])
			case p < 0 || p > 1+1e-6:
				return fmt.Errorf("report: the model gives %s the value %v, which is no probability; end the network in softmax or a sigmoid", e.Files[i], p)
			}
		}
	}
	return nil
}

// Predicted returns the likeliest class of every picture, the first of equals.
func (e *Evaluation) Predicted() []int {
	predicted := make([]int, len(e.Probabilities))
	for i, row := range e.Probabilities {
		predicted[i] = slices.Index(row, slices.Max(row))
	}
	return predicted
}

// Confusion counts how often pictures of each class were taken for each class.
func (e *Evaluation) Confusion() (measure.Confusion, error) {
	return measure.NewConfusion(e.Labels, e.Predicted(), len(e.Classes))
}

// ROC returns the curve of one class against all others.
func (e *Evaluation) ROC(class int) (measure.Curve, error) {
	return measure.ROC(e.against(class))
}

// PrecisionRecall returns the curve of one class against all others.
func (e *Evaluation) PrecisionRecall(class int) (measure.Curve, error) {
	return measure.PrecisionRecall(e.against(class))
}

func (e *Evaluation) against(class int) (positive []bool, scores []float64) {
	for i, row := range e.Probabilities {
		positive, scores = append(positive, e.Labels[i] == class), append(scores, row[class])
	}
	return positive, scores
}

// Calibration compares how sure the model was of its predictions with how many
// are right, in bins of equal width.
func (e *Evaluation) Calibration(bins int) (measure.Calibration, error) {
	right, confidence := make([]bool, len(e.Labels)), make([]float64, len(e.Labels))
	for i, class := range e.Predicted() {
		right[i], confidence[i] = class == e.Labels[i], min(e.Probabilities[i][class], 1)
	}
	return measure.Calibrate(right, confidence, bins)
}

// Mistake is a picture that was taken for another class than its own.
type Mistake struct {
	File            string
	True, Predicted int
	// Confidence is the probability of the predicted class, and Given that of
	// the true one.
	Confidence, Given float64
}

// Mistakes returns the pictures that were taken for another class, the worst
// first: those whose own class was given the least probability.
func (e *Evaluation) Mistakes() []Mistake {
	var mistakes []Mistake
	for i, class := range e.Predicted() {
		if label := e.Labels[i]; class != label {
			row := e.Probabilities[i]
			mistakes = append(mistakes, Mistake{e.Files[i], label, class, row[class], row[label]})
		}
	}
	slices.SortStableFunc(mistakes, func(a, b Mistake) int { return cmp.Compare(a.Given, b.Given) })
	return mistakes
}
