package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lince-ml/lince"
)

// Network draws a model's layers and what leads from one to the other
// (keras.utils.plot_model), by a layout of its own. The chart of a deep network
// is tall: as PNG it may be too large, as SVG it is not.
func Network(m *lince.Model, options NetworkOptions) Chart {
	d, err := newDiagram(m, options)
	if err != nil {
		return Chart{err: err}
	}
	p := painter{diagram: d, placed: map[*block]placement{}}
	size := p.layOut(d.root)
	width, height := size.across, size.along
	if options.LeftToRight {
		width, height = height, width
	}
	return Chart{
		width: vg.Length(width) + 2*margin, height: vg.Length(height) + 2*margin,
		paint: func(c draw.Canvas) {
			fill(c, paper)
			p.canvas = c
			p.parts(d.root)
			for _, a := range d.arrows {
				p.arrow(a)
			}
		},
	}
}

// painter lays a diagram out and paints it.
type painter struct {
	*diagram
	canvas draw.Canvas
	placed map[*block]placement
}

// placement is where a block is: its middle within what is around it, its
// size, and how links between its own parts run.
type placement struct {
	middle point
	size   extent
	routes map[arrow][]point // bends, within the block
}

const (
	cellPad    = 7.0
	headHeight = 24.0
	cellHeight = 22.0
	framePad   = 16.0 // between a frame and the layers in it
	frameHead  = 18.0 // for the name of a model within
)

var (
	headStyle      = anchored(style(11, true, paper), text.XLeft, text.YCenter)
	classStyle     = anchored(style(11, false, paper), text.XLeft, text.YCenter)
	cellStyle      = anchored(style(10, false, ink), text.XLeft, text.YCenter)
	cellBold       = anchored(style(10, true, ink), text.XLeft, text.YCenter)
	frameStyle     = anchored(style(10, true, faintInk), text.XLeft, text.YCenter)
	forestGreen    = color.NRGBA{0x22, 0x8b, 0x22, 0xff}
	firebrick      = color.NRGBA{0xb2, 0x22, 0x22, 0xff}
	trainedColours = map[trained]color.NRGBA{learns: forestGreen, frozen: firebrick}
)

// size returns a layer's width and height on paper.
func (p *painter) size(b *block) (width, height float64) {
	name, class := p.title(b)
	width = 2*cellPad + textWidth(headStyle, name)
	if class != "" {
		width += cellPad + textWidth(classStyle, class)
	}
	height = headHeight
	if b.activation != "" {
		width = max(width, 2*cellPad+textWidth(cellStyle, "Activation: ")+textWidth(cellBold, b.activation))
		height += cellHeight
	}
	if len(b.cells) > 0 {
		cells := 0.0
		for _, c := range b.cells {
			cells += c.width()
		}
		width, height = max(width, cells), height+cellHeight
	}
	return width, height
}

func (c cell) width() float64 {
	if c.label == "" {
		return 2*cellPad + textWidth(cellBold, c.text)
	}
	return 2*cellPad + textWidth(cellStyle, c.label+": ") + textWidth(cellBold, c.text)
}

func textWidth(s text.Style, words string) float64 { return float64(s.Width(words)) }

// layOut places the parts of a block and returns its size.
func (p *painter) layOut(of *block) extent {
	sizes := make([]extent, len(of.parts))
	numbers := map[*block]int{}
	for i, b := range of.parts {
		numbers[b] = i
		if b.parts != nil {
			sizes[i] = p.layOut(b)
			continue
		}
		width, height := p.size(b)
		sizes[i] = p.turned(width, height)
		p.placed[b] = placement{size: sizes[i]}
	}
	var links []link
	var linked []arrow
	for _, a := range p.arrows {
		from, to := partOf(a.from, of), partOf(a.to, of)
		if from == nil || to == nil || from == to {
			continue
		}
		links = append(links, link{numbers[from], numbers[to], p.port(a.from, from), p.port(a.to, to)})
		linked = append(linked, a)
	}
	drawn := arrange(sizes, links)
	shift := point{}
	size := drawn.size
	if of.parent != nil {
		left, top := framePad, framePad+frameHead
		if p.options.LeftToRight {
			left, top = top, left
		}
		shift = point{left, top}
		size = extent{size.across + left + framePad, size.along + top + framePad}
	}
	place := placement{size: size, routes: map[arrow][]point{}}
	for i, b := range of.parts {
		part := p.placed[b]
		part.middle = drawn.middles[i].plus(shift)
		p.placed[b] = part
	}
	for i, a := range linked {
		for _, bend := range drawn.bends[i] {
			place.routes[a] = append(place.routes[a], bend.plus(shift))
		}
	}
	p.placed[of] = place
	return size
}

func (a point) plus(b point) point { return point{a.across + b.across, a.along + b.along} }

// turned returns a size across and along the flow.
func (p *painter) turned(width, height float64) extent {
	if p.options.LeftToRight {
		return extent{height, width}
	}
	return extent{width, height}
}

// partOf returns the direct part of a block that holds another one, nil if
// none does.
func partOf(b, of *block) *block {
	for b != nil && b.parent != of {
		b = b.parent
	}
	return b
}

// port returns how far a layer's middle is from that of the part that holds it.
func (p *painter) port(b, part *block) float64 {
	across := 0.0
	for ; b != part; b = b.parent {
		across += p.placed[b].middle.across - p.placed[b.parent].size.across/2
	}
	return across
}

// corner returns where a block begins on the whole drawing.
func (p *painter) corner(b *block) point {
	if b.parent == nil {
		return point{}
	}
	place := p.placed[b]
	return p.corner(b.parent).plus(point{place.middle.across - place.size.across/2, place.middle.along - place.size.along/2})
}

// on returns a place of the drawing on the canvas, whose heights grow upwards.
func (p *painter) on(at point) vg.Point {
	x, y := at.across, at.along
	if p.options.LeftToRight {
		x, y = y, x
	}
	return vg.Point{X: p.canvas.Min.X + margin + vg.Length(x), Y: p.canvas.Max.Y - margin - vg.Length(y)}
}

func (p *painter) parts(of *block) {
	for _, b := range of.parts {
		if b.parts == nil {
			p.layer(b)
			continue
		}
		p.frame(b)
		p.parts(b)
	}
}

// box returns a block's left, top, width and height on the canvas.
func (p *painter) box(b *block) (corner vg.Point, width, height vg.Length) {
	size := p.placed[b].size
	w, h := size.across, size.along
	if p.options.LeftToRight {
		w, h = h, w
	}
	return p.on(p.corner(b)), vg.Length(w), vg.Length(h)
}

func (p *painter) rectangle(x, y, width, height vg.Length) vg.Path {
	return vg.Rectangle{Min: vg.Point{X: x, Y: y - height}, Max: vg.Point{X: x + width, Y: y}}.Path()
}

// frame draws the dashed frame of a model within.
func (p *painter) frame(b *block) {
	corner, width, height := p.box(b)
	p.canvas.SetLineStyle(draw.LineStyle{Color: axisLine, Width: 1, Dashes: []vg.Length{5, 3}})
	p.canvas.Stroke(p.rectangle(corner.X, corner.Y, width, height))
	p.canvas.FillText(frameStyle, vg.Point{X: corner.X + framePad/2, Y: corner.Y - frameHead*0.6}, b.instance.Name())
}

// layer draws a layer: its name on a dark head, below it what it tells.
func (p *painter) layer(b *block) {
	corner, width, height := p.box(b)
	p.paint(p.rectangle(corner.X, corner.Y, width, height), paper)
	p.paint(p.rectangle(corner.X, corner.Y, width, headHeight), ink)
	name, class := p.title(b)
	words := textWidth(headStyle, name)
	if class != "" {
		words += cellPad + textWidth(classStyle, class)
	}
	x, y := corner.X+(width-vg.Length(words))/2, corner.Y-headHeight/2
	p.canvas.FillText(headStyle, vg.Point{X: x, Y: y}, name)
	p.canvas.FillText(classStyle, vg.Point{X: x + vg.Length(textWidth(headStyle, name)+cellPad), Y: y}, class)
	y = corner.Y - headHeight
	if b.activation != "" {
		p.cell(cell{label: "Activation", text: b.activation}, corner.X, y, width)
		y -= cellHeight
	}
	total := 0.0
	for _, c := range b.cells {
		total += c.width()
	}
	x = corner.X
	for _, c := range b.cells {
		share := width * vg.Length(c.width()/total)
		p.cell(c, x, y, share)
		x += share
	}
	p.canvas.SetLineStyle(draw.LineStyle{Color: ink, Width: 1})
	p.canvas.Stroke(p.rectangle(corner.X, corner.Y, width, height))
}

func (p *painter) cell(c cell, x, y, width vg.Length) {
	label, bold := cellStyle, cellBold
	box := p.rectangle(x, y, width, cellHeight)
	if c.trained != unmarked {
		p.paint(box, trainedColours[c.trained])
		bold.Color = paper
	}
	p.canvas.SetLineStyle(draw.LineStyle{Color: ink, Width: 0.6})
	p.canvas.Stroke(box)
	before := ""
	if c.label != "" {
		before = c.label + ": "
	}
	at := vg.Point{X: x + (width-vg.Length(c.width()-2*cellPad))/2, Y: y - cellHeight/2}
	p.canvas.FillText(label, at, before)
	at.X += vg.Length(textWidth(label, before))
	p.canvas.FillText(bold, at, c.text)
}

func (p *painter) paint(path vg.Path, colour color.Color) {
	p.canvas.SetColor(colour)
	p.canvas.Fill(path)
}

// arrow draws a link through its bends: curves between ranks, with a head.
func (p *painter) arrow(a arrow) {
	if a.from == a.to {
		p.loop(a.from)
		return
	}
	points := p.route(a)
	last := points[len(points)-1]
	tip := p.on(last)
	const length = 6
	head := math.Copysign(length, last.along-points[len(points)-2].along)
	end := p.on(point{last.across, last.along - head})
	var path vg.Path
	path.Move(p.on(points[0]))
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		if i == len(points)-1 {
			to.along -= head
		}
		if math.Abs(from.across-to.across) < 0.5 {
			path.Line(p.on(to))
			continue
		}
		half := (from.along + to.along) / 2
		path.CubeTo(p.on(point{from.across, half}), p.on(point{to.across, half}), p.on(to))
	}
	p.canvas.SetLineStyle(draw.LineStyle{Color: faintInk, Width: 1.4})
	p.canvas.Stroke(path)
	sideX, sideY := (tip.Y-end.Y)/2, (end.X-tip.X)/2
	var arrowhead vg.Path
	arrowhead.Move(tip)
	arrowhead.Line(vg.Point{X: end.X + sideX, Y: end.Y + sideY})
	arrowhead.Line(vg.Point{X: end.X - sideX, Y: end.Y - sideY})
	arrowhead.Close()
	p.paint(arrowhead, faintInk)
}

// loop marks a layer that is applied to what it made itself.
func (p *painter) loop(b *block) {
	const width = 12
	corner, size := p.corner(b), p.placed[b].size
	side := corner.across + size.across
	upper, lower := corner.along+size.along/4, corner.along+size.along*3/4
	var path vg.Path
	path.Move(p.on(point{side, upper}))
	path.CubeTo(p.on(point{side + width, upper}), p.on(point{side + width, lower}), p.on(point{side, lower}))
	p.canvas.SetLineStyle(draw.LineStyle{Color: faintInk, Width: 1.4})
	p.canvas.Stroke(path)
}

// route returns the places through which a link goes, on the whole drawing:
// out of the frames around its beginning, the bends between, and into those
// around its end.
func (p *painter) route(a arrow) []point {
	around := common(a.from, a.to)
	upward := p.placed[partOf(a.from, around)].middle.along > p.placed[partOf(a.to, around)].middle.along
	var points, into []point
	for b := a.from; b != around; b = b.parent {
		points = append(points, point{p.middle(a.from), p.edge(b, !upward)})
	}
	for b := a.to; b != around; b = b.parent {
		into = append(into, point{p.middle(a.to), p.edge(b, upward)})
	}
	corner := p.corner(around)
	for _, bend := range p.placed[around].routes[a] {
		points = append(points, bend.plus(corner))
	}
	for i := len(into) - 1; i >= 0; i-- {
		points = append(points, into[i])
	}
	return points
}

// edge returns where a block begins or ends along the flow.
func (p *painter) edge(b *block, end bool) float64 {
	along := p.corner(b).along
	if end {
		along += p.placed[b].size.along
	}
	return along
}

func (p *painter) middle(b *block) float64 {
	return p.corner(b).across + p.placed[b].size.across/2
}

// common returns the innermost block that holds both.
func common(a, b *block) *block {
	holds := map[*block]bool{}
	for ; a != nil; a = a.parent {
		holds[a] = true
	}
	for !holds[b] {
		b = b.parent
	}
	return b
}

// tooLarge is the number of pixels past which a PNG is refused.
const tooLarge = 100 << 20

func checkPixels(width, height vg.Length, dpi float64) error {
	w, h := math.Ceil(width.Points()/72*dpi), math.Ceil(height.Points()/72*dpi)
	if w*h > tooLarge {
		return fmt.Errorf("plot: the chart would have %.0f × %.0f pixels, expected at most %d Mpx; save it as .svg", w, h, tooLarge>>20)
	}
	return nil
}
