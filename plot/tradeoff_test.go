package plot_test

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/plot"
)

// TestTradeoffsAreNamed: every curve is in the legend with its area.
func TestTradeoffsAreNamed(t *testing.T) {
	curves := make([]plot.Tradeoff, 10)
	for i := range curves {
		curves[i] = plot.Tradeoff{Name: "class" + string(rune('a'+i)), X: []float64{0, 0.1 * float64(i), 1}, Y: []float64{0, 0.9, 1}, Area: 0.5 + 0.01*float64(i)}
	}
	for name, draw := range map[string]func([]plot.Tradeoff) plot.Chart{"ROC": plot.ROC, "Precision and recall": plot.PrecisionRecall} {
		var svg bytes.Buffer
		if err := draw(curves).Encode(&svg, plot.SVG); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{name, "classa 0.500", "classj 0.590"} {
			if !strings.Contains(svg.String(), ">"+text+"<") {
				t.Errorf("%s lacks %q", name, text)
			}
		}
		var picture bytes.Buffer
		if err := draw(curves).Encode(&picture, plot.PNG); err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(&picture); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRatesAreChecked(t *testing.T) {
	good := plot.Tradeoff{Name: "cats", X: []float64{0, 1}, Y: []float64{0, 1}}
	for says, chart := range map[string]plot.Chart{
		"0 curves for ROC":                        plot.ROC(nil),
		"11 curves for Precision and recall":      plot.PrecisionRecall(make([]plot.Tradeoff, 11)),
		"the curve of cats has 2 and 1":           plot.ROC([]plot.Tradeoff{{Name: "cats", X: []float64{0, 1}, Y: []float64{0}}}),
		"the curve of dogs has the point (NaN, 0": plot.ROC([]plot.Tradeoff{good, {Name: "dogs", X: []float64{math.NaN(), 1}, Y: []float64{0, 1}}}),
		"0 bins of confidence":                    plot.Reliability(nil),
		"bin of 3 confidences from 0.5 to 0.5":    plot.Reliability([]plot.Confidences{{Low: 0.5, High: 0.5, Count: 3, Accuracy: 1}}),
		"with accuracy NaN":                       plot.Reliability([]plot.Confidences{{Low: 0, High: 0.5, Count: 3, Accuracy: math.NaN()}}),
	} {
		if err := chart.Encode(&bytes.Buffer{}, plot.SVG); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, expected it to say %q", err, says)
		}
	}
}

// TestReliabilityDrawsWhatIsThere: an empty bin has neither bar.
func TestReliabilityDrawsWhatIsThere(t *testing.T) {
	draw := func(count int) int {
		var svg bytes.Buffer
		bins := []plot.Confidences{{Low: 0, High: 0.5, Count: count, Accuracy: 0.4}, {Low: 0.5, High: 1, Count: 7, Accuracy: 0.8}}
		if err := plot.Reliability(bins).Encode(&svg, plot.SVG); err != nil {
			t.Fatal(err)
		}
		return strings.Count(svg.String(), "fill:#1D5FD1")
	}
	if none, some := draw(0), draw(5); none != 2 || some != 4 {
		t.Errorf("%d and %d bars, expected 2 and 4", none, some)
	}
}
