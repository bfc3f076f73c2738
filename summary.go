package lince

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/layers"
)

// SummaryOptions change what Summary shows (the arguments of
// keras.Model.summary).
type SummaryOptions struct {
	// LineLength is the width of the table in characters; 80 when zero, 98
	// for models that are more than a chain of layers.
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

// chained reports whether the model is a chain of layers, which needs no
// column for what is connected to what.
func (m *Model) chained() bool {
	branches := func(value layers.Value) bool { return len(value.Inputs()) > 1 }
	return len(m.outputs) == 1 && len(m.network.order) == len(m.network.instances) && !slices.ContainsFunc(m.network.order, branches)
}

func (m *Model) summaryTable(options SummaryOptions) *table {
	length := options.LineLength
	t := &table{headers: []string{"Layer (type)", "Output Shape", "Param #"}, align: []alignment{left, left, right}}
	positions := []float64{0.45, 0.8, 1}
	if length == 0 {
		length = 80
		if !m.chained() {
			length = 98
		}
	}
	if !m.chained() {
		t.headers, t.align = append(t.headers, "Connected to"), append(t.align, left)
		positions = []float64{0.3, 0.56, 0.74, 1}
	}
	if options.ShowTrainable {
		t.headers, t.align = append(t.headers, "Trainable"), append(t.align, centre)
		for i := range positions {
			positions[i] *= 0.9
		}
		positions = append(positions, 1)
	}
	t.layOut(length, positions)
	return t
}

// summaryRow returns the cells of a layer.
func (m *Model) summaryRow(value layers.Value, options SummaryOptions) []string {
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
	row := []string{instance.Name() + " (" + instance.Class() + ")", shape, thousands(count)}
	if !m.chained() {
		row = append(row, m.connections(instance))
	}
	if options.ShowTrainable {
		mark := "Y"
		switch {
		case count == 0:
			mark = "-"
		case !instance.Trainable():
			mark = "N"
		}
		row = append(row, mark)
	}
	return row
}

// connections lists the values that a layer is applied to in all its uses.
func (m *Model) connections(instance *layers.Instance) string {
	var list []string
	for _, value := range m.network.order {
		if value.Instance() != instance {
			continue
		}
		for _, input := range value.Inputs() {
			list = append(list, fmt.Sprintf("%s[%d][0]", input.Instance().Name(), m.useNumber(input)))
		}
	}
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, ", ")
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
