package plot

import (
	"fmt"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confidences are predictions of similar confidence: one bar of a reliability
// diagram.
type Confidences struct {
	// Low and High bound the confidences, from 0 to 1.
	Low, High float64
	// Count is the number of predictions and Accuracy the share of them that
	// is right, unused where there are none.
	Count    int
	Accuracy float64
}

// Reliability draws a reliability diagram, how many predictions are right over
// how sure the model was of them, beside how many there are of each confidence.
// Bars below the dashed diagonal are of a model that is surer than it should be.
func Reliability(bins []Confidences) Chart {
	if len(bins) == 0 || len(bins) > 100 {
		return Chart{err: fmt.Errorf("plot: %d bins of confidence, expected 1 to 100", len(bins))}
	}
	most := 0
	for _, b := range bins {
		if !(b.Low >= 0 && b.Low < b.High && b.High <= 1) || b.Count < 0 || b.Count > 0 && !(b.Accuracy >= 0 && b.Accuracy <= 1) {
			return Chart{err: fmt.Errorf("plot: bin of %d confidences from %v to %v with accuracy %v, expected rising bounds and an accuracy from 0 to 1", b.Count, b.Low, b.High, b.Accuracy)}
		}
		most = max(most, b.Count)
	}
	right := panel("Accuracy", "confidence")
	unitAxes(right)
	right.Add(&bars{bins, func(b Confidences) float64 { return b.Accuracy }}, diagonal())
	counts := panel("Predictions", "confidence")
	unitAxes(counts)
	counts.Y.Min, counts.Y.Max, counts.Y.Tick.Marker = 0, 1.08*float64(max(most, 1)), roundTicks{}
	counts.Add(&bars{bins, func(b Confidences) float64 { return float64(b.Count) }})
	return figure{
		title: "Reliability", keys: []key{{"confidence that is warranted", diagonal().LineStyle}},
		panels: []*gonum.Plot{right, counts},
	}.chart()
}

// bars is a plotter of an upright bar for each bin that has predictions.
type bars struct {
	bins   []Confidences
	height func(Confidences) float64
}

func (b *bars) Plot(c draw.Canvas, p *gonum.Plot) {
	toX, toY := p.Transforms(&c)
	c.SetColor(blue)
	for _, bin := range b.bins {
		if bin.Count == 0 {
			continue
		}
		low, high := toX(bin.Low), toX(bin.High)
		gap := min(1, (high-low)*0.06)
		top := max(toY(b.height(bin)), toY(0)+0.8)
		c.Fill(vg.Rectangle{Min: vg.Point{X: low + gap, Y: toY(0)}, Max: vg.Point{X: high - gap, Y: top}}.Path())
	}
}
