package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/images"
)

// trainSettings are all that a run was told: flags, and the file beside the
// model that is enough to repeat it.
type trainSettings struct {
	Version string `json:"version"`
	Folder  string `json:"folder"`
	Out     string `json:"out"`

	Validation      string  `json:"validation,omitempty"`
	ValidationSplit float64 `json:"validation_split"`

	Epochs       int      `json:"epochs"`
	Batch        int      `json:"batch"`
	Seed         uint64   `json:"seed"`
	Optimizer    string   `json:"optimizer"`
	LearningRate float64  `json:"learning_rate"`
	Momentum     float64  `json:"momentum,omitempty"`
	WeightDecay  *float64 `json:"weight_decay,omitempty"`
	ClassWeights string   `json:"class_weights,omitempty"`
	Patience     int      `json:"patience,omitempty"`
	TensorBoard  string   `json:"tensorboard,omitempty"`
	BackupEvery  int      `json:"backup_every,omitempty"`
	Threads      int      `json:"threads,omitempty"`

	Precision precision `json:"precision,omitempty"`

	ImageSize       string `json:"image_size"`
	ColorMode       string `json:"color_mode"`
	Interpolation   string `json:"interpolation"`
	KeepAspectRatio bool   `json:"keep_aspect_ratio"`
	Rescale         string `json:"rescale"`
	Strict          bool   `json:"strict"`
	KerasCompat     bool   `json:"keras_compat"`
	CacheLimit      string `json:"cache_limit"`

	baseSettings
	finetuneSettings
	Augment augmentSettings `json:"augment"`
	picturesDigest

	// What belongs to one call and not to the run.
	resume, anew, json, sized bool
	from                      string
	live                      watchSettings
	// prepared is how the network that is gone on with takes its pictures;
	// nil for one that is new.
	prepared *images.Preprocessing
}

// balanced is what --class-weights may be.
const balanced = "balanced"

// bind makes the settings flags, each with its unit, range and default.
func (s *trainSettings) bind(flags *pflag.FlagSet) {
	section(flags, "Run", s.bindRun)
	section(flags, "Learning", func(flags *pflag.FlagSet) { s.bindLearning(flags, 15, 1e-4) })
	section(flags, "A pretrained base", s.baseSettings.bind)
	section(flags, "Pictures", func(flags *pflag.FlagSet) {
		s.bindPictures(flags)
		s.bindReading(flags)
	})
	section(flags, "Augmentation of training pictures", s.Augment.bind)
}

func (s *trainSettings) bindRun(flags *pflag.FlagSet) {
	flags.StringVar(&s.Out, "out", "model.keras", "`FILE` to save the model to, ending in .keras; the other files of the run lie beside it")
	flags.StringVar(&s.Validation, "validation", "", "`FOLDER` of pictures, with the same classes, to validate on after every epoch; never trained on")
	flags.Float64Var(&s.ValidationSplit, "validation-split", 0.2, "`FRACTION` of each class held back for validation when no --validation is given, 0 (none) to below 1")
	flags.BoolVar(&s.resume, "resume", false, "go on where an interrupted run with the same settings stopped; --epochs may be another")
	flags.BoolVar(&s.anew, "anew", false, "give up an interrupted run of the same name and begin at the start")
	flags.StringVar(&s.from, "settings", "", "`FILE` NAME.settings.json of an earlier run to repeat; flags given beside it count more. Its paths begin where the command runs")
	flags.IntVar(&s.BackupEvery, "backup-every", 0, "`BATCHES` between two backups, for long epochs on machines that may fail; 0 backs up after every epoch")
	flags.StringVar(&s.TensorBoard, "tensorboard", "", "`FOLDER` to write event files for TensorBoard to")
	s.live.bindTraining(flags)
	flags.IntVar(&s.Threads, "threads", 0, "threads to compute with, `N`; 0 takes all that the machine or its container grants. The result is the same")
	bindPrecision(flags, &s.Precision, "mixed_bfloat16 multiplies numbers of 8 bits precision where that is faster, and keeps everything else, the weights and their gradients too, in float32. It needs a processor with AVX512_BF16")
	flags.BoolVar(&s.json, "json", false, "print the result as JSON on standard output, and the progress on standard error")
}

// bindNetwork makes flags of what a network is and how it learns, not of a run
// and what it leaves.
func (s *trainSettings) bindNetwork(flags *pflag.FlagSet) {
	s.Epochs, s.LearningRate = 1, 1e-4 // unused, but checked
	section(flags, "Learning", s.bindOptimizer)
	section(flags, "A pretrained base", s.baseSettings.bind)
	section(flags, "Pictures", func(flags *pflag.FlagSet) {
		s.bindPictures(flags)
		s.bindReading(flags)
		flags.IntVar(&s.Threads, "threads", 0, "threads to compute with, `N`; 0 takes all that the machine or its container grants")
	})
	section(flags, "Augmentation of training pictures", s.Augment.bind)
}

// bindLearning takes the defaults of epochs and rate.
func (s *trainSettings) bindLearning(flags *pflag.FlagSet, epochs int, rate float64) {
	flags.IntVar(&s.Epochs, "epochs", epochs, "how often every picture is seen, `N` from 1; more while both losses fall, fewer (or --patience) when the validation loss rises")
	flags.Float64Var(&s.LearningRate, "learning-rate", rate, "size of the steps, `RATE` above 0; smaller when the loss jumps about, larger when it hardly falls. sgd wants about 0.01; lince lr-find suggests one")
	s.bindOptimizer(flags)
	flags.StringVar(&s.ClassWeights, "class-weights", "", "`KIND` balanced counts every class alike however many pictures it has; use it when some have far fewer")
	flags.IntVar(&s.Patience, "patience", 0, "stop after so many `EPOCHS` without a lower validation loss and keep the best weights; 0 never stops, 5 is common")
}

// bindOptimizer makes flags of how steps are made.
func (s *trainSettings) bindOptimizer(flags *pflag.FlagSet) {
	flags.IntVar(&s.Batch, "batch", 20, "`PICTURES` per step, from 1; larger is faster and needs more memory and often a larger --learning-rate")
	flags.Uint64Var(&s.Seed, "seed", 0, "`NUMBER` that everything random comes from; equal seeds give equal runs, others show how much is chance")
	flags.StringVar(&s.Optimizer, "optimizer", "rmsprop", "`NAME` of the optimiser: "+strings.Join(optimizerNames(), ", ")+"; adam learns faster at first")
	flags.Float64Var(&s.Momentum, "momentum", 0, "`FRACTION` of the last step that the next one keeps, 0 to below 1, for sgd and rmsprop; 0.9 helps sgd")
	flags.Var(optional{&s.WeightDecay}, "weight-decay", "`RATE` at which weights shrink, per unit of learning rate, from 0; against overfitting, try 0.004. Without it only adamw's shrink, at 0.004")
}

func (s *trainSettings) bindPictures(flags *pflag.FlagSet) {
	flags.StringVar(&s.ImageSize, "image-size", "150", "`PIXELS` that pictures are brought to: one number for a square, or HEIGHTxWIDTH; more shows details and takes longer")
	flags.StringVar(&s.ColorMode, "color-mode", "rgb", "`MODE` rgb, grayscale (where colours mean nothing) or rgba")
	flags.StringVar(&s.Interpolation, "interpolation", "bilinear", "how pictures are resized, as `NAME`: nearest, bilinear, bicubic, box, hamming or lanczos")
	flags.BoolVar(&s.KeepAspectRatio, "keep-aspect-ratio", false, "cut the middle out instead of stretching")
	flags.StringVar(&s.Rescale, "rescale", "1/255", "`FACTOR` that values of 0 to 255 are multiplied by, as a fraction or decimal; 1 leaves them")
}

// bindReading makes flags of how files are read, whatever the network.
func (s *trainSettings) bindReading(flags *pflag.FlagSet) {
	flags.BoolVar(&s.Strict, "strict", false, "refuse to start when a picture cannot be read, instead of leaving it out")
	flags.BoolVar(&s.KerasCompat, "keras-compat", false, "reproduce Keras' ImageDataGenerator bit for bit, its mistakes included; only to compare")
	flags.StringVar(&s.CacheLimit, "cache-limit", "2GB", "disk space for decoded pictures that do not fit in memory, as `SIZE` 500MB or 2GB; 0 writes nothing to disk")
}

// complete makes the settings of a command line whole: the file of --settings
// lies underneath the flags.
func (s *trainSettings) complete(flags *pflag.FlagSet, args []string) error {
	if s.from != "" {
		if err := underneath(flags, func() error { return s.read(s.from) }); err != nil {
			return err
		}
	}
	if err := s.Augment.resolve(flags); err != nil {
		return usageError{err}
	}
	s.sized = flags.Changed("image-size")
	if s.Model != "" {
		return usageError{fmt.Errorf("--settings %s are those of lince finetune", s.from)}
	}
	if err := s.baseSettings.validate(flags); err != nil {
		return usageError{err}
	}
	if err := s.adopt(flags); err != nil {
		return usageError{err}
	}
	if len(args) > 0 {
		s.Folder = args[0]
	}
	if err := s.validate(); err != nil {
		return usageError{err}
	}
	return nil
}

func (s *trainSettings) validate() error {
	switch {
	case s.Folder == "":
		return errors.New("train takes FOLDER, the pictures to train on, but nothing is given; see lince train --help")
	case s.Epochs < 1:
		return fmt.Errorf("--epochs %d, expected at least 1", s.Epochs)
	case s.Batch < 1:
		return fmt.Errorf("--batch %d, expected at least 1", s.Batch)
	case !(s.LearningRate > 0) || math.IsInf(s.LearningRate, 0):
		return fmt.Errorf("--learning-rate %v, expected a number above 0", s.LearningRate)
	case !(s.Momentum >= 0 && s.Momentum < 1):
		return fmt.Errorf("--momentum %v, expected from 0 to below 1", s.Momentum)
	case !(s.ValidationSplit >= 0 && s.ValidationSplit < 1):
		return fmt.Errorf("--validation-split %v, expected from 0 to below 1", s.ValidationSplit)
	case !(s.Augment.FillValue >= 0 && s.Augment.FillValue <= 255):
		return fmt.Errorf("--cval %v, expected from 0 to 255", s.Augment.FillValue)
	case s.Patience < 0 || s.BackupEvery < 0 || s.Threads < 0:
		return fmt.Errorf("--patience %d, --backup-every %d and --threads %d must not be negative", s.Patience, s.BackupEvery, s.Threads)
	case strings.ToLower(filepath.Ext(s.Out)) != ".keras":
		return fmt.Errorf("--out %s must end in .keras", s.Out)
	case s.ClassWeights != "" && s.ClassWeights != balanced:
		return fmt.Errorf("--class-weights %q, expected %s", s.ClassWeights, balanced)
	case s.Patience > 0 && s.Validation == "" && s.ValidationSplit == 0:
		return errors.New("--patience needs validation: give --validation FOLDER or a --validation-split")
	case s.resume && s.anew:
		return errors.New("--resume goes on and --anew begins at the start; give one of them")
	}
	if _, err := s.optimizer(); err != nil {
		return err
	}
	_, _, err := s.flow()
	return err
}
