package plot_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince/plot"
)

var run = plot.Curves{
	Epochs: []int{0, 1, 2, 3, 4, 5},
	Series: map[string][]float64{
		"loss":     {0.69, 0.52, 0.40, 0.29, 0.20, 0.13},
		"val_loss": {0.68, 0.55, 0.50, 0.54, 0.61, 0.70},
	},
}

func ExampleHistory() {
	dir, err := os.MkdirTemp("", "charts")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(plot.History(run).Save(filepath.Join(dir, "history.svg")))
	// Output: <nil>
}

func ExampleOverfitting() {
	epoch, ok := plot.Overfitting(run)
	fmt.Println(epoch+1, ok) // counted from 1, as in the chart
	// Output: 3 true
}

func ExampleChart_Encode() {
	relu := func(x float64) float64 { return max(0, x) }
	err := plot.Activation("relu", relu, -5, 5).Encode(os.Stdout, "gif")
	fmt.Println(err)
	// Output: plot: format "gif" is unknown, expected png or svg
}

func ExampleConfusionMatrix() {
	chart := plot.ConfusionMatrix([]string{"cats", "dogs"}, [][]int{{120, 30}})
	fmt.Println(chart.Save("matrix.png"))
	// Output: plot: confusion matrix of 1 rows for 2 classes; expected as many rows as classes, 1 to 1000 (saving matrix.png)
}

func ExampleBars() {
	chart := plot.Bars("Pictures per class", []plot.Bar{{Label: "cats", Value: 500}, {Label: "dogs", Value: -1}})
	fmt.Println(chart.Save("classes.svg"))
	// Output: plot: bar "dogs" has the value -1, expected a finite one, not negative (saving classes.svg)
}
