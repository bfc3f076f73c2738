package images

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Columns says what the columns of a table of pictures mean.
type Columns struct {
	// Directory is put before the files' names; "" means the table's folder.
	Directory string
	// X is the column of file names; "" means "filename".
	X string
	// Y are the columns of targets; nil means "class". Only class modes
	// MultiOutput and Raw take more than one, and these must hold numbers.
	Y []string
	// Weight is the column of sample weights; "" for none.
	Weight string
	// Separator divides a cell of Y into several classes for class mode
	// Categorical, such as ";" for "cat;dog"; "" does not.
	Separator string
	// NoValidate takes files of any extension. Otherwise rows whose file has
	// no picture's extension, or is not there, are left out and add no class.
	NoValidate bool
}

// FlowFromTable returns the pictures that a CSV file with a header lists:
// Keras' flow_from_dataframe. Files are decoded once before it returns, as in
// FlowFromDirectory; rows of missing files are left out and counted.
// Flow.Classes names the classes and their order and drops all other rows;
// nil takes all, sorted. A split goes by the order of the rows.
func (g Generator) FlowFromTable(path string, columns Columns, flow Flow) (*Pictures, error) {
	return g.FlowFromTableContext(context.Background(), path, columns, flow)
}

// FlowFromTableContext is FlowFromTable under a context that stops the first
// reading of the pictures.
func (g Generator) FlowFromTableContext(ctx context.Context, path string, columns Columns, flow Flow) (*Pictures, error) {
	flow, err := flow.validate(g)
	if err != nil {
		return nil, err
	}
	t, err := readTable(path, columns, flow.ClassMode)
	if err != nil {
		return nil, fmt.Errorf("images: %s: %w", path, err)
	}
	bad := t.validate(columns, flow.rules(g))
	classes, err := t.classify(columns, flow, g.KerasCompat)
	if err != nil {
		return nil, fmt.Errorf("images: %s: %w", path, err)
	}
	t.split(flow, g.ValidationSplit)
	if len(t.rows) == 0 {
		return nil, fmt.Errorf("images: %s lists no pictures for the subset %v in column %q", path, flow.Subset, columns.x())
	}
	l := listing{bad: bad}
	for _, r := range t.rows {
		l.paths, l.names = append(l.paths, r.path), append(l.names, r.name)
	}
	p, failures, err := openPictures(ctx, g, flow, flow.preprocessing(g), l)
	if err != nil {
		return nil, err
	}
	t.rows = kept(t.rows, failures)
	p.classes, p.mode = classes, t.mode
	return p, t.fill(p, columns)
}

func (c Columns) x() string { return orElse(c.X, "filename") }

func orElse(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// classify reads the Y columns: as numbers, or as classes, in which case rows
// of other classes than flow asks for are dropped.
func (t *table) classify(c Columns, flow Flow, compat bool) ([]string, error) {
	if t.mode == Input || t.mode == NoTargets {
		return nil, nil
	}
	if t.mode == MultiOutput || t.mode == Raw {
		return nil, t.readNumbers()
	}
	classes := slices.Clone(flow.Classes)
	if classes == nil {
		for _, r := range t.rows {
			classes = append(classes, c.split(r.cells[0])...)
		}
		slices.Sort(classes)
		classes = slices.Compact(classes)
	}
	index := make(map[string]int, len(classes))
	for i, class := range classes {
		index[class] = i
	}
	for i := range t.rows {
		r := &t.rows[i]
		for _, class := range c.split(r.cells[0]) {
			if class == "" {
				return nil, fmt.Errorf("line %d has no class", r.line)
			}
			if label, asked := index[class]; asked {
				r.labels = append(r.labels, label)
			}
		}
	}
	t.rows = slices.DeleteFunc(t.rows, func(r row) bool { return len(r.labels) == 0 })
	multiple := slices.ContainsFunc(t.rows, func(r row) bool { return len(r.labels) > 1 })
	if t.mode == ByFolders && multiple {
		t.mode = Categorical
	}
	if multiple && t.mode != Categorical {
		return nil, fmt.Errorf("some rows have several classes, which class mode %v cannot express; use categorical", t.mode)
	}
	var err error
	t.mode, err = t.mode.resolve(classes, compat)
	return classes, err
}

func (c Columns) split(cell string) []string {
	if c.Separator == "" {
		return []string{cell}
	}
	parts := strings.Split(cell, c.Separator)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (t *table) readNumbers() error {
	for i := range t.rows {
		r := &t.rows[i]
		for _, cell := range r.cells {
			v, err := number(cell)
			if err != nil {
				return fmt.Errorf("line %d: %q is no number, which class mode %v needs", r.line, cell, t.mode)
			}
			r.numbers = append(r.numbers, v)
		}
	}
	return nil
}

// validate drops rows whose file is not there or has another extension than a
// picture's, so that these add no classes.
func (t *table) validate(c Columns, r rules) (bad []Bad) {
	if c.NoValidate {
		return nil
	}
	t.rows = slices.DeleteFunc(t.rows, func(row row) bool {
		_, err := os.Stat(row.path)
		if !hasExtension(row.name, r.extensions) {
			err = errExtension
		}
		if err != nil {
			bad = append(bad, Bad{row.path, cause(err)})
		}
		return err != nil
	})
	return bad
}

// split keeps the rows of the flow's subset.
func (t *table) split(flow Flow, fraction float64) {
	if flow.Subset == Everything {
		return
	}
	groups := map[int][]int{} // rows by class, of one group unless drawn for each class
	for i, r := range t.rows {
		group := 0
		if flow.SeededSplit && len(r.labels) > 0 {
			group = r.labels[0]
		}
		groups[group] = append(groups[group], i)
	}
	var chosen []int
	for group, members := range groups {
		for _, i := range flow.part(len(members), fraction, group) {
			chosen = append(chosen, members[i])
		}
	}
	slices.Sort(chosen)
	rows := make([]row, len(chosen))
	for i, j := range chosen {
		rows[i] = t.rows[j]
	}
	t.rows = rows
}

// fill gives p the targets and weights of the rows.
func (t *table) fill(p *Pictures, c Columns) error {
	var labels [][]int
	numbers := [][]float32{}
	weights := make([]float32, len(t.rows))
	for i, r := range t.rows {
		labels, weights[i] = append(labels, r.labels), r.weight
		numbers = append(numbers, r.numbers)
	}
	if flat := slices.Concat(labels...); len(flat) == len(t.rows) { // one class each
		p.labels = flat
	}
	var err error
	switch t.mode {
	case Categorical:
		p.targets = []column{oneHot{labels, len(p.classes)}}
	case Raw, MultiOutput:
		p.targets, err = numberTargets(t.mode, numbers)
	default:
		p.targets, err = classTargets(t.mode, p.labels, len(p.classes))
	}
	if err != nil || c.Weight == "" {
		return err
	}
	weight, err := rowsOf(weights, 0)
	for range max(len(p.targets), 1) {
		p.weights = append(p.weights, weight)
	}
	return err
}

// numberTargets returns one target of all columns, or with MultiOutput one of
// each.
func numberTargets(mode ClassMode, numbers [][]float32) ([]column, error) {
	if mode == Raw {
		width := len(numbers[0])
		if width == 1 {
			width = 0
		}
		target, err := rowsOf(slices.Concat(numbers...), width)
		return []column{target}, err
	}
	var targets []column
	for k := range numbers[0] {
		output := make([]float32, len(numbers))
		for i := range numbers {
			output[i] = numbers[i][k]
		}
		target, err := rowsOf(output, 0)
		if err != nil {
			return nil, err
		}
		targets = append(targets, target)
	}
	return targets, nil
}
