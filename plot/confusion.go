package plot

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// maxNumbered is the number of classes up to which cells carry their counts.
const maxNumbered = 30

// ConfusionMatrix draws how often pictures of each class (rows) were taken for
// each class (columns): counts[true][predicted]. A cell's blue is its share of
// its row, so that the diagonal shows the recall of each class whatever the
// class sizes; its text is the count and, up to 12 classes, the share.
func ConfusionMatrix(classes []string, counts [][]int) Chart {
	if err := checkMatrix(classes, counts); err != nil {
		return Chart{err: err}
	}
	m := matrix{classes: classes, counts: counts}
	m.cell = min(max(5*vg.Inch/vg.Length(len(classes)), 0.2*vg.Inch), 1.1*vg.Inch)
	m.label = style(min(11, m.cell*0.55), false, ink)
	for _, class := range classes {
		m.widest = max(m.widest, m.label.Width(class))
	}
	side := m.cell * vg.Length(len(classes))
	m.upright = m.widest > m.cell-4
	m.below = m.label.Height("X") + 34
	if m.upright {
		m.below = m.widest + 38
	}
	m.left = m.widest + 42
	return Chart{width: max(m.left+side+2*margin, 3.2*vg.Inch), height: m.below + side + headerHeight, paint: m.paint}
}

func checkMatrix(classes []string, counts [][]int) error {
	if len(classes) == 0 || len(classes) > 1000 || len(counts) != len(classes) {
		return fmt.Errorf("plot: confusion matrix of %d rows for %d classes; expected as many rows as classes, 1 to 1000", len(counts), len(classes))
	}
	for i, row := range counts {
		if len(row) != len(classes) {
			return fmt.Errorf("plot: row %d of the confusion matrix has %d counts for %d classes", i, len(row), len(classes))
		}
		for j, count := range row {
			if count < 0 {
				return fmt.Errorf("plot: count %d at row %d, column %d of the confusion matrix is negative", count, i, j)
			}
		}
	}
	return nil
}

// matrix is the layout of a confusion matrix.
type matrix struct {
	classes      []string
	counts       [][]int
	label        text.Style
	cell, widest vg.Length
	left, below  vg.Length
	upright      bool // the column labels stand on end
}

func (m matrix) paint(c draw.Canvas) {
	fill(c, paper)
	c.FillText(anchored(style(15, true, ink), text.XLeft, text.YCenter), vg.Point{X: c.Min.X + 2*margin, Y: c.Max.Y - headerHeight/2}, "Confusion matrix")
	top := c.Max.Y - headerHeight
	left := c.Min.X + m.left
	for i := range m.classes {
		m.row(c, i, vg.Point{X: left, Y: top - m.cell*vg.Length(i)})
	}
	side := m.cell * vg.Length(len(m.classes))
	for i, class := range m.classes {
		middle := m.cell * (vg.Length(i) + 0.5)
		c.FillText(anchored(m.label, text.XRight, text.YCenter), vg.Point{X: left - 6, Y: top - middle}, class)
		under, at := anchored(m.label, text.XCenter, text.YTop), vg.Point{X: left + middle, Y: top - side - 6}
		if m.upright {
			under = anchored(m.label, text.XRight, text.YCenter)
			under.Rotation = math.Pi / 2
		}
		c.FillText(under, at, class)
	}
	axis := anchored(style(11, false, faintInk), text.XCenter, text.YBottom)
	c.FillText(axis, vg.Point{X: left + side/2, Y: c.Min.Y + 8}, "predicted class")
	axis.Rotation, axis.YAlign = math.Pi/2, text.YTop
	c.FillText(axis, vg.Point{X: c.Min.X + 8, Y: top - side/2}, "true class")
}

// row draws the cells of one true class from their top left corner.
func (m matrix) row(c draw.Canvas, i int, corner vg.Point) {
	total := 0
	for _, count := range m.counts[i] {
		total += count
	}
	gap := min(1.2, m.cell*0.04)
	for j, count := range m.counts[i] {
		share := float64(count) / float64(max(total, 1))
		x := corner.X + m.cell*vg.Length(j)
		c.SetColor(tint(share))
		c.Fill(vg.Rectangle{Min: vg.Point{X: x + gap/2, Y: corner.Y - m.cell + gap/2}, Max: vg.Point{X: x + m.cell - gap/2, Y: corner.Y - gap/2}}.Path())
		if len(m.classes) > maxNumbered {
			continue
		}
		on := color.Color(ink)
		if share > 0.55 {
			on = paper
		}
		middle := vg.Point{X: x + m.cell/2, Y: corner.Y - m.cell/2}
		number := anchored(style(min(14, m.cell*0.3), i == j, on), text.XCenter, text.YCenter)
		if len(m.classes) <= 12 {
			middle.Y += m.cell * 0.11
			part := anchored(style(min(9.5, m.cell*0.18), false, on), text.XCenter, text.YCenter)
			c.FillText(part, vg.Point{X: middle.X, Y: middle.Y - m.cell*0.27}, strconv.FormatFloat(100*share, 'f', 1, 64)+" %")
		}
		c.FillText(number, middle, strconv.Itoa(count))
	}
}

// tint runs from almost white to the theme's blue, evenly for the eye.
func tint(share float64) color.NRGBA {
	from := color.NRGBA{0xf1, 0xf5, 0xfb, 0xff}
	share = math.Pow(share, 0.8)
	blend := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + share*(float64(b)-float64(a)))) }
	return color.NRGBA{blend(from.R, blue.R), blend(from.G, blue.G), blend(from.B, blue.B), 0xff}
}
