package lince

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/layers"
)

// SummaryOptions change what Summary shows (the arguments of
// keras.Model.summary).
type SummaryOptions struct {
	// LineLength is the width of the table in characters; 80 when zero, 98
	// for models that are not sequential.
	LineLength int
	// ShowTrainable adds a column with Y for trainable layers and N for frozen ones.
	ShowTrainable bool
}

// Parameters returns the number of weights, 0 before the model is built.
func (m *Model) Parameters() int {
	trainable, fixed := m.countParameters()
	return trainable + fixed
}

// countParameters counts what training changes and what it does not.
func (m *Model) countParameters() (trainable, fixed int) {
	for _, instance := range m.network.instances {
		for _, w := range instance.Weights() {
			count, _ := w.Variable.Type.Shape.Elements()
			if w.Statistic || !instance.Trainable() {
				fixed += count
			} else {
				trainable += count
			}
		}
	}
	return trainable, fixed
}

// Summary returns the table of the model's layers as Keras prints it.
func (m *Model) Summary() string { return m.SummaryWith(SummaryOptions{}) }

// SummaryWith returns the table of the model's layers with options.
func (m *Model) SummaryWith(options SummaryOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Model: %q\n", m.name)
	t := m.summaryTable(options)
	for _, value := range m.byLayer() {
		if m.sequential && value == m.inputs[0] {
			continue
		}
		t.rows = append(t.rows, m.summaryRow(value, options))
	}
	t.write(&b)
	trainable, fixed := m.countParameters()
	fmt.Fprintf(&b, " Total params: %s (%s)\n", thousands(trainable+fixed), size(4*(trainable+fixed)))
	fmt.Fprintf(&b, " Trainable params: %s (%s)\n", thousands(trainable), size(4*trainable))
	fmt.Fprintf(&b, " Non-trainable params: %s (%s)\n", thousands(fixed), size(4*fixed))
	return b.String()
}

func (m *Model) summaryTable(options SummaryOptions) *table {
	length := options.LineLength
	t := &table{headers: []string{"Layer (type)", "Output Shape", "Param #"}, align: []alignment{left, left, right}}
	shares := []float64{0.45, 0.345, 0.205}
	if length == 0 {
		length = 80
		if !m.sequential {
			length = 98
		}
	}
	if !m.sequential {
		t.headers, t.align = append(t.headers, "Connected to"), append(t.align, left)
		shares = []float64{0.3, 0.26, 0.17, 0.27}
	}
	if options.ShowTrainable {
		t.headers, t.align = append(t.headers, "Trainable"), append(t.align, centre)
		shares = append(shares, 0.1)
	}
	t.share(length, shares)
	return t
}

// summaryRow returns the cells of a layer; a cell may have several lines.
func (m *Model) summaryRow(value layers.Value, options SummaryOptions) [][]string {
	instance := value.Instance()
	count := 0
	for _, w := range instance.Weights() {
		elements, _ := w.Variable.Type.Shape.Elements()
		count += elements
	}
	shape := "?"
	if m.Built() {
		shape = m.shapes[value].String()
	}
	row := [][]string{
		{instance.Name() + " (" + instance.Class() + ")"}, {shape}, {thousands(count)},
	}
	if !m.sequential {
		connected := []string{}
		for _, input := range value.Inputs() {
			connected = append(connected, fmt.Sprintf("%s[%d][0]", input.Instance().Name(), m.useNumber(input)))
		}
		if len(connected) == 0 {
			connected = []string{"-"}
		}
		row = append(row, connected)
	}
	if options.ShowTrainable {
		mark := "Y"
		switch {
		case count == 0:
			mark = "-"
		case !instance.Trainable():
			mark = "N"
		}
		row = append(row, []string{mark})
	}
	return row
}

// thousands writes a number with commas: 3,453,121.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// size writes bytes as Keras does: 13.17 MB.
func size(bytes int) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	value := float64(bytes)
	for len(units) > 1 && value >= 1024 {
		value /= 1024
		units = units[1:]
	}
	return fmt.Sprintf("%.2f %s", value, units[0])
}
