package plot

import (
	"fmt"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Activation draws a function and its derivative on [low, high]. The
// derivative is the central difference of f, drawn with a gap where it jumps,
// as ReLU's does at 0.
func Activation(name string, f func(float64) float64, low, high float64) Chart {
	if !(low < high) || math.IsInf(high-low, 0) {
		return Chart{err: fmt.Errorf("plot: %s cannot be drawn from %g to %g; give a range that rises, such as -5 to 5", name, low, high)}
	}
	const points = 600 // an even number: no point falls on 0, where many have a kink
	xs, values, slopes := make([]float64, points), make([]float64, points), make([]float64, points)
	width := (high - low) / points
	for i := range xs {
		x, h := low+(float64(i)+0.5)*width, width/64
		xs[i], values[i], slopes[i] = x, f(x), (f(x+h)-f(x-h))/(2*h)
	}
	derivative := draw.LineStyle{Color: vermilion, Width: 1.8, Dashes: []vg.Length{6, 3}}
	p := panel("", "x")
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{}, roundTicks{}
	p.Add(zeroLines{})
	addPieces(p, xs, slopes, derivative)
	addPieces(p, xs, values, curve(blue))
	if math.IsInf(p.Y.Min, 0) || math.IsInf(p.Y.Max, 0) {
		return Chart{err: fmt.Errorf("plot: %s has no finite value from %g to %g", name, low, high)}
	}
	air := max(0.06*(p.Y.Max-p.Y.Min), 1e-3)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, p.Y.Min-air, p.Y.Max+air
	return figure{title: name, keys: []key{{name + "(x)", curve(blue)}, {"derivative", derivative}}, panels: []*gonum.Plot{p}}.chart()
}

// addPieces adds a line for each stretch of the function between jumps: steps
// of more than an eighth of the function's range from one point to the next.
func addPieces(p *gonum.Plot, xs, ys []float64, style draw.LineStyle) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, y := range ys {
		if finite(y) {
			low, high = min(low, y), max(high, y)
		}
	}
	jump := (high - low) / 8
	var piece plotter.XYs
	flush := func() {
		if len(piece) > 1 {
			p.Add(&plotter.Line{XYs: piece, LineStyle: style})
		}
		piece = nil
	}
	for i, y := range ys {
		if !finite(y) || i > 0 && math.Abs(y-ys[i-1]) > jump && jump > 1e-9 {
			flush()
		}
		if finite(y) {
			piece = append(piece, plotter.XY{X: xs[i], Y: y})
		}
	}
	flush()
}

// zeroLines is a plotter of the lines x = 0 and y = 0 where they are in view.
type zeroLines struct{}

func (zeroLines) Plot(c draw.Canvas, p *gonum.Plot) {
	toX, toY := p.Transforms(&c)
	line := draw.LineStyle{Color: axisLine, Width: 0.9}
	if x := toX(0); c.ContainsX(x) {
		c.StrokeLine2(line, x, c.Min.Y, x, c.Max.Y)
	}
	if y := toY(0); c.ContainsY(y) {
		c.StrokeLine2(line, c.Min.X, y, c.Max.X, y)
	}
}
