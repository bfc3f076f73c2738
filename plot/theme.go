package plot

import (
	"image/color"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	gonumfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The colours: blue and vermilion stay apart for colour-blind readers and in
// greyscale print.
var (
	ink       = color.NRGBA{0x1f, 0x29, 0x37, 0xff}
	faintInk  = color.NRGBA{0x6b, 0x72, 0x80, 0xff}
	gridLine  = color.NRGBA{0xe5, 0xe7, 0xeb, 0xff}
	axisLine  = color.NRGBA{0x9c, 0xa3, 0xaf, 0xff}
	paper     = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	blue      = color.NRGBA{0x1d, 0x5f, 0xd1, 0xff}
	vermilion = color.NRGBA{0xe0, 0x5a, 0x10, 0xff}
	warning   = color.NRGBA{0xb4, 0x23, 0x18, 0xff}
	warmPaper = color.NRGBA{0xfd, 0xf1, 0xec, 0xff}
)

// style returns a text style of the sans-serif font, in points.
func style(size vg.Length, bold bool, c color.Color) text.Style {
	face := gonumfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		face.Weight = font.WeightBold
	}
	return text.Style{Color: c, Font: face, Handler: text.Plain{Fonts: gonumfont.DefaultCache}}
}

// anchored returns the style with the text's point at the given fraction of its box.
func anchored(s text.Style, x text.XAlignment, y text.YAlignment) text.Style {
	s.XAlign, s.YAlign = x, y
	return s
}

// panel returns an empty plot in the theme: a frame of two thin axes and a
// grid behind everything.
func panel(title, x string) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = paper
	p.Title.Text = title
	p.Title.TextStyle = anchored(style(13, true, ink), text.XCenter, text.YTop)
	p.Title.Padding = 8
	p.X.Label.Text = x
	for _, axis := range []*gonum.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle = anchored(style(11, false, faintInk), text.XCenter, text.YBottom)
		axis.Label.Padding = 4
		axis.Tick.Label.Font = style(10, false, ink).Font
		axis.Tick.Label.Color = ink
		axis.Tick.Label.Handler = style(10, false, ink).Handler
		axis.LineStyle = draw.LineStyle{Color: axisLine, Width: 0.8}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Tick.Length = 4
		axis.Padding = 0
	}
	p.Add(grid())
	return p
}

func grid() *plotter.Grid {
	line := draw.LineStyle{Color: gridLine, Width: 0.6}
	return &plotter.Grid{Vertical: line, Horizontal: line}
}

// key is an entry of a figure's legend.
type key struct {
	name string
	line draw.LineStyle
}

// figure lays panels out in rows below a title and a legend.
type figure struct {
	title  string
	keys   []key
	panels []*gonum.Plot
}

const (
	panelWidth   = 5.2 * vg.Inch
	panelHeight  = 3.5 * vg.Inch
	headerHeight = 0.62 * vg.Inch
	margin       = 0.18 * vg.Inch
)

// chart returns the figure with at most two panels in a row.
func (f figure) chart() Chart {
	columns := min(2, len(f.panels))
	rows := (len(f.panels) + columns - 1) / columns
	return Chart{
		width:  vg.Length(columns)*panelWidth + 2*margin,
		height: vg.Length(rows)*panelHeight + headerHeight + margin,
		paint: func(c draw.Canvas) {
			fill(c, paper)
			f.header(c)
			for i, p := range f.panels {
				x := c.Min.X + margin + vg.Length(i%columns)*panelWidth
				y := c.Max.Y - headerHeight - vg.Length(i/columns+1)*panelHeight
				p.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: x + margin/2, Y: y}, Max: vg.Point{X: x + panelWidth - margin, Y: y + panelHeight - margin/2},
				}})
			}
		},
	}
}

// header draws the title at the left and the legend at the right.
func (f figure) header(c draw.Canvas) {
	middle := c.Max.Y - headerHeight/2
	c.FillText(anchored(style(15, true, ink), text.XLeft, text.YCenter), vg.Point{X: c.Min.X + 2*margin, Y: middle}, f.title)
	label := anchored(style(11, false, ink), text.XLeft, text.YCenter)
	const sample, gap = 26, 6
	x := c.Max.X - 2*margin
	for i := len(f.keys) - 1; i >= 0; i-- {
		entry := f.keys[i]
		x -= label.Width(entry.name)
		c.FillText(label, vg.Point{X: x, Y: middle}, entry.name)
		x -= gap
		c.StrokeLine2(entry.line, x-sample, middle, x, middle)
		x -= sample + 3*gap
	}
}

func fill(c draw.Canvas, colour color.Color) {
	c.SetColor(colour)
	c.Fill(c.Rectangle.Path())
}
