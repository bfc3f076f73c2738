package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/google/renameio/v2/maybe"

	"github.com/lince-ml/lince/plot"
)

// write writes all files of the report.
func (p *prepared) write(ctx context.Context, folder string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	charts := p.charts()
	pictures := make([]picture, len(charts))
	files := []string{filepath.Join(folder, "report.html")}
	save := func(name string, content []byte) error {
		path := filepath.Join(folder, name)
		files = append(files, path)
		if err := maybe.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		return nil
	}
	for i, c := range charts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		drawn := map[plot.Format][]byte{}
		for _, format := range []plot.Format{plot.SVG, plot.PNG} {
			var buffer bytes.Buffer
			if err := c.drawing.Encode(&buffer, format); err != nil {
				if format == plot.PNG { // too large: it is there as SVG
					continue
				}
				return nil, fmt.Errorf("report: %s: %w", c.Name, err)
			}
			if err := save(c.Name+"."+string(format), buffer.Bytes()); err != nil {
				return nil, err
			}
			drawn[format] = buffer.Bytes()
		}
		pictures[i] = picture{c.Name, c.Alt, dataURL("image/svg+xml", drawn[plot.SVG])}
	}
	numbers, err := json.MarshalIndent(p.results, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := save("report.json", append(numbers, '\n')); err != nil {
		return nil, err
	}
	var table bytes.Buffer
	if err := p.Evaluation.WriteCSV(&table); err != nil {
		return nil, err
	}
	if err := save("predictions.csv", table.Bytes()); err != nil {
		return nil, err
	}
	// The page comes last: where it is new, all is.
	page, err := p.page(ctx, pictures)
	if err != nil {
		return nil, err
	}
	if err := maybe.WriteFile(files[0], page, 0o644); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return files, nil
}

// WriteCSV writes a line per picture: its path, its class, the predicted class
// and its probability, and the probabilities of all classes in columns
// named p_CLASS. Probabilities are written so that they read back exactly.
func (e *Evaluation) WriteCSV(w io.Writer) error {
	if err := e.check(); err != nil {
		return err
	}
	table := csv.NewWriter(w)
	header := []string{"file", "label", "predicted", "probability"}
	for _, class := range e.Classes {
		header = append(header, "p_"+class)
	}
	// The writer keeps its first error.
	_ = table.Write(header)
	for i, class := range e.Predicted() {
		row := e.Probabilities[i]
		line := []string{e.Files[i], e.Classes[e.Labels[i]], e.Classes[class], exact(row[class])}
		for _, p := range row {
			line = append(line, exact(p))
		}
		_ = table.Write(line)
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func exact(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }
