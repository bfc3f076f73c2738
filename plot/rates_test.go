package plot_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/plot"
)

func ExampleLearningRates() {
	chart := plot.LearningRates([]float64{1e-3, 1e-2}, []float64{0.7}, 0)
	fmt.Println(chart.Save("rates.svg"))
	// Output: plot: 2 rates with 1 losses cannot be drawn, expected two or more of each (saving rates.svg)
}

// The axis counts powers of ten, and the suggested rate is written.
func TestLearningRates(t *testing.T) {
	rates, losses := make([]float64, 50), make([]float64, 50)
	for i := range rates {
		rates[i] = math.Pow(10, -6+float64(i)/10)
		losses[i] = 1 + math.Abs(float64(i)-30)/30
	}
	var svg bytes.Buffer
	if err := plot.LearningRates(rates, losses, 4.2e-4).Encode(&svg, plot.SVG); err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{">1e-05<", ">0.01<", ">0.00042<", ">Learning-rate test<"} {
		if !strings.Contains(svg.String(), label) {
			t.Errorf("the chart lacks %s", label)
		}
	}
}

func TestLearningRatesRefuses(t *testing.T) {
	for _, c := range []struct{ rates, losses []float64 }{
		{[]float64{1, 2}, []float64{1}}, {[]float64{1}, []float64{1}}, {[]float64{2, 1}, []float64{1, 1}},
		{[]float64{0, 1}, []float64{1, 1}}, {[]float64{1, 2}, []float64{1, math.NaN()}},
	} {
		if err := plot.LearningRates(c.rates, c.losses, 0).Encode(io.Discard, plot.PNG); err == nil {
			t.Errorf("%v with %v is drawn", c.rates, c.losses)
		}
	}
}
