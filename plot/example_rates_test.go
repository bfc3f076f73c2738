package plot_test

import (
	"bytes"
	"fmt"

	"github.com/lince-ml/lince/plot"
)

func ExampleTradeoff() {
	cats := plot.Tradeoff{Name: "cats", X: []float64{0, 0, 0.5, 1}, Y: []float64{0, 0.5, 1, 1}, Area: 0.875}
	var svg bytes.Buffer
	err := plot.ROC([]plot.Tradeoff{cats}).Encode(&svg, plot.SVG)
	fmt.Println(bytes.Contains(svg.Bytes(), []byte(">cats 0.875<")), err)
	// Output: true <nil>
}

func ExampleConfidences() {
	var svg bytes.Buffer
	err := plot.Reliability([]plot.Confidences{
		{Low: 0, High: 0.5},                           // no prediction was that unsure
		{Low: 0.5, High: 1, Count: 40, Accuracy: 0.8}, // 32 of 40 were right
	}).Encode(&svg, plot.SVG)
	fmt.Println(bytes.Contains(svg.Bytes(), []byte(">Reliability<")), err)
	// Output: true <nil>
}
