package plot_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/layers"
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

// Pictures per class, drawn from the top in the order given.
func ExampleBar() {
	classes := []plot.Bar{{Label: "cats", Value: 500}, {Label: "dogs", Value: 250}}
	var svg bytes.Buffer
	if err := plot.Bars("Pictures per class", classes).Encode(&svg, plot.SVG); err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"cats", "dogs", "500", "250"} {
		fmt.Print(bytes.Contains(svg.Bytes(), []byte(">"+text+"<")), " ")
	}
	// Output: true true true true
}

// A metric that was not measured in an epoch is NaN there.
func ExampleCurves() {
	curves := plot.Curves{
		Epochs: []int{0, 1, 2},
		Series: map[string][]float64{
			"accuracy":     {0.61, 0.72, 0.80},
			"val_accuracy": {0.60, math.NaN(), 0.74}, // validated every other epoch
		},
	}
	var svg bytes.Buffer
	fmt.Println(plot.History(curves).Encode(&svg, plot.SVG))

	curves.Series["accuracy"] = []float64{0.61}
	fmt.Println(plot.History(curves).Encode(&svg, plot.SVG))
	// Output:
	// <nil>
	// plot: series accuracy has 1 values for 3 epochs; give NaN where an epoch has none
}

// A chart in both formats, without a file: for a web server's answer, say.
func ExampleFormat() {
	chart := plot.Activation("tanh", math.Tanh, -3, 3)
	for _, format := range []plot.Format{plot.PNG, plot.SVG} {
		var picture bytes.Buffer
		err := chart.Encode(&picture, format)
		fmt.Println(format, http.DetectContentType(picture.Bytes()), err)
	}
	// Output:
	// png image/png <nil>
	// svg text/xml; charset=utf-8 <nil>
}

// The layers of a network as text for Graphviz; Network draws them itself.
func ExampleNetworkOptions() {
	model, err := lince.Sequential(
		layers.Input{Shape: []int{8, 8, 3}},
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3)},
		layers.GlobalAveragePooling2D{},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := plot.DOT(model, plot.NetworkOptions{LeftToRight: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "rankdir") || strings.Contains(line, "->") {
			fmt.Print(line)
		}
	}
	fmt.Println(plot.Network(model, plot.NetworkOptions{Names: true, Shapes: true}).Encode(io.Discard, plot.SVG))
	// Output:
	// rankdir=LR;
	// layer0 -> layer1 [penwidth=2];
	// <nil>
}
