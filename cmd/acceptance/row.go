package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

// row is one requirement and how it is measured.
type row struct {
	name, what, bar string
	// needs says what measuring takes beyond Go; empty for nothing.
	needs string
	// timed rows are wrong if anything else runs meanwhile.
	timed bool
	// tested rows depend on the project's tests, too.
	tested bool
	// sources are more files of this folder that the row depends on, beside
	// its own and those that all rows share.
	sources []string
	// rooms are those of upperRooms that the row depends on.
	rooms   []string
	measure func(ctx context.Context, s *session) (*result, error)
}

// result is what a row came to.
type result struct {
	figures []ledger.Figure
	notes   []string
}

// note adds a paragraph.
func (r *result) note(format string, values ...any) {
	r.notes = append(r.notes, strings.Join(strings.Fields(fmt.Sprintf(format, values...)), " "))
}

func (r *result) add(what string, value float64, unit string, relation ledger.Relation, bound float64) {
	r.figures = append(r.figures, ledger.Figure{
		What: what, Value: ledger.Number(value), Unit: unit, Relation: relation, Bound: ledger.Number(bound),
	})
}

// tell adds a figure that has no bar.
func (r *result) tell(what string, value float64, unit string) {
	r.add(what, value, unit, ledger.Told, 0)
}

func (r *result) atMost(what string, value, bound float64, unit string) {
	r.add(what, value, unit, ledger.AtMost, bound)
}

func (r *result) atLeast(what string, value, bound float64, unit string) {
	r.add(what, value, unit, ledger.AtLeast, bound)
}

func (r *result) below(what string, value, bound float64, unit string) {
	r.add(what, value, unit, ledger.Below, bound)
}

func (r *result) equals(what string, value, bound float64, unit string) {
	r.add(what, value, unit, ledger.Equals, bound)
}

// missing is the lack of something that a row needs; the row stays unmeasured.
type missing struct{ what string }

func (m missing) Error() string { return "needs " + m.what }

const (
	needsData      = "the test data (--data)"
	needsKeras     = "a Python with Keras (--python)"
	needsKerasData = "a Python with Keras (--python) and the test data (--data)"
)

// rows is the table, in the order in which it is measured.
func rows() []row {
	return slices.Concat(mainRows(), speedRows(), transferRows(), pretrainedRows(), explainRows(), servingRows(), pageRows())
}

// mainRows are those of the main job: from folders of pictures to a model.
func mainRows() []row {
	return []row{
		{name: "operations", what: "Every operation and layer: gradients checked in float64, golden vectors from Keras, the CPU engine against the reference",
			bar: "all tests pass", tested: true, measure: measureOperations},
		{name: "binary", what: "A pure-Go static binary", bar: "CGO_ENABLED=0, under 40 MB", measure: measureBinary},
		{name: "start", what: "Cold start: lince predict of one photo with the example CNN", bar: "under 0.3 s",
			timed: true, measure: measureStart},
		{name: "memory", what: "1,000 predict calls, 3 epochs", bar: "no memory growth", measure: measureMemory},
		{name: "threads", what: "The same seed at 1, 2 and 3 threads, for each instruction set", bar: "bit-identical weights", measure: measureThreads},
		{name: "resume", what: "Resume after kill -9 at any moment", bar: "weights bit-identical to an uninterrupted run", measure: measureResume},
		{name: "resizes", what: "Pillow's resizes of real photos: six filters, up and down", bar: "equal to the last bit",
			needs: needsKerasData, measure: measureResizes},
		{name: "augmentation", what: "KerasCompat augmentation of real photos, given Keras' drawn parameters, all fill modes",
			bar: "equal to 1e-3 of 255", needs: needsKerasData, measure: measureAugmentation},
		{name: "steps", what: "Ten training steps of the example CNN from the same weights and batches as Keras (SGD, RMSprop, Adam)",
			bar:   "loss within 1e-5 at step 1, 1e-3 at step 10; per tensor ‖difference‖ / ‖weights‖ ≤ 1e-4 (biases: of their update) in the median of series of one-photo batches; not reached on batches of 20 photos, where Keras' own two engines lie as far apart; without Winograd's transforms",
			needs: needsKerasData, measure: measureSteps},
		{name: "foreign", what: "Models that Keras saved: mnist_cnn.h5, mnist_cnn.keras, cat_dog_model.keras",
			bar: "outputs within 1e-4 of Keras' on the same pixels; their accuracies reached", needs: needsKerasData, measure: measureForeign},
		{name: "exported", what: "Models trained here, loaded by Keras", bar: "predictions within 1e-4; Keras trains on without complaint",
			needs: needsKeras, measure: measureExported},
		{name: "mnist", what: "MNIST, LeNet-5", bar: "at least 99.0 % test accuracy in under 5 minutes on 2 cores",
			needs: needsData, timed: true, measure: measureMNIST},
		{name: "folders", what: "cats-dogs and flowers, train to test: the example CNN, --augment default, 30 epochs, 3 seeds",
			bar: "as good as Keras' run of the same recipe within noise", needs: needsKerasData, measure: measureFolders},
	}
}
