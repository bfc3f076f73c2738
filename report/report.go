package report

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// Report is all that is known of a model. Model and Evaluation are needed,
// what else is missing is left out of the page.
type Report struct {
	Model      *lince.Model
	Evaluation *Evaluation
	// File is the model's file and Folder where the pictures came from.
	File, Folder string
	// History is that of the training.
	History *lince.History
	// Settings are all that the training was told, as JSON, and Repeat the
	// command that repeats it.
	Settings json.RawMessage
	Repeat   string
	// Circumstances choose the remedies. Their Dropout and Parameters are
	// found out from the model.
	Circumstances Circumstances
	// Check is what was found wrong with the pictures.
	Check *images.Report
	// Command made the report, Version is that of the program and Made when;
	// zero is now.
	Command, Version string
	Made             time.Time
	// Bins are those of the calibration; 0 means 15.
	Bins int
	// Worst is how many mistakes are shown; 0 means 24, negative none.
	Worst int
}

// Outcome is what a report says in short, and where it lies.
type Outcome struct {
	// Files are the paths of what was written, the page first.
	Files []string
	// Says tells how many pictures are right and what is mistaken most often,
	// and warns where that cannot be trusted.
	Says string
	// Learning is what the history shows; nil without one.
	Learning *Verdict
}

// Write writes report.html, report.json, predictions.csv, the charts as SVG and
// PNG, and the worst pictures as worst.png, into a folder, which is made if it
// is not there. Files of these names are replaced, each at once. A drawing
// that is too large for PNG is there as SVG alone.
func (r *Report) Write(ctx context.Context, folder string) (*Outcome, error) {
	p, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}
	files, err := p.write(ctx, folder)
	if err != nil {
		return nil, err
	}
	return &Outcome{Files: files, Says: p.results.summary(), Learning: p.results.Learning}, nil
}

func (r *Report) bins() int {
	if r.Bins == 0 {
		return 15
	}
	return r.Bins
}

func (r *Report) worst() int {
	if r.Worst == 0 {
		return 24
	}
	return max(r.Worst, 0)
}

// circumstances adds what the model tells.
func (r *Report) circumstances() Circumstances {
	c := r.Circumstances
	c.Dropout = c.Dropout || drops(r.Model)
	if c.Parameters == 0 {
		c.Parameters = learning(r.Model)
	}
	return c
}

// learning counts the weights that training changes.
func learning(m *lince.Model) int {
	total := 0
	for _, instance := range m.Layers() {
		for _, w := range instance.Weights() {
			if w.Trainable() {
				count, _ := w.Variable.Type.Shape.Elements()
				total += count
			}
		}
	}
	return total
}

// drops reports whether a layer of the model, or of one within, is a dropout.
func drops(m *lince.Model) bool {
	for _, instance := range m.Layers() {
		switch layer := instance.Layer().(type) {
		case layers.Dropout:
			return true
		case layers.SpatialDropout2D:
			return true
		case *lince.Model:
			if drops(layer) {
				return true
			}
		}
	}
	return false
}
