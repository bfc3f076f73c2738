package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/lince-ml/lince/images"
)

// trainData is the pictures of a run.
type trainData struct {
	train, validation *images.Pictures
	from              string // where the validation pictures come from
	said              int    // how many skipped pictures were told of
}

// flow returns the generator that augments, and how its pictures flow.
func (s *trainSettings) flow() (images.Generator, images.Flow, error) {
	generator, err := s.Augment.generator()
	if err != nil {
		return generator, images.Flow{}, err
	}
	generator.KerasCompat = s.KerasCompat
	flow := images.Flow{
		BatchSize: s.Batch, Seed: s.Seed, KeepAspectRatio: s.KeepAspectRatio, Strict: s.Strict, SeededSplit: true,
		Preprocessing: s.prepared,
	}
	limit, err := parseBytes(s.CacheLimit)
	if err != nil {
		return generator, flow, fmt.Errorf("--cache-limit %w", err)
	}
	if limit == 0 {
		flow.NoCache = true
	} else {
		flow.Cache = &images.Cache{Limit: limit}
	}
	if s.prepared != nil {
		return generator, flow, nil
	}
	var errs [4]error
	generator.Rescale, errs[0] = images.ParseRescale(s.Rescale)
	flow.TargetSize, errs[1] = parseSize(s.ImageSize)
	flow.ColorMode, errs[2] = images.ParseColorMode(s.ColorMode)
	flow.Interpolation, errs[3] = images.ParseInterpolation(s.Interpolation)
	return generator, flow, errors.Join(errs[:]...)
}

// open finds the pictures: folders by class, or MNIST's idx files.
func (s *trainSettings) open(ctx context.Context, progress func(done, total int)) (*trainData, error) {
	generator, flow, err := s.flow()
	if err != nil {
		return nil, err
	}
	if images.HasIDX(s.Folder) {
		return s.openIDX(generator, flow)
	}
	flow.Progress = progress
	d := &trainData{from: "of " + s.Validation}
	folder := s.Validation
	if folder == "" && s.ValidationSplit > 0 {
		folder, d.from = s.Folder, "held back by the seed"
		generator.ValidationSplit, flow.Subset = s.ValidationSplit, images.Training
	}
	if d.train, err = generator.FlowFromDirectoryContext(ctx, s.Folder, flow); err != nil || folder == "" {
		return d, err
	}
	if flow.Subset == images.Training {
		flow.Subset = images.Validation
	}
	flow.NoShuffle = true
	flow.Classes = d.train.ClassNames()
	d.validation, err = generator.Plain().FlowFromDirectoryContext(ctx, folder, flow)
	return d, err
}

// openIDX opens the four files of MNIST; the test part validates.
func (s *trainSettings) openIDX(generator images.Generator, flow images.Flow) (*trainData, error) {
	if s.Validation != "" {
		return nil, fmt.Errorf("%s holds idx files, whose test part validates; leave --validation out", s.Folder)
	}
	train, test, err := images.FromIDX(s.Folder)
	if err != nil {
		return nil, err
	}
	if !s.sized { // else it has to be the files' own, which Flow checks
		flow.TargetSize = images.Size{}
	}
	flow.ColorMode = images.RGB // the files' own
	d := &trainData{from: "of the test files"}
	part := generator
	if test.X == nil && s.ValidationSplit > 0 {
		test, d.from = train, "held back, the first of the file"
		part.ValidationSplit, flow.Subset = s.ValidationSplit, images.Training
	}
	if d.train, err = part.Flow(train, flow); err != nil || test.X == nil {
		return d, err
	}
	if flow.Subset == images.Training {
		flow.Subset = images.Validation
	}
	flow.NoShuffle = true
	d.validation, err = part.Plain().Flow(test, flow)
	return d, err
}

// listed is how many classes or files are named one by one.
const listed = 20

func (d *trainData) describe(say func(string, ...any)) {
	spec := d.train.Spec()
	names := make([]string, 0, listed)
	for i, class := range spec.Classes[:min(len(spec.Classes), listed)] {
		if i < len(spec.ClassCounts) {
			class = fmt.Sprintf("%s (%d)", class, spec.ClassCounts[i])
		}
		names = append(names, class)
	}
	if len(spec.Classes) > listed {
		names = append(names, "…")
	}
	say("training on %d pictures of %d classes: %s", spec.Samples, len(spec.Classes), strings.Join(names, ", "))
	if d.validation == nil {
		say("no validation")
	} else {
		say("validation on %d pictures %s", d.validation.Spec().Samples, d.from)
	}
	d.describeLost(say)
}

// skipped is a picture that was left out.
type skipped struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

func (d *trainData) skipped() []skipped {
	var list []skipped
	for _, pictures := range []*images.Pictures{d.train, d.validation} {
		if pictures == nil {
			continue
		}
		for _, bad := range pictures.Skipped() {
			list = append(list, skipped{bad.File, bad.Err.Error()})
		}
	}
	return list
}

// describeLost names the pictures that were left out since the last call.
func (d *trainData) describeLost(say func(string, ...any)) {
	all := d.skipped()
	lost := all[min(d.said, len(all)):]
	d.said = len(all)
	for _, bad := range lost[:min(len(lost), listed)] {
		say("left out %s: %s", bad.File, bad.Error)
	}
	if more := len(lost) - listed; more > 0 {
		say("left out %d pictures more; lince check names all", more)
	}
}

// describePreprocessing says what happens to a picture before a model sees it.
func describePreprocessing(p images.Preprocessing) string {
	text := fmt.Sprintf("%v %v, %v, %v", p.TargetSize, p.ColorMode, p.Interpolation, p.Aspect)
	if p.Mode != images.NoMode {
		text += fmt.Sprintf(", the arithmetic of %v", p.Mode)
	}
	switch divisor := 1 / p.Rescale; {
	case p.Rescale == 0 || p.Rescale == 1:
	case divisor == math.Round(divisor):
		text += fmt.Sprintf(", values / %g", divisor)
	default:
		text += fmt.Sprintf(", values × %.6g", p.Rescale)
	}
	if p.Offset != 0 {
		text += fmt.Sprintf(" + %.6g", p.Offset)
	}
	return text
}
