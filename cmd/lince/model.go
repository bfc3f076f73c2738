package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
)

// modelSettings say what a model file of another program lacks.
type modelSettings struct {
	rescale, preprocess, labels, imageSize, colorMode, interpolation string
	threads                                                          int
	precision                                                        precision
}

func (s *modelSettings) bind(flags *pflag.FlagSet) {
	flags.IntVar(&s.threads, "threads", 0, "threads to compute with, `N`; 0 takes all that the machine or its container grants")
	bindPrecision(flags, &s.precision, "mixed_bfloat16 multiplies numbers of 8 bits precision, for processors with AVX512_BF16")
	section(flags, "What the file of another program lacks", func(flags *pflag.FlagSet) {
		flags.StringVar(&s.rescale, "rescale", "", "`FACTOR` that values of 0 to 255 are multiplied by, mostly 1/255; 1 leaves them")
		flags.StringVar(&s.preprocess, "preprocess", "", "the arithmetic of a pretrained network instead of --rescale, as `MODE`: caffe (VGG, ResNet), tf (Inception, MobileNet) or torch (DenseNet)")
		flags.StringVar(&s.labels, "labels", "", "`FILE` with the class names: a line each, or JSON (a list, Keras' class_indices or its ImageNet class index)")
		flags.StringVar(&s.imageSize, "image-size", "", "`PIXELS` that pictures are brought to, one number or HEIGHTxWIDTH; else the model's input")
		flags.StringVar(&s.colorMode, "color-mode", "", "`MODE` rgb, grayscale or rgba; else by the model's input")
		flags.StringVar(&s.interpolation, "interpolation", "", "how pictures are resized, as `NAME`: nearest (Keras' generators), bilinear (the default here), bicubic, box, hamming or lanczos")
	})
}

// load reads a model and completes what its file lacks.
func (s *modelSettings) load(path string, flags *pflag.FlagSet, options lince.LoadOptions) (*lince.Model, error) {
	return s.complete(path, flags, func() (*lince.Model, error) { return lince.LoadWith(path, options) })
}

// complete makes a model and adds what it lacks.
func (s *modelSettings) complete(path string, flags *pflag.FlagSet, open func() (*lince.Model, error)) (*lince.Model, error) {
	engine, err := newEngine(s.threads, s.precision)
	if err != nil {
		return nil, err
	}
	return s.equip(path, flags, engine, open)
}

// equip is complete for an engine that several models share.
func (s *modelSettings) equip(path string, flags *pflag.FlagSet, engine backend.Backend, open func() (*lince.Model, error)) (*lince.Model, error) {
	model, err := open()
	if err != nil {
		return nil, err
	}
	if err := model.Use(engine); err != nil {
		return nil, err
	}
	if s.labels != "" {
		if model.Classes, err = readLabels(s.labels); err != nil {
			return nil, err
		}
	}
	p, err := s.preprocessing(path, model, flags)
	if err != nil {
		return nil, err
	}
	model.Preprocessing = &p
	return model, nil
}

// preprocessing returns the file's own, changed by the flags; for a foreign
// file it begins with the shape of the model's input.
func (s *modelSettings) preprocessing(path string, model *lince.Model, flags *pflag.FlagSet) (p images.Preprocessing, err error) {
	if model.Preprocessing != nil {
		p = *model.Preprocessing
	} else if p, err = s.fromInput(path, model); err != nil {
		return p, err
	}
	var errs []error
	set := func(flag string, apply func() error) {
		if !flags.Changed(flag) {
			return
		}
		if err := apply(); err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", flag, err))
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

// fromInput returns what the shape of a foreign model's input tells of its
// pictures.
func (s *modelSettings) fromInput(path string, model *lince.Model) (p images.Preprocessing, err error) {
	input, _ := model.Inputs()[0].Instance().Layer().(layers.Input)
	if len(model.Inputs()) != 1 || len(input.Shape) != 3 {
		return p, fmt.Errorf("%s takes no pictures: its input is %v, expected height, width and channels", path, input.Shape)
	}
	if s.rescale == "" && s.preprocess == "" {
		return p, usageError{fmt.Errorf("%s does not say how its pictures are scaled: give --rescale 1/255, --preprocess caffe|tf|torch, or --rescale 1 for raw values", path)}
	}
	height, width, channels := input.Shape[0], input.Shape[1], input.Shape[2]
	if s.imageSize == "" && (height < 1 || width < 1) {
		return p, usageError{fmt.Errorf("%s takes pictures of any size: give the one it was trained with as --image-size", path)}
	}
	if height > 0 && width > 0 {
		p.TargetSize = images.Size{Height: height, Width: width}
	}
	modes := map[int]images.ColorMode{1: images.Grayscale, 4: images.RGBA}
	p.ColorMode = modes[channels]
	return p, nil
}

// classOutputs returns how many outputs, one per class or a single one for
// two, the model ends in.
func classOutputs(model *lince.Model, file string) (int, error) {
	shape := model.OutputShape()
	if len(shape) != 2 || shape[1] < 1 {
		return 0, fmt.Errorf("%s is no classification: its output is %v, expected (batch, classes)", file, shape)
	}
	return shape[1], nil
}

// prepareLoss compiles a model whose file does not say how it was trained with
// the loss that its output asks for, and returns the form of target that its
// loss takes.
func prepareLoss(model *lince.Model, file string, outputs int) (images.ClassMode, error) {
	if outputs == 1 {
		if model.Compiled() {
			return images.Binary, nil
		}
		return images.Binary, compileMeasuring(model, losses.BinaryCrossentropy{})
	}
	if !model.Compiled() {
		return images.Categorical, compileMeasuring(model, losses.CategoricalCrossentropy{})
	}
	if sparse, err := trainedSparse(file); err != nil || sparse {
		return images.Sparse, err
	}
	return images.Categorical, nil
}

func compileMeasuring(model *lince.Model, loss losses.Loss) error {
	return model.Compile(lince.Training{Loss: loss, Metrics: []metrics.Metric{metrics.Accuracy{}}})
}

// trainedSparse reports whether the loss in a model's file takes the numbers
// of the classes as targets.
func trainedSparse(path string) (bool, error) {
	file, err := keras.Open(path)
	if err != nil {
		return false, err
	}
	settings, _ := file.Config["compile_config"].(map[string]any)
	if settings == nil {
		settings = file.Training
	}
	loss, err := losses.Decode(config.NewReader(config.Object{Config: settings}).Object("loss"))
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	_, sparse := loss.(losses.SparseCategoricalCrossentropy)
	return sparse, nil
}
