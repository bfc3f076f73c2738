package report_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/report"
)

// predictions of five pictures, as Evaluate makes them.
var predictions = &report.Evaluation{
	Classes: []string{"cats", "dogs"},
	Files:   []string{"cats/1.jpg", "cats/2.jpg", "cats/3.jpg", "dogs/1.jpg", "dogs/2.jpg"},
	Labels:  []int{0, 0, 0, 1, 1},
	Probabilities: [][]float64{
		{0.9, 0.1}, {0.8, 0.2}, {0.05, 0.95}, {0.3, 0.7}, {0.6, 0.4},
	},
}

func ExampleEvaluation() {
	counts, err := predictions.Confusion()
	if err != nil {
		fmt.Println(err)
		return
	}
	roc, err := predictions.ROC(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(counts, counts.Scores().Accuracy)
	fmt.Printf("area below ROC %.3f\n", roc.Area)
	// Output:
	// [[2 1] [1 1]] 0.6
	// area below ROC 0.667
}

func ExampleMistake() {
	for _, m := range predictions.Mistakes() {
		fmt.Printf("%s was taken for %s with %.0f %%\n", m.File, predictions.Classes[m.Predicted], 100*m.Confidence)
	}
	// Output:
	// cats/3.jpg was taken for dogs with 95 %
	// dogs/2.jpg was taken for cats with 60 %
}

// fitted is the history of a training that learns its pictures by heart.
func fitted() *lince.History {
	h := lince.NewHistory()
	h.Epochs, h.Names = []int{0, 1, 2, 3, 4, 5}, []string{"loss", "val_loss"}
	h.Values["loss"] = []float64{0.69, 0.52, 0.40, 0.29, 0.20, 0.13}
	h.Values["val_loss"] = []float64{0.68, 0.55, 0.50, 0.54, 0.61, 0.70}
	return h
}

func ExampleVerdict() {
	v := report.Judge(fitted(), report.Circumstances{})
	fmt.Println(v.Course, "from epoch", v.Epoch)
	// Output: overfitting from epoch 3
}

func ExampleCourse() {
	h := lince.NewHistory()
	h.Epochs, h.Values["loss"] = []int{0, 1}, []float64{0.7, 0.6}
	if report.Judge(h, report.Circumstances{}).Course == report.Unvalidated {
		fmt.Println("give pictures to validate on")
	}
	// Output: give pictures to validate on
}

func ExampleCircumstances() {
	v := report.Judge(fitted(), report.Circumstances{Augmented: true, Dropout: true, Parameters: 3_453_121, Pictures: 1000})
	fmt.Println(v.Remedies[0])
	// Output: Fewer parameters: 3453121 learn from 1000 pictures. Fewer filters or a smaller dense layer; or a pretrained base, of which only the head learns.
}

// write makes a report of a network and what it predicted.
func write() (*report.Outcome, error) {
	model, err := lince.Sequential(
		layers.Input{Shape: []int{32, 32, 3}}, layers.Conv2D{Filters: 8, Kernel: layers.Square(3)},
		layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1, Activation: activations.Sigmoid},
	)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "report")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	r := report.Report{Model: model, Evaluation: predictions, History: fitted(), File: "pets.keras"}
	return r.Write(context.Background(), folder)
}

func ExampleReport() {
	outcome, err := write()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(outcome.Says)
	// Output: 3 of 5 pictures are right, 60.0 %. Most often dogs is taken for cats, once.
}

func ExampleOutcome() {
	outcome, err := write()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(outcome.Files), "files;", outcome.Learning.Course)
	// Output: 17 files; overfitting
}
