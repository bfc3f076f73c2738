package plot

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curves are the values of a training by epoch, as Keras' History has them.
type Curves struct {
	// Epochs are the numbers of the epochs, counted from 0 and rising;
	// charts count them from 1.
	Epochs []int
	// Series holds one value per epoch under each name: loss, accuracy,
	// val_loss, val_accuracy …; NaN where an epoch has none.
	Series map[string][]float64
}

const validationPrefix = "val_"

// check reports what is wrong with the curves.
func (c Curves) check() error {
	if len(c.Epochs) == 0 || len(c.Series) == 0 {
		return fmt.Errorf("plot: the history has %d epochs and %d series; train at least one epoch", len(c.Epochs), len(c.Series))
	}
	for i := 1; i < len(c.Epochs); i++ {
		if c.Epochs[i] <= c.Epochs[i-1] {
			return fmt.Errorf("plot: epoch %d follows epoch %d; give epochs in rising order", c.Epochs[i], c.Epochs[i-1])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Series)) {
		if values := c.Series[name]; len(values) != len(c.Epochs) {
			return fmt.Errorf("plot: series %s has %d values for %d epochs; give NaN where an epoch has none", name, len(values), len(c.Epochs))
		}
	}
	return nil
}

// metrics lists the names to give a panel each: accuracies, then the loss, then
// all others by name.
func (c Curves) metrics() []string {
	var names []string
	for name := range c.Series {
		name = strings.TrimPrefix(name, validationPrefix)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	rank := func(name string) int {
		switch {
		case strings.Contains(name, "acc"):
			return 0
		case name == "loss":
			return 1
		}
		return 2
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}

// History draws a panel for each metric, accuracy beside loss, with the curve
// of the training and, where there is one, of the validation. Where
// [Overfitting] finds that it begins, the epochs after are shaded.
func History(c Curves) Chart {
	if err := c.check(); err != nil {
		return Chart{err: err}
	}
	begin, overfits := Overfitting(c)
	f := figure{title: "Training history", keys: []key{{"training", curve(blue)}}}
	names := c.metrics()
	validated := false
	for _, name := range names {
		p := panel(headline(name), "epoch")
		p.X.Tick.Marker, p.Y.Tick.Marker = epochTicks{}, roundTicks{}
		if overfits {
			p.Add(&onset{epoch: float64(begin + 1), labelled: name == "loss" || !slices.Contains(names, "loss")})
		}
		c.draw(p, name, blue)
		if _, ok := c.Series[validationPrefix+name]; ok {
			c.draw(p, validationPrefix+name, vermilion)
			validated = true
		}
		c.fit(p)
		f.panels = append(f.panels, p)
	}
	if validated {
		f.keys = append(f.keys, key{"validation", curve(vermilion)})
	}
	return f.chart()
}

func curve(c color.Color) draw.LineStyle { return draw.LineStyle{Color: c, Width: 2} }

// headline turns a metric's name into a title: val_top_k becomes Val top k.
func headline(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	if words == "" {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// draw adds a series: one line for each unbroken run of finite values, and
// dots where the epochs are few enough to tell them apart.
func (c Curves) draw(p *gonum.Plot, name string, colour color.Color) {
	var run plotter.XYs
	var dots plotter.XYs
	flush := func() {
		if len(run) > 1 {
			p.Add(&plotter.Line{XYs: run, LineStyle: curve(colour)})
		}
		dots = append(dots, run...)
		run = nil
	}
	for i, v := range c.Series[name] {
		if finite(v) {
			run = append(run, plotter.XY{X: float64(c.Epochs[i] + 1), Y: v})
		} else {
			flush()
		}
	}
	flush()
	if len(dots) > 0 && (len(dots) <= 40 || len(dots) < len(c.Epochs)/2) {
		p.Add(&plotter.Scatter{XYs: dots, GlyphStyle: draw.GlyphStyle{Color: colour, Radius: 2.4, Shape: draw.CircleGlyph{}}})
	}
}

// fit sets the axes: whole epochs, and a little air above and below.
func (c Curves) fit(p *gonum.Plot) {
	first, last := float64(c.Epochs[0]+1), float64(c.Epochs[len(c.Epochs)-1]+1)
	air := max(0.02*(last-first), 0.25)
	p.X.Min, p.X.Max = first-air, last+air
	if math.IsInf(p.Y.Min, 0) || math.IsInf(p.Y.Max, 0) { // nothing finite was drawn
		p.Y.Min, p.Y.Max = 0, 1
	}
	air = 0.08 * (p.Y.Max - p.Y.Min)
	if air == 0 {
		air = max(0.05*math.Abs(p.Y.Max), 1e-6)
	}
	if p.Y.Min >= 0 { // losses and accuracies never go below
		p.Y.Min = max(0, p.Y.Min-air)
	} else {
		p.Y.Min -= air
	}
	p.Y.Max += air
}

// onset is a plotter that shades what comes after the epoch where overfitting begins.
type onset struct {
	epoch    float64
	labelled bool
}

func (o *onset) Plot(c draw.Canvas, p *gonum.Plot) {
	toX, _ := p.Transforms(&c)
	x := toX(o.epoch)
	shade := c
	shade.Min.X = x
	c.SetColor(warmPaper)
	c.Fill(shade.Rectangle.Path())
	grid().Plot(c, p) // the shade covered it
	c.StrokeLine2(draw.LineStyle{Color: warning, Width: 1.2, Dashes: []vg.Length{4, 3}}, x, c.Min.Y, x, c.Max.Y)
	if !o.labelled {
		return
	}
	const words = "overfitting begins here"
	label, at := anchored(style(10.5, true, warning), text.XLeft, text.YTop), x+6
	if at+label.Width(words) > c.Max.X {
		label.XAlign, at = text.XRight, x-6
	}
	c.FillText(label, vg.Point{X: at, Y: c.Max.Y - 5}, words)
}
