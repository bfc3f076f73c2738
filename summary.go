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
	// ExpandNested shows the layers of models within below them.
	ExpandNested bool
}

// Parameters returns the number of weights, 0 before the model is built.
func (m *Model) Parameters() int {
	trainable, fixed := m.countParameters()
	return trainable + fixed
}

// countParameters counts what training changes and what it does not.
func (m *Model) countParameters() (trainable, fixed int) {
	for _, w := range m.network.weights() {
		if w.Trainable() {
			trainable += elements(w)
		} else {
			fixed += elements(w)
		}
	}
	return trainable, fixed
}

func elements(w *layers.Weight) int {
	count, _ := w.Variable.Type.Shape.Elements()
	return count
}

// optimizerSize returns how many numbers the optimiser keeps and their bytes:
// the count of steps, the learning rate unless a schedule gives it, and the
// slots; 0 before it has any, as Keras counts.
func (m *Model) optimizerSize() (count, bytes int) {
	t := m.training
	if t == nil || len(t.slots.All()) == 0 && t.step == 0 {
		return 0, 0
	}
	const stepBytes, rateBytes = 8, 4
	count, bytes = 1, stepBytes
	if constant(t.Optimizer.Rate()) {
		count, bytes = count+1, bytes+rateBytes
	}
	for _, slot := range t.slots.All() {
		elements, _ := slot.Variable.Type.Shape.Elements()
		count, bytes = count+elements, bytes+elements*slot.Variable.Type.DType.Size()
	}
	return count, bytes
}

// Summary returns the table of the model's layers as Keras prints it.
func (m *Model) Summary() string { return m.SummaryWith(SummaryOptions{}) }

// SummaryWith returns the table of the model's layers with options.
func (m *Model) SummaryWith(options SummaryOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Model: %q\n", m.name)
	t := m.summaryTable(options)
	m.addRows(t, options, m, 0)
	t.write(&b)
	trainable, fixed := m.countParameters()
	learning, bytes := m.optimizerSize()
	line := func(name string, count, bytes int) {
		fmt.Fprintf(&b, " %s params: %s (%s)\n", name, thousands(count), size(bytes))
	}
	line("Total", trainable+fixed+learning, 4*(trainable+fixed)+bytes)
	line("Trainable", trainable, 4*trainable)
	line("Non-trainable", fixed, 4*fixed)
	if learning > 0 {
		line("Optimizer", learning, bytes)
	}
	return b.String()
}

// addRows adds the rows of the model's layers, or of those of one within it.
func (m *Model) addRows(t *table, options SummaryOptions, of *Model, level int) {
	for _, value := range of.byLayer() {
		if of.sequential && value == of.inputs[0] {
			continue
		}
		t.rows = append(t.rows, m.summaryRow(of, value, options, level))
		if within, ok := value.Instance().Layer().(*Model); ok && options.ExpandNested {
			m.addRows(t, options, within, level+1)
		}
	}
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

// summaryRow returns the cells of a layer of the model or of one within it.
func (m *Model) summaryRow(of *Model, value layers.Value, options SummaryOptions, level int) []string {
	instance := value.Instance()
	count := 0
	for _, w := range instance.Weights() {
		count += elements(w)
	}
	name := fmt.Sprintf("%s (%s)", instance.Name(), instance.Class())
	if level > 0 {
		name = strings.Repeat("   ", level) + "└ " + name
	}
	row := []string{name, of.outputShapes(instance), thousands(count)}
	if !m.chained() {
		connections := "-"
		if level == 0 {
			connections = m.connections(instance)
		}
		row = append(row, connections)
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

// outputShapes tells the shape of a layer's result in its last use; several in
// a list, as Python writes them.
func (m *Model) outputShapes(instance *layers.Instance) string {
	last := -1
	for i, value := range m.network.order {
		if value.Instance() == instance {
			last = i
		}
	}
	if !m.Built() || last < 0 {
		return "?"
	}
	var shapes []string
	for i := 0; ; i++ {
		shape, ok := m.shapes[m.network.order[last].Result(i)]
		if !ok {
			break
		}
		shapes = append(shapes, shape.String())
	}
	if len(shapes) == 1 {
		return shapes[0]
	}
	return "[" + strings.Join(shapes, ", ") + "]"
}

// connections lists the values that a layer is applied to in all its uses.
func (m *Model) connections(instance *layers.Instance) string {
	var list []string
	for _, value := range m.network.order {
		if value.Instance() != instance {
			continue
		}
		for _, input := range value.Inputs() {
			list = append(list, fmt.Sprintf("%s[%d][%d]", input.Instance().Name(), m.useNumber(input), input.Index()))
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
