package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lince-ml/lince/plot"
	"github.com/lince-ml/lince/report/measure"
)

// chart is a drawing with its file's name and what it shows in words.
type chart struct {
	Name, Alt string
	drawing   plot.Chart
}

// charts draws all that there is to draw.
func (p *prepared) charts() []chart {
	e, out := p.Evaluation, p.results
	var list []chart
	add := func(name string, drawing plot.Chart, format string, values ...any) {
		list = append(list, chart{name, fmt.Sprintf(format, values...), drawing})
	}
	if out.History != nil {
		add("history", plot.History(plot.Curves{Epochs: p.History.Epochs, Series: p.History.Values}),
			"Curves of %d epochs. %s", len(p.History.Epochs), out.Learning.Says)
	}
	const widest = 100
	if len(e.Classes) <= widest {
		add("confusion", plot.ConfusionMatrix(e.Classes, out.Confusion), "Confusion matrix of %d classes; %s", len(e.Classes), out.summary())
	}
	roc := p.roc
	if len(roc) == 2 {
		roc = roc[1:] // the other's is the same, mirrored
	}
	if curves := p.tradeoffs(roc); len(curves) > 0 {
		add("roc", plot.ROC(curves), "ROC curves of %s", areas(curves))
	}
	if curves := p.tradeoffs(p.recall); len(curves) > 0 {
		add("precision-recall", plot.PrecisionRecall(curves), "Precision over recall of %s", areas(curves))
	}
	bins := make([]plot.Confidences, len(out.Calibration.Bins))
	for i, b := range out.Calibration.Bins {
		bins[i] = plot.Confidences{Low: float64(b.Low), High: float64(b.High), Count: b.Count, Accuracy: float64(b.Accuracy)}
	}
	add("reliability", plot.Reliability(bins), "Accuracy over confidence; the expected calibration error is %.3f", float64(out.Calibration.ECE))
	if len(e.Classes) <= widest {
		balance := make([]plot.Bar, len(out.Classes))
		for i, c := range out.Classes {
			balance[i] = plot.Bar{Label: c.Name, Value: float64(c.Support)}
		}
		add("classes", plot.Bars("Pictures per class", balance), "Bars of the number of pictures of each class, which the table of classes tells too")
	}
	add("network", plot.Network(p.Model, plot.NetworkOptions{Names: true, Shapes: true, Activations: true}), "The network's layers from input to output, which the summary lists too")
	return list
}

// most is how many curves a chart has: with more classes, those of least area.
const most = 8

// tradeoffs returns the curves to draw, those of the last classes.
func (p *prepared) tradeoffs(curves []measure.Curve) []plot.Tradeoff {
	classes := p.Evaluation.Classes[len(p.Evaluation.Classes)-len(curves):]
	var list []plot.Tradeoff
	for i, c := range curves {
		if !math.IsNaN(c.Area) {
			x, y := thinned(c)
			list = append(list, plot.Tradeoff{Name: classes[i], X: x, Y: y, Area: c.Area})
		}
	}
	if len(list) > most {
		slices.SortStableFunc(list, func(a, b plot.Tradeoff) int { return cmp.Compare(a.Area, b.Area) })
		list = list[:most]
	}
	return list
}

// thinned leaves out points that lie too close to those before for the eye.
func thinned(c measure.Curve) (x, y []float64) {
	const close = 1. / 1500
	for i := range c.X {
		last := len(x) - 1
		if i == 0 || i == len(c.X)-1 || math.Abs(c.X[i]-x[last]) > close || math.Abs(c.Y[i]-y[last]) > close {
			x, y = append(x, c.X[i]), append(y, c.Y[i])
		}
	}
	return x, y
}

// areas names the curves and what lies below them.
func areas(curves []plot.Tradeoff) string {
	parts := make([]string, len(curves))
	for i, c := range curves {
		parts[i] = fmt.Sprintf("%s (area %.3f)", c.Name, c.Area)
	}
	return strings.Join(parts, ", ")
}
