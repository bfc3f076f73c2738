package plot

import (
	"fmt"
	"math"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LearningRates draws the losses of a range test over the logarithm of the
// learning rates, which rise, and marks the suggested one; 0 marks none.
func LearningRates(rates, losses []float64, suggested float64) Chart {
	if len(rates) != len(losses) || len(rates) < 2 {
		return Chart{err: fmt.Errorf("plot: %d rates with %d losses cannot be drawn, expected two or more of each", len(rates), len(losses))}
	}
	var points plotter.XYs
	for i, rate := range rates {
		if !(rate > 0) || i > 0 && rate <= rates[i-1] || !finite(losses[i]) {
			return Chart{err: fmt.Errorf("plot: rate %v with a loss of %v cannot be drawn, expected rising rates above 0", rate, losses[i])}
		}
		points = append(points, plotter.XY{X: math.Log10(rate), Y: losses[i]})
	}
	p := panel("", "learning rate")
	p.Y.Label.Text = "loss"
	p.X.Tick.Marker, p.Y.Tick.Marker = powerTicks{}, roundTicks{}
	if suggested > 0 {
		p.Add(&suggestion{suggested})
	}
	p.Add(&plotter.Line{XYs: points, LineStyle: curve(blue)})
	air := max(0.06*(p.Y.Max-p.Y.Min), 1e-6)
	p.Y.Min, p.Y.Max = p.Y.Min-air, p.Y.Max+air
	return figure{title: "Learning-rate test", keys: []key{{"loss", curve(blue)}}, panels: []*gonum.Plot{p}}.chart()
}

// powerTicks marks powers of ten on an axis of their exponents.
type powerTicks struct{}

func (powerTicks) Ticks(low, high float64) []gonum.Tick {
	var ticks []gonum.Tick
	for exponent := math.Ceil(low); exponent <= high; exponent++ {
		ticks = append(ticks, gonum.Tick{Value: exponent, Label: strconv.FormatFloat(math.Pow(10, exponent), 'g', -1, 64)})
	}
	return ticks
}

// suggestion is a plotter of a line at a rate, with the rate beside it.
type suggestion struct{ rate float64 }

func (s *suggestion) Plot(c draw.Canvas, p *gonum.Plot) {
	toX, _ := p.Transforms(&c)
	x := toX(math.Log10(s.rate))
	if !c.ContainsX(x) {
		return
	}
	c.StrokeLine2(draw.LineStyle{Color: vermilion, Width: 1.2, Dashes: []vg.Length{4, 3}}, x, c.Min.Y, x, c.Max.Y)
	words := strconv.FormatFloat(s.rate, 'g', 2, 64)
	label, at := anchored(style(10.5, true, vermilion), text.XLeft, text.YTop), x+6
	if at+label.Width(words) > c.Max.X {
		label.XAlign, at = text.XRight, x-6
	}
	c.FillText(label, vg.Point{X: at, Y: c.Max.Y - 5}, words)
}
