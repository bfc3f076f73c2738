package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
)

// modelSettings say what a model file of another program lacks.
type modelSettings struct {
	rescale, preprocess, labels, imageSize, colorMode, interpolation string
	threads                                                          int

	flags *pflag.FlagSet
}

func (s *modelSettings) bind(flags *pflag.FlagSet) {
	s.flags = flags
	flags.StringVar(&s.rescale, "rescale", "", "factor for pixel values, such as 1/255; needed when the file does not say it")
	flags.StringVar(&s.preprocess, "preprocess", "", "caffe, tf or torch: the arithmetic of a pretrained network, instead of --rescale")
	flags.StringVar(&s.labels, "labels", "", "file with the class names: a line each, or JSON (a list, or Keras' class index)")
	flags.StringVar(&s.imageSize, "image-size", "", "pixels pictures are brought to, when the file does not say it: 150 or HEIGHTxWIDTH")
	flags.StringVar(&s.colorMode, "color-mode", "", "rgb, grayscale or rgba, when the file does not say it")
	flags.StringVar(&s.interpolation, "interpolation", "", "how pictures are resized, when the file does not say it")
	flags.IntVar(&s.threads, "threads", 0, "threads to compute with; 0 takes all")
}

// load reads a model and completes what its file lacks.
func (s *modelSettings) load(path string) (*lince.Model, error) {
	model, err := lince.Load(path)
	if err != nil {
		return nil, err
	}
	if s.threads != 0 {
		engine, err := newEngine(s.threads)
		if err != nil {
			return nil, err
		}
		if err := model.Use(engine); err != nil {
			return nil, err
		}
	}
	if s.labels != "" {
		if model.Classes, err = readLabels(s.labels); err != nil {
			return nil, err
		}
	}
	p, err := s.preprocessing(path, model)
	if err != nil {
		return nil, err
	}
	model.Preprocessing = &p
	return model, nil
}

// preprocessing returns the file's own, changed by the flags; for a foreign
// file it begins with the shape of the model's input.
func (s *modelSettings) preprocessing(path string, model *lince.Model) (images.Preprocessing, error) {
	var p images.Preprocessing
	if model.Preprocessing != nil {
		p = *model.Preprocessing
	} else {
		input, _ := model.Inputs()[0].Instance().Layer().(layers.Input)
		if s.rescale == "" && s.preprocess == "" {
			return p, usageError{fmt.Errorf("%s does not say how its pictures are scaled: give --rescale 1/255, --preprocess caffe|tf|torch, or --rescale 1 for raw values", path)}
		}
		if len(input.Shape) == 3 {
			p.TargetSize = images.Size{Height: input.Shape[0], Width: input.Shape[1]}
			if input.Shape[2] == 1 {
				p.ColorMode = images.Grayscale
			}
		}
	}
	var errs []error
	set := func(flag string, apply func() error) {
		if s.flags.Changed(flag) {
			errs = append(errs, apply())
		}
	}
	set("rescale", func() (err error) { p.Rescale, err = images.ParseRescale(s.rescale); return err })
	set("preprocess", func() (err error) { p.Mode, err = images.ParseMode(s.preprocess); return err })
	set("image-size", func() (err error) { p.TargetSize, err = parseSize(s.imageSize); return err })
	set("color-mode", func() (err error) { p.ColorMode, err = images.ParseColorMode(s.colorMode); return err })
	set("interpolation", func() (err error) { p.Interpolation, err = images.ParseInterpolation(s.interpolation); return err })
	if err := errors.Join(errs...); err != nil {
		return p, usageError{err}
	}
	return p, p.Validate()
}

// readLabels reads class names: a line each, a JSON list, or Keras' index
// {"0": ["n01440764", "tench"], ...}.
func readLabels(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(string(content))
	switch {
	case strings.HasPrefix(text, "["):
		var names []string
		if err := json.Unmarshal(content, &names); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return names, nil
	case strings.HasPrefix(text, "{"):
		var index map[string][]string
		if err := json.Unmarshal(content, &index); err != nil {
			return nil, fmt.Errorf("%s: expected a class index as Keras writes it: %w", path, err)
		}
		names := make([]string, len(index))
		for key, entry := range index {
			number, err := strconv.Atoi(key)
			if err != nil || number < 0 || number >= len(names) || len(entry) == 0 {
				return nil, fmt.Errorf("%s: class %q is not numbered from 0 or has no name", path, key)
			}
			names[number] = entry[len(entry)-1]
		}
		return names, nil
	}
	names := strings.Split(text, "\n")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return names, nil
}

// compileFor makes sure that a loaded model can be evaluated: one whose file
// does not say how it was trained gets the loss that its output asks for.
func compileFor(model *lince.Model) error {
	if model.Compiled() {
		return nil
	}
	t := lince.Training{Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}}}
	if shape := model.OutputShape(); shape[len(shape)-1] == 1 {
		t.Loss = losses.BinaryCrossentropy{}
	}
	return model.Compile(t)
}
