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
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/lince-ml/lince/internal/markup"
	"github.com/lince-ml/lince/plot"
)

// output is the folder that a report goes to, and what is in it already.
type output struct {
	folder string
	files  []string
}

func (o *output) save(name string, content []byte) error {
	path := filepath.Join(o.folder, name)
	if err := maybe.WriteFile(path, content, 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	o.files = append(o.files, path)
	return nil
}

// write writes all files of the report and returns their paths, the page first.
// The page is written last: where it is new, all is.
func (p *prepared) write(ctx context.Context, folder string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	out := &output{folder: folder}
	charts, err := p.writeCharts(ctx, out)
	if err != nil {
		return nil, err
	}
	if err := p.writeNumbers(out); err != nil {
		return nil, err
	}
	thumbnails, err := p.thumbnails(ctx)
	if err != nil {
		return nil, err
	}
	if sheet, err := contactSheet(thumbnails); err != nil {
		return nil, err
	} else if sheet != nil {
		if err := out.save("worst.png", sheet); err != nil {
			return nil, err
		}
	}
	page, err := p.page(charts, thumbnails)
	if err != nil {
		return nil, err
	}
	if err := out.save("report.html", page); err != nil {
		return nil, err
	}
	last := len(out.files) - 1
	return append(out.files[last:], out.files[:last]...), nil
}

// writeCharts writes every chart in both formats and returns them for the page.
func (p *prepared) writeCharts(ctx context.Context, out *output) ([]picture, error) {
	var pictures []picture
	for _, c := range p.charts() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var vector, raster bytes.Buffer
		if err := c.drawing.Encode(&vector, plot.SVG); err != nil {
			return nil, fmt.Errorf("report: %s: %w", c.Name, err)
		}
		if err := out.save(c.Name+".svg", vector.Bytes()); err != nil {
			return nil, err
		}
		// What is too large for pixels is there as SVG.
		if err := c.drawing.Encode(&raster, plot.PNG); err == nil {
			if err := out.save(c.Name+".png", raster.Bytes()); err != nil {
				return nil, err
			}
		}
		pictures = append(pictures, picture{c.Name, c.Alt, markup.NewPicture("image/svg+xml", vector.Bytes())})
	}
	return pictures, nil
}

// writeNumbers writes the measures and the predictions.
func (p *prepared) writeNumbers(out *output) error {
	numbers, err := json.MarshalIndent(p.results, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := out.save("report.json", append(numbers, '\n')); err != nil {
		return err
	}
	var table bytes.Buffer
	if err := p.Evaluation.WriteCSV(&table); err != nil {
		return err
	}
	return out.save("predictions.csv", table.Bytes())
}

// WriteCSV writes a line per picture: its path, its class, the predicted class
// and its probability, and the probabilities of all classes in columns
// named p_CLASS. Probabilities are written so that they read back exactly.
// A name that begins with =, +, -, @, a tab or a carriage return, which
// spreadsheets take for a formula, gets a ' before it.
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
		line := []string{cell(e.Files[i]), cell(e.Classes[e.Labels[i]]), cell(e.Classes[class]), exact(row[class])}
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

// cell keeps a spreadsheet from computing a name.
func cell(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}

func exact(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }
