package lince

import (
	"strings"
	"unicode/utf8"
)

type alignment uint8

const (
	left alignment = iota
	right
	centre
)

// table draws rows in a frame, as Keras draws its summaries.
type table struct {
	headers []string
	align   []alignment
	widths  []int // of the cells, without the space on either side
	rows    [][][]string
}

// share divides a line among the columns.
func (t *table) share(length int, shares []float64) {
	var total float64
	for _, share := range shares {
		total += share
	}
	room := length - 1
	used := 0
	for i, share := range shares {
		width := int(share/total*float64(room) + 0.5)
		if i == len(shares)-1 {
			width = room - used
		}
		used += width
		t.widths = append(t.widths, max(width-3, 4))
	}
}

func (t *table) write(b *strings.Builder) {
	t.rule(b, "┏━", "━┳━", "━┓", "━")
	t.line(b, "┃", single(t.headers))
	for i, row := range t.rows {
		if i == 0 {
			t.rule(b, "┡━", "━╇━", "━┩", "━")
		} else {
			t.rule(b, "├─", "─┼─", "─┤", "─")
		}
		t.line(b, "│", row)
	}
	t.rule(b, "└─", "─┴─", "─┘", "─")
}

func single(texts []string) [][]string {
	cells := make([][]string, len(texts))
	for i, text := range texts {
		cells[i] = []string{text}
	}
	return cells
}

func (t *table) rule(b *strings.Builder, begin, middle, end, dash string) {
	b.WriteString(begin)
	for i, width := range t.widths {
		if i > 0 {
			b.WriteString(middle)
		}
		b.WriteString(strings.Repeat(dash, width))
	}
	b.WriteString(end + "\n")
}

// line writes a row, as many lines high as its highest cell.
func (t *table) line(b *strings.Builder, bar string, cells [][]string) {
	height := 0
	wrapped := make([][]string, len(cells))
	for i, cell := range cells {
		for _, text := range cell {
			wrapped[i] = append(wrapped[i], wrap(text, t.widths[i])...)
		}
		height = max(height, len(wrapped[i]))
	}
	for y := range height {
		for i, lines := range wrapped {
			text := ""
			if y < len(lines) {
				text = lines[y]
			}
			b.WriteString(bar + " " + pad(text, t.widths[i], t.align[i]) + " ")
		}
		b.WriteString(bar + "\n")
	}
}

// wrap breaks a text at its blanks into lines of a width, and cuts a word
// that is longer still.
func wrap(text string, width int) []string {
	if utf8.RuneCountInString(text) <= width {
		return []string{text}
	}
	if head, tail, found := strings.Cut(text, " ("); found && !strings.HasPrefix(text, "(") {
		return append(wrap(head, width), wrap("("+tail, width)...)
	}
	return []string{string([]rune(text)[:width-1]) + "…"}
}

func pad(text string, width int, a alignment) string {
	missing := max(width-utf8.RuneCountInString(text), 0)
	before := 0
	switch a {
	case right:
		before = missing
	case centre:
		before = missing / 2
	}
	return strings.Repeat(" ", before) + text + strings.Repeat(" ", missing-before)
}
