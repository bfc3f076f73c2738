package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

// Pictures hands out pictures in batches; it is a data.Source, made by a
// Generator's Flow methods. Epochs may be iterated concurrently.
type Pictures struct {
	generator     Generator
	flow          Flow
	preprocessing Preprocessing
	source        source
	paths, names  []string // nil for arrays
	labels        []int    // nil where there are no classes
	classes       []string
	mode          ClassMode
	inputs        []column // beside the pictures
	targets       []column
	weights       []column
	samples       int
	augments      bool

	mutex   sync.Mutex
	skipped []Bad
	idle    []*pipeline
}

var _ data.Source = (*Pictures)(nil)

// newPictures decodes the listed files and makes a flow of the good ones,
// with the targets that classes give.
func newPictures(ctx context.Context, g Generator, flow Flow, l listing, classes []string) (*Pictures, error) {
	mode, err := flow.ClassMode.resolve(classes, g.KerasCompat)
	if err != nil {
		return nil, err
	}
	p, failures, err := openPictures(ctx, g, flow, flow.preprocessing(g), l)
	if err != nil {
		return nil, err
	}
	p.classes, p.mode, p.labels = classes, mode, kept(l.labels, failures)
	p.targets, err = classTargets(mode, p.labels, len(classes))
	return p, err
}

// openPictures decodes the listed files once; failures has an error at the
// place of each that the returned flow leaves out.
func openPictures(ctx context.Context, g Generator, flow Flow, pre Preprocessing, l listing) (*Pictures, []error, error) {
	probe, err := newLoader(pre)
	if err != nil {
		return nil, nil, err
	}
	store := newStore(l.paths, flow, pre, probe.stored())
	failures, err := store.prepare(ctx, pre, flow.Workers)
	if err != nil {
		return nil, nil, fmt.Errorf("images: stopped while reading the pictures: %w", err)
	}
	bad := l.bad
	for i, failure := range failures {
		if failure != nil {
			bad = append(bad, Bad{l.paths[i], cause(failure)})
		}
	}
	store.drop(failures)
	switch {
	case flow.Strict && len(bad) > 0:
		return nil, nil, refusal(bad, len(l.paths))
	case len(store.paths) == 0:
		return nil, nil, fmt.Errorf("images: none of the %d pictures can be read: %w", len(l.paths), refusal(bad, len(l.paths)))
	}
	return &Pictures{
		generator: g, flow: flow, preprocessing: pre, source: store, samples: len(store.paths), skipped: bad,
		paths: store.paths, names: kept(l.names, failures), augments: augments(g, flow),
	}, failures, nil
}

func augments(g Generator, flow Flow) bool {
	return g.Augments() && (flow.Subset != Validation || g.KerasCompat)
}

// kept returns the values whose place has no failure.
func kept[T any](values []T, failures []error) []T {
	good := make([]T, 0, len(values))
	for i, v := range values {
		if failures[i] == nil {
			good = append(good, v)
		}
	}
	return good
}

// refusal lists bad pictures, the first ten by name.
func refusal(bad []Bad, of int) error {
	const shown = 10
	failures := []error{fmt.Errorf("images: %d of %d pictures are bad", len(bad), of)}
	for _, b := range bad[:min(len(bad), shown)] {
		failures = append(failures, fmt.Errorf("%s: %w", b.File, b.Err))
	}
	if len(bad) > shown {
		failures = append(failures, fmt.Errorf("and %d more", len(bad)-shown))
	}
	return errors.Join(failures...)
}

// Samples returns the number of pictures in an epoch.
func (p *Pictures) Samples() int { return p.samples }

// Classes returns the number of classes, 0 where there are none.
func (p *Pictures) Classes() int { return len(p.classes) }

// ClassNames returns the names of the classes in the order of their indices.
func (p *Pictures) ClassNames() []string { return slices.Clone(p.classes) }

// ClassIndices returns the index of every class by its name.
func (p *Pictures) ClassIndices() map[string]int {
	indices := make(map[string]int, len(p.classes))
	for i, class := range p.classes {
		indices[class] = i
	}
	return indices
}

// ClassMode returns the mode in use; it is never ByFolders.
func (p *Pictures) ClassMode() ClassMode { return p.mode }

// Labels returns the class index of every picture in the flow's own order,
// which no shuffling changes; nil where there are no classes.
func (p *Pictures) Labels() []int { return slices.Clone(p.labels) }

// Filenames returns every picture's name, relative to the folder and class
// first, in the order of Labels; nil for arrays.
func (p *Pictures) Filenames() []string { return slices.Clone(p.names) }

// Filepaths returns every picture's path in the order of Labels; nil for arrays.
func (p *Pictures) Filepaths() []string { return slices.Clone(p.paths) }

// Preprocessing returns what a prediction has to do with a picture to show it
// to the model as this flow does, apart from augmentation.
func (p *Pictures) Preprocessing() Preprocessing { return p.preprocessing }

// Skipped names the files that were left out and why: at first those that
// could not be decoded, later also those that could no longer be read.
func (p *Pictures) Skipped() []Bad {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.skipped)
}

// String says what was found, as Keras does.
func (p *Pictures) String() string {
	text := fmt.Sprintf("Found %d images", p.samples)
	if len(p.classes) > 0 {
		text += fmt.Sprintf(" belonging to %d classes", len(p.classes))
	}
	if skipped := len(p.Skipped()); skipped > 0 {
		text += fmt.Sprintf(" (%d bad left out)", skipped)
	}
	return text + "."
}

// Spec describes the batches.
func (p *Pictures) Spec() data.Spec {
	s := data.Spec{
		Inputs: []tensor.Shape{p.preprocessing.Shape()}, InputTypes: []tensor.DType{tensor.Float32},
		Samples: p.samples, BatchSize: p.flow.BatchSize, Classes: p.ClassNames(),
	}
	for _, c := range p.inputs {
		s.Inputs, s.InputTypes = append(s.Inputs, c.shape()), append(s.InputTypes, c.dtype())
	}
	for _, c := range p.targets {
		s.Targets, s.TargetTypes = append(s.Targets, c.shape()), append(s.TargetTypes, c.dtype())
	}
	if p.mode == Input {
		s.Targets, s.TargetTypes = s.Inputs[:1], s.InputTypes[:1]
	}
	if p.labels != nil {
		s.ClassCounts = make([]int, len(p.classes))
		for _, label := range p.labels {
			s.ClassCounts[label]++
		}
	}
	return s
}

// skip notes a file that failed after it had been good, once.
func (p *Pictures) skip(i int, err error) {
	if p.paths == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !slices.ContainsFunc(p.skipped, func(b Bad) bool { return b.File == p.paths[i] }) {
		p.skipped = append(p.skipped, Bad{p.paths[i], cause(err)})
	}
}
