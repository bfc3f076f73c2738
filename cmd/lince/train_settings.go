package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/optimizers"
)

// trainSettings are all that a run was told: flags, and the file beside the
// model that is enough to repeat it.
type trainSettings struct {
	Version string `json:"version"`
	Folder  string `json:"folder"`

	Validation      string  `json:"validation,omitempty"`
	ValidationSplit float64 `json:"validation_split"`
	Out             string  `json:"out"`
	Resume          bool    `json:"-"`
	JSON            bool    `json:"-"`
	Threads         int     `json:"threads,omitempty"`

	ImageSize       string `json:"image_size"`
	ColorMode       string `json:"color_mode"`
	Interpolation   string `json:"interpolation"`
	KeepAspectRatio bool   `json:"keep_aspect_ratio"`
	Rescale         string `json:"rescale"`
	Strict          bool   `json:"strict"`
	KerasCompat     bool   `json:"keras_compat"`
	CacheLimit      string `json:"cache_limit"`

	Epochs       int     `json:"epochs"`
	Batch        int     `json:"batch"`
	Seed         uint64  `json:"seed"`
	Optimizer    string  `json:"optimizer"`
	LearningRate float64 `json:"learning_rate"`
	Momentum     float64 `json:"momentum,omitempty"`
	WeightDecay  float64 `json:"weight_decay,omitempty"`
	ClassWeights string  `json:"class_weights,omitempty"`
	Patience     int     `json:"patience,omitempty"`
	TensorBoard  string  `json:"tensorboard,omitempty"`
	BackupEvery  int     `json:"backup_every,omitempty"`

	Augment augmentSettings `json:"augment"`
}

// bind makes the settings flags, each with its unit, range and default.
func (s *trainSettings) bind(flags *pflag.FlagSet) {
	s.Version = version()
	flags.StringVar(&s.Validation, "validation", "", "folder of pictures to validate on after every epoch; they are never trained on")
	flags.Float64Var(&s.ValidationSplit, "validation-split", 0.2, "fraction of each class held back for validation when no --validation is given, 0 to below 1")
	flags.StringVar(&s.Out, "out", "model.keras", "file to save the model to; the other files of the run lie beside it")
	flags.BoolVar(&s.Resume, "resume", false, "go on where an interrupted run with the same settings stopped")
	flags.BoolVar(&s.JSON, "json", false, "print the result as JSON on standard output")
	flags.IntVar(&s.Threads, "threads", 0, "threads to compute with; 0 takes all that the machine or its container grants")
	s.bindPictures(flags)
	flags.IntVar(&s.Epochs, "epochs", 15, "how often every picture is seen; more when both losses still fall, fewer (or --patience) when the validation loss rises")
	flags.IntVar(&s.Batch, "batch", 20, "pictures per step; larger is faster and needs more memory")
	flags.Uint64Var(&s.Seed, "seed", 0, "number that everything random comes from; equal seeds give equal runs")
	flags.StringVar(&s.Optimizer, "optimizer", "rmsprop", "sgd, rmsprop, adam, adamw, adagrad, adadelta, adamax or nadam")
	flags.Float64Var(&s.LearningRate, "learning-rate", 1e-4, "size of the steps; smaller when the loss jumps about, larger when it hardly falls")
	flags.Float64Var(&s.Momentum, "momentum", 0, "how much of the last step the next one keeps, 0 to below 1; for sgd and rmsprop")
	flags.Float64Var(&s.WeightDecay, "weight-decay", 0, "how fast unused weights shrink, per unit of learning rate; against overfitting")
	flags.StringVar(&s.ClassWeights, "class-weights", "", "balanced counts every class alike however many pictures it has")
	flags.IntVar(&s.Patience, "patience", 0, "stop after so many epochs without a lower validation loss and keep the best weights; 0 never stops")
	flags.StringVar(&s.TensorBoard, "tensorboard", "", "folder to write TensorBoard event files to")
	flags.IntVar(&s.BackupEvery, "backup-every", 0, "batches between two backups for --resume; 0 backs up after every epoch")
	s.Augment.bind(flags)
}

func (s *trainSettings) bindPictures(flags *pflag.FlagSet) {
	flags.StringVar(&s.ImageSize, "image-size", "150", "pixels that pictures are brought to: one number for a square, or HEIGHTxWIDTH")
	flags.StringVar(&s.ColorMode, "color-mode", "rgb", "rgb, grayscale or rgba")
	flags.StringVar(&s.Interpolation, "interpolation", "bilinear", "how pictures are resized: nearest, bilinear, bicubic, box, hamming or lanczos")
	flags.BoolVar(&s.KeepAspectRatio, "keep-aspect-ratio", false, "cut the middle out instead of stretching")
	flags.StringVar(&s.Rescale, "rescale", "1/255", "factor that pixel values are multiplied by")
	flags.BoolVar(&s.Strict, "strict", false, "refuse to start when a picture cannot be read, instead of leaving it out")
	flags.BoolVar(&s.KerasCompat, "keras-compat", false, "reproduce Keras' ImageDataGenerator bit for bit, its mistakes included")
	flags.StringVar(&s.CacheLimit, "cache-limit", "2GB", "disk space for decoded pictures that do not fit in memory; 0 for none")
}

func (s *trainSettings) validate() error {
	switch {
	case s.Epochs < 1:
		return fmt.Errorf("--epochs %d, expected at least 1", s.Epochs)
	case s.Batch < 1:
		return fmt.Errorf("--batch %d, expected at least 1", s.Batch)
	case !(s.LearningRate > 0) || math.IsInf(s.LearningRate, 0):
		return fmt.Errorf("--learning-rate %v, expected a number above 0", s.LearningRate)
	case !(s.ValidationSplit >= 0 && s.ValidationSplit < 1):
		return fmt.Errorf("--validation-split %v, expected from 0 to below 1", s.ValidationSplit)
	case filepath.Ext(s.Out) != ".keras":
		return fmt.Errorf("--out %s must end in .keras", s.Out)
	case s.ClassWeights != "" && s.ClassWeights != "balanced":
		return fmt.Errorf("--class-weights %q, expected balanced", s.ClassWeights)
	case s.Patience > 0 && s.Validation == "" && s.ValidationSplit == 0:
		return errors.New("--patience needs validation: give --validation FOLDER or a --validation-split")
	}
	if _, err := s.optimizer(); err != nil {
		return err
	}
	_, _, err := s.flow()
	return err
}

func (s *trainSettings) optimizer() (optimizers.Optimizer, error) {
	var options optimizers.Options
	if s.WeightDecay != 0 {
		options.WeightDecay = &s.WeightDecay
	}
	rate := s.LearningRate
	if s.Momentum != 0 && s.Optimizer != "sgd" && s.Optimizer != "rmsprop" {
		return nil, fmt.Errorf("--momentum is for sgd and rmsprop, not for %s", s.Optimizer)
	}
	switch strings.ToLower(s.Optimizer) {
	case "sgd":
		return optimizers.SGD{LearningRate: rate, Momentum: s.Momentum, Options: options}, nil
	case "rmsprop":
		return optimizers.RMSprop{LearningRate: rate, Momentum: s.Momentum, Options: options}, nil
	case "adam":
		return optimizers.Adam{LearningRate: rate, Options: options}, nil
	case "adamw":
		return optimizers.AdamW{LearningRate: rate, Options: options}, nil
	case "adagrad":
		return optimizers.Adagrad{LearningRate: rate, Options: options}, nil
	case "adadelta":
		return optimizers.Adadelta{LearningRate: rate, Options: options}, nil
	case "adamax":
		return optimizers.Adamax{LearningRate: rate, Options: options}, nil
	case "nadam":
		return optimizers.Nadam{LearningRate: rate, Options: options}, nil
	}
	return nil, fmt.Errorf("--optimizer %q, expected sgd, rmsprop, adam, adamw, adagrad, adadelta, adamax or nadam", s.Optimizer)
}

// flow returns the generator that augments, and how its pictures flow.
func (s *trainSettings) flow() (images.Generator, images.Flow, error) {
	generator, err := s.Augment.generator()
	if err != nil {
		return generator, images.Flow{}, err
	}
	flow := images.Flow{
		BatchSize: s.Batch, Seed: s.Seed, KeepAspectRatio: s.KeepAspectRatio, Strict: s.Strict, SeededSplit: true,
	}
	generator.KerasCompat = s.KerasCompat
	var errs [5]error
	generator.Rescale, errs[0] = images.ParseRescale(s.Rescale)
	flow.TargetSize, errs[1] = parseSize(s.ImageSize)
	flow.ColorMode, errs[2] = images.ParseColorMode(s.ColorMode)
	flow.Interpolation, errs[3] = images.ParseInterpolation(s.Interpolation)
	flow.Cache, errs[4] = pictureCache(s.CacheLimit)
	return generator, flow, errors.Join(errs[:]...)
}

// parseSize reads 150 or HEIGHTxWIDTH.
func parseSize(text string) (images.Size, error) {
	height, width, found := strings.Cut(text, "x")
	if !found {
		width = height
	}
	h, err := strconv.Atoi(height)
	w, err2 := strconv.Atoi(width)
	if err != nil || err2 != nil || h < 1 || w < 1 {
		return images.Size{}, fmt.Errorf("--image-size %q, expected a number of pixels or HEIGHTxWIDTH, such as 150 or 120x160", text)
	}
	return images.Size{Height: h, Width: w}, nil
}

// open finds the pictures: folders by class, or MNIST's idx files.
func (s *trainSettings) open(ctx context.Context) (*trainData, error) {
	generator, flow, err := s.flow()
	if err != nil {
		return nil, err
	}
	if images.HasIDX(s.Folder) {
		return s.openIDX(generator, flow)
	}
	d := &trainData{}
	if s.Validation == "" && s.ValidationSplit > 0 {
		generator.ValidationSplit, flow.Subset, d.held = s.ValidationSplit, images.Training, true
	}
	if d.train, err = generator.FlowFromDirectoryContext(ctx, s.Folder, flow); err != nil {
		return nil, err
	}
	folder := s.Validation
	switch {
	case d.held:
		folder, flow.Subset = s.Folder, images.Validation
	case folder == "":
		return d, nil
	}
	flow.NoShuffle = true
	flow.Classes = d.train.ClassNames()
	d.validation, err = generator.Plain().FlowFromDirectoryContext(ctx, folder, flow)
	return d, err
}

// openIDX opens the four files of MNIST; the test part validates.
func (s *trainSettings) openIDX(generator images.Generator, flow images.Flow) (*trainData, error) {
	train, test, err := images.FromIDX(s.Folder)
	if err != nil {
		return nil, err
	}
	d := &trainData{}
	flow.TargetSize, flow.ColorMode = images.Size{}, images.RGB // the files' own
	if d.train, err = generator.Flow(train, flow); err != nil {
		return nil, err
	}
	if test.X == nil {
		return d, nil
	}
	flow.NoShuffle = true
	d.validation, err = generator.Plain().Flow(test, flow)
	return d, err
}

func (s *trainSettings) describe(say func(string, ...any), model *lince.Model) {
	say("pictures %s %s, %s, rescale %s; %s", s.ImageSize, s.ColorMode, s.Interpolation, s.Rescale, s.Augment.describe())
	say("%s, learning rate %g, batch %d, %d epochs, seed %d", s.Optimizer, s.LearningRate, s.Batch, s.Epochs, s.Seed)
	say("%d weights in %d layers", model.Parameters(), len(model.Layers()))
}

func (s *trainSettings) write() error { return writeJSON(s.beside("settings.json"), s) }
