package plot

import (
	"fmt"
	"image/color"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Tradeoff is a curve of two rates, each from 0 to 1, of which one is had at
// the other's expense.
type Tradeoff struct {
	// Name is whose curve it is, mostly a class.
	Name string
	// X and Y are its points, in order.
	X, Y []float64
	// Area below it, which the legend tells.
	Area float64
}

// series are the colours of several curves in one panel, told apart by
// colour-blind readers too; dashes tell those after them apart again.
var series = []color.NRGBA{blue, vermilion, {0x0b, 0x7a, 0x63, 0xff}, {0x9b, 0x3f, 0xa8, 0xff}, {0x7d, 0x66, 0x08, 0xff}}

// maxTradeoffs is how many curves a panel may have.
const maxTradeoffs = 10

// ROC draws receiver operating characteristics: the share of the positive
// samples found over the share of the others taken for positive. Guessing lies
// on the dashed diagonal. There may be 1 to 10 curves.
func ROC(curves []Tradeoff) Chart {
	p := panel("", "false positive rate")
	p.Y.Label.Text = "true positive rate"
	p.Add(diagonal())
	return tradeoffs("ROC", p, curves, false)
}

// PrecisionRecall draws the precision over the recall, in steps as average
// precision counts them. There may be 1 to 10 curves.
func PrecisionRecall(curves []Tradeoff) Chart {
	p := panel("", "recall")
	p.Y.Label.Text = "precision"
	return tradeoffs("Precision and recall", p, curves, true)
}

func tradeoffs(title string, p *gonum.Plot, curves []Tradeoff, steps bool) Chart {
	if len(curves) == 0 || len(curves) > maxTradeoffs {
		return Chart{err: fmt.Errorf("plot: %d curves for %s, expected 1 to %d", len(curves), title, maxTradeoffs)}
	}
	unitAxes(p)
	legend := &p.Legend
	legend.TextStyle, legend.ThumbnailWidth, legend.Padding = anchored(style(10, false, ink), text.XLeft, text.YBottom), 26, 3
	legend.XOffs, legend.YOffs, legend.Left = -8, 8, steps
	if steps {
		legend.XOffs = 8
	}
	for i, c := range curves {
		points, err := c.points()
		if err != nil {
			return Chart{err: err}
		}
		line := &plotter.Line{XYs: points, LineStyle: curve(series[i%len(series)])}
		if steps {
			line.StepStyle = plotter.PreStep
		}
		if i >= len(series) {
			line.LineStyle.Dashes = []vg.Length{6, 3}
		}
		p.Add(line)
		legend.Add(c.Name+" "+strconv.FormatFloat(c.Area, 'f', 3, 64), line)
	}
	return figure{title: title, panels: []*gonum.Plot{p}}.chart()
}

func (c Tradeoff) points() (plotter.XYs, error) {
	if len(c.X) != len(c.Y) || len(c.X) < 2 {
		return nil, fmt.Errorf("plot: the curve of %s has %d and %d coordinates, expected two or more of each", c.Name, len(c.X), len(c.Y))
	}
	points := make(plotter.XYs, len(c.X))
	for i := range points {
		if x, y := c.X[i], c.Y[i]; !(x >= 0 && x <= 1 && y >= 0 && y <= 1) {
			return nil, fmt.Errorf("plot: the curve of %s has the point (%v, %v), expected 0 to 1", c.Name, x, y)
		}
		points[i] = plotter.XY{X: c.X[i], Y: c.Y[i]}
	}
	return points, nil
}

// unitAxes sets both axes to rates.
func unitAxes(p *gonum.Plot) {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.01, 1.01, -0.01, 1.01
	p.X.Tick.Marker, p.Y.Tick.Marker = rateTicks{}, rateTicks{}
}

// rateTicks marks every fifth from 0 to 1.
type rateTicks struct{}

func (rateTicks) Ticks(_, _ float64) []gonum.Tick {
	var ticks []gonum.Tick
	for i := range 6 {
		v := float64(i) / 5
		ticks = append(ticks, gonum.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', 1, 64)})
	}
	return ticks
}

func diagonal() *plotter.Line {
	return &plotter.Line{
		XYs:       plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}},
		LineStyle: draw.LineStyle{Color: faintInk, Width: 1, Dashes: []vg.Length{4, 3}},
	}
}
