package plot

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bar is one bar of a chart: a class and its number of pictures, or its
// probability.
type Bar struct {
	Label string
	Value float64 // finite, not negative
}

// Bars draws horizontal bars from the top in the order given, each with its
// value at its end.
func Bars(title string, bars []Bar) Chart {
	if len(bars) == 0 || len(bars) > 1000 {
		return Chart{err: fmt.Errorf("plot: %d bars given for %q, expected 1 to 1000", len(bars), title)}
	}
	for _, b := range bars {
		if !finite(b.Value) || b.Value < 0 {
			return Chart{err: fmt.Errorf("plot: bar %q has the value %g, expected a finite one, not negative", b.Label, b.Value)}
		}
	}
	const thickness, pitch, length = 17, 26, 4.6 * vg.Inch
	label, number := style(11, false, ink), style(10.5, false, faintInk)
	var widest, longest vg.Length
	greatest := 0.0
	for _, b := range bars {
		widest, longest = max(widest, label.Width(b.Label)), max(longest, number.Width(amount(b.Value)))
		greatest = max(greatest, b.Value)
	}
	left := widest + 2*margin + 8
	return Chart{
		width:  left + length + longest + 10 + 2*margin,
		height: headerHeight + pitch*vg.Length(len(bars)) + margin,
		paint: func(c draw.Canvas) {
			fill(c, paper)
			c.FillText(anchored(style(15, true, ink), text.XLeft, text.YCenter), vg.Point{X: c.Min.X + 2*margin, Y: c.Max.Y - headerHeight/2}, title)
			for i, b := range bars {
				middle := c.Max.Y - headerHeight - pitch*(vg.Length(i)+0.5)
				start, end := c.Min.X+left, c.Min.X+left
				if greatest > 0 {
					end += length * vg.Length(b.Value/greatest)
				}
				c.SetColor(blue)
				c.Fill(vg.Rectangle{Min: vg.Point{X: start, Y: middle - thickness/2}, Max: vg.Point{X: max(end, start+0.8), Y: middle + thickness/2}}.Path())
				c.FillText(anchored(label, text.XRight, text.YCenter), vg.Point{X: start - 8, Y: middle}, b.Label)
				c.FillText(anchored(number, text.XLeft, text.YCenter), vg.Point{X: end + 6, Y: middle}, amount(b.Value))
			}
		},
	}
}

// amount prints whole numbers whole and others to four digits.
func amount(v float64) string {
	if v == float64(int64(v)) && v < 1e15 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
