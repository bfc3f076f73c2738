package images

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// row is one line of a table.
type row struct {
	line       int
	name, path string
	cells      []string // of the Y columns
	labels     []int    // classes of the first of them
	numbers    []float32
	weight     float32
}

type table struct {
	mode ClassMode
	rows []row
}

func readTable(path string, c Columns, mode ClassMode) (*table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	if mark, _ := reader.Peek(3); string(mark) == "\ufeff" {
		reader.Discard(3)
	}
	records := csv.NewReader(reader)
	header, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("cannot read the header: %w", err)
	}
	x, weight, y, err := c.find(header, mode)
	if err != nil {
		return nil, err
	}
	dir := orElse(c.Directory, filepath.Dir(path))
	t := &table{mode: mode}
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		r := row{name: record[x], path: record[x], weight: 1}
		r.line, _ = records.FieldPos(x)
		if !filepath.IsAbs(r.path) {
			r.path = filepath.Join(dir, r.path)
		}
		for _, column := range y {
			r.cells = append(r.cells, record[column])
		}
		if weight >= 0 {
			if r.weight, err = number(record[weight]); err != nil || r.weight < 0 {
				return nil, fmt.Errorf("line %d: the weight %q is no number of at least 0", r.line, record[weight])
			}
		}
		t.rows = append(t.rows, r)
	}
}

// find returns where in the header the columns are; weight is -1 for none.
func (c Columns) find(header []string, mode ClassMode) (x, weight int, y []int, err error) {
	at := func(name string) int {
		i := slices.Index(header, name)
		if i < 0 && err == nil {
			err = fmt.Errorf("there is no column %q, only %s", name, strings.Join(header, ", "))
		}
		return i
	}
	x, weight = at(c.x()), -1
	if c.Weight != "" {
		weight = at(c.Weight)
	}
	if mode == Input || mode == NoTargets {
		return x, weight, nil, err
	}
	names := c.Y
	if len(names) == 0 {
		names = []string{"class"}
	}
	for _, name := range names {
		y = append(y, at(name))
	}
	if len(y) > 1 && mode != MultiOutput && mode != Raw && err == nil {
		err = fmt.Errorf("class mode %v takes its classes from one column, not from %s; use multi_output or raw for several columns of numbers", mode, strings.Join(names, ", "))
	}
	return x, weight, y, err
}

func number(cell string) (float32, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 32)
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = strconv.ErrRange
	}
	return float32(v), err
}
