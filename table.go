package lince

import (
	"math"
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
	rows    [][]string
}

// layOut gives each column the part of a line that ends at its position, from 0
// to 1, and takes what frame and blanks need off all of them evenly.
func (t *table) layOut(length int, positions []float64) {
	const frame, narrowest = 3, 4 // a bar and two blanks for each column; and a last bar
	excess := float64(frame*len(positions) + 1)
	begin := 0
	for i, position := range positions {
		end := int(position * float64(length))
		taken := math.RoundToEven(excess / float64(len(positions)-i))
		excess -= taken
		t.widths = append(t.widths, max(end-begin-int(taken), narrowest))
		begin = end
	}
}

func (t *table) write(b *strings.Builder) {
	t.rule(b, "┏━", "━┳━", "━┓", "━")
	t.line(b, "┃", t.headers)
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
func (t *table) line(b *strings.Builder, bar string, cells []string) {
	height := 0
	wrapped := make([][]string, len(cells))
	for i, cell := range cells {
		wrapped[i] = wrap(cell, t.widths[i])
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
// that is longer still. What the text is indented by stays with its first word.
func wrap(text string, width int) []string {
	var lines []string
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	for word := range strings.FieldsSeq(text) {
		last := len(lines) - 1
		if last >= 0 && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
			lines[last] += " " + word
			continue
		}
		if last < 0 {
			word = indent + word
		}
		lines = append(lines, word)
	}
	for i, line := range lines {
		if characters := []rune(line); len(characters) > width {
			lines[i] = string(characters[:width-1]) + "…"
		}
	}
	return lines
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
