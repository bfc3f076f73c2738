package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/transfer"
)

// baseSettings say what pretrained network a classifier is put on.
type baseSettings struct {
	Base    string  `json:"base,omitempty"`
	Weights string  `json:"weights,omitempty"`
	Alpha   float64 `json:"alpha,omitempty"`
	Cut     string  `json:"cut,omitempty"`
	Pool    string  `json:"pool,omitempty"`
	Head    int     `json:"head,omitempty"`
	Dropout float64 `json:"dropout,omitempty"`
	weightsMatching
	Passes  int  `json:"feature_passes,omitempty"`
	NoCache bool `json:"no_feature_cache,omitempty"`
}

// unscaled is the --rescale that leaves scaling to the base's own arithmetic.
const unscaled = "1"

// noWeights is --weights of a base that is trained from the start.
const noWeights = "none"

// The ways in which features meet the head.
const (
	poolAverage = "avg"
	poolMaximum = "max"
	poolFlatten = "flatten"
)

func (b *baseSettings) bind(flags *pflag.FlagSet) {
	flags.StringVar(&b.Base, "base", "", "`NETWORK` that has learnt from other pictures, such as mobilenet_v2 or inception_v3 (lince models lists them): it stays as it is, and a classifier learns on what it makes of the pictures. The way to go with few pictures")
	flags.StringVar(&b.Weights, "weights", applications.ImageNet, "weights of --base: imagenet fetches the published ones, `FILE` is read (.h5, .weights.h5, .keras, .safetensors), none begins at random and trains all layers")
	b.weightsMatching.bind(flags)
	flags.Float64Var(&b.Alpha, "alpha", 0, "`FACTOR` of the width of --base, for those that have several; 0 for 1. Smaller is faster and less sure")
	flags.StringVar(&b.Cut, "cut", "", "`LAYER` of --base whose result the classifier takes; its last when empty. An earlier one suits pictures that are unlike photos")
	flags.StringVar(&b.Pool, "pool", "", "how the features meet the classifier, as `KIND`: avg (mean of each channel), max or flatten (all of them); avg, with --cut flatten")
	flags.IntVar(&b.Head, "head", 0, "`UNITS` of a hidden layer before the classes; 0 for none. 128 to 1024 where the pictures are unlike those of --base")
	flags.Float64Var(&b.Dropout, "dropout", 0.2, "`FRACTION` of what the classifier takes that is left out at random in training, 0 to below 1; more against overfitting")
	flags.IntVar(&b.Passes, "feature-passes", 0, "with augmentation: compute what --base makes of so many augmented `EPOCHS` and take those in turns; 0 computes every epoch anew, which is slower and a little better")
	flags.BoolVar(&b.NoCache, "no-feature-cache", false, "compute what --base makes of the pictures in every epoch, and keep nothing")
}

func (b *baseSettings) validate(flags *pflag.FlagSet) error {
	if b.Base == "" {
		for _, name := range []string{"weights", "by-name", "skip-mismatch", "alpha", "cut", "pool", "head", "dropout", "feature-passes", "no-feature-cache"} {
			if flags.Changed(name) {
				return fmt.Errorf("--%s goes with --base, the network to put a classifier on", name)
			}
		}
		return nil
	}
	if _, err := applications.ByName(b.Base); err != nil {
		return fmt.Errorf("--base: %w", err)
	}
	switch {
	case !slices.Contains([]string{"", poolAverage, poolMaximum, poolFlatten}, b.Pool):
		return fmt.Errorf("--pool %q, expected avg, max or flatten", b.Pool)
	case b.Head < 0 || b.Passes < 0:
		return fmt.Errorf("--head %d and --feature-passes %d must not be negative", b.Head, b.Passes)
	case !(b.Dropout >= 0 && b.Dropout < 1):
		return fmt.Errorf("--dropout %v, expected from 0 to below 1", b.Dropout)
	case !(b.Alpha >= 0):
		return fmt.Errorf("--alpha %v, expected a factor above 0", b.Alpha)
	}
	return nil
}

// adopt sets what the base decides unless flags do: the size of pictures,
// their arithmetic and the learning rate of a classifier.
func (s *trainSettings) adopt(flags *pflag.FlagSet) error {
	if s.Base == "" {
		return nil
	}
	network, err := applications.ByName(s.Base)
	if err != nil {
		return fmt.Errorf("--base: %w", err)
	}
	manifest, err := network.Manifest()
	if err != nil {
		return err
	}
	given := func(name string) bool { return flags.Changed(name) || s.from != "" }
	if !given("image-size") {
		s.ImageSize = fmt.Sprint(manifest.Size)
	}
	if !given("rescale") {
		s.Rescale = unscaled
	}
	if !given("learning-rate") {
		s.LearningRate = 1e-3
	}
	if s.Pool == "" {
		if s.Pool = poolAverage; s.Cut != "" {
			s.Pool = poolFlatten
		}
	}
	return nil
}

// fetchWeights returns where published weights lie, fetching them if need be.
func (t *training) fetchWeights(ctx context.Context, file applications.WeightFile) (string, error) {
	return fetchesOr(newFetcher(t.screen), fileInstead)(ctx, file)
}

// buildBase builds the base, frozen if it has learnt.
func (t *training) buildBase(ctx context.Context) error {
	s := t.settings
	network, err := applications.ByName(s.Base)
	if err != nil {
		return err
	}
	size, err := parseSize(s.ImageSize)
	if err != nil {
		return err
	}
	color, err := images.ParseColorMode(s.ColorMode)
	if err != nil {
		return err
	}
	weights := s.Weights
	if weights == noWeights {
		weights = ""
	}
	t.base, err = s.weightsMatching.network(ctx, network, applications.Options{
		InputShape: []int{size.Height, size.Width, color.Channels()}, NoTop: true, Alpha: s.Alpha, Weights: weights, Fetch: t.fetchWeights,
	}, t.screen)
	if err != nil {
		return err
	}
	if weights != "" {
		t.base.Freeze()
	}
	if s.Cut != "" && t.base.Layer(s.Cut) == nil {
		return usageError{fmt.Errorf("--cut %s: %s has no such layer; lince summary %s --no-top lists them", s.Cut, s.Base, s.Base)}
	}
	return s.prepareForBase(*t.base.Preprocessing)
}

// prepareForBase prepares pictures as the base takes them, with what flags
// say of their size and shape.
func (s *trainSettings) prepareForBase(p images.Preprocessing) (err error) {
	if p.Interpolation, err = images.ParseInterpolation(s.Interpolation); err != nil {
		return err
	}
	if s.KeepAspectRatio {
		p.Aspect = images.Crop
	}
	if s.Rescale != unscaled {
		if p.Rescale, err = images.ParseRescale(s.Rescale); err != nil {
			return err
		}
	}
	p.KerasCompat = s.KerasCompat
	s.prepared = &p
	return p.Validate()
}

// onBase puts the classifier on the base.
func (t *training) onBase() (*lince.Model, error) {
	s := t.settings
	features := t.base.Outputs()[0]
	if s.Cut != "" {
		features = t.base.Layer(s.Cut).Output()
	}
	return lince.NewModel(t.base.Inputs(), lince.Outputs(s.classifier(features, t.data.train.Classes())))
}

// classifier tells classes apart by a base's features.
func (b *baseSettings) classifier(x layers.Value, classes int) layers.Value {
	switch b.Pool {
	case poolMaximum:
		x = layers.Apply(layers.GlobalMaxPooling2D{Name: "features"}, x)
	case poolFlatten:
		x = layers.Apply(layers.Flatten{Name: "features"}, x)
	default:
		x = layers.Apply(layers.GlobalAveragePooling2D{Name: "features"}, x)
	}
	if b.Head > 0 {
		x = layers.Apply(layers.Dense{Units: b.Head, Activation: activations.ReLU, Name: "head"}, x)
	}
	if b.Dropout > 0 {
		x = layers.Apply(layers.Dropout{Rate: b.Dropout, Name: "head_dropout"}, x)
	}
	if classes == 2 {
		return layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid, Name: "classes"}, x)
	}
	return layers.Apply(layers.Dense{Units: classes, Activation: activations.Softmax, Name: "classes"}, x)
}

// prepareFeatures computes what the frozen part makes of the pictures, where
// that can be done once, and sets what learns and what it learns from.
func (t *training) prepareFeatures(ctx context.Context) error {
	s := t.settings
	augmented := s.Augment.augments()
	if s.Base == "" && s.Model == "" || s.NoCache || augmented && s.Passes == 0 || t.data.train.Filepaths() == nil {
		return nil
	}
	base, head, err := transfer.Split(t.model)
	if errors.Is(err, transfer.ErrNotFrozen) {
		return nil
	}
	if err != nil {
		return err
	}
	keep := transfer.Features{Dir: transfer.DefaultDir(), Seed: s.Seed}
	if augmented {
		keep.Passes = s.Passes
	}
	if fits, err := t.fits(base, max(keep.Passes, 1)); err != nil || !fits {
		return err
	}
	t.base, t.learner = base, head
	if t.source, err = t.features(ctx, keep, t.data.train, "training"); err != nil || t.data.validation == nil {
		return err
	}
	keep.Passes, keep.NoShuffle = 1, true
	t.validation, err = t.features(ctx, keep, t.data.validation, "validation")
	return err
}

// fits reports whether features are few enough to be kept: within the limit
// of the cache.
func (t *training) fits(base *lince.Model, passes int) (bool, error) {
	limit, err := parseBytes(t.settings.CacheLimit)
	if err != nil {
		return false, err
	}
	width, err := base.OutputShape()[1:].Elements()
	if err != nil {
		return false, err
	}
	samples := passes * t.data.train.Samples()
	if t.data.validation != nil {
		samples += t.data.validation.Samples()
	}
	return int64(samples)*int64(width)*4 <= limit, nil
}

// features computes the features of pictures or finds those of an earlier run.
func (t *training) features(ctx context.Context, keep transfer.Features, pictures *images.Pictures, which string) (data.Source, error) {
	var err error
	if keep.Key, err = transfer.Key(ctx, t.base, pictures, t.settings.Augment, keep.Passes, t.settings.Seed); err != nil {
		return nil, err
	}
	keep.Progress = countingProgress(t.screen, "features of "+which+" pictures")
	begun := time.Now()
	computed, err := keep.Compute(ctx, t.base, pictures)
	if err != nil {
		return nil, err
	}
	t.closers = append(t.closers, computed)
	if err := computed.Unkept(); err != nil {
		t.say("the features of %s pictures are not kept for other runs: %v", which, err)
	}
	spec := computed.Spec()
	width, err := spec.Inputs[0].Elements()
	if err != nil {
		return nil, err
	}
	t.say("features of %d %s pictures, %d numbers each: %.1f s", spec.Samples, which, width, time.Since(begun).Seconds())
	return computed, nil
}

// network says what is trained.
func (s *trainSettings) network() string {
	b := s.baseSettings
	switch {
	case s.Model != "" && s.From != "":
		return fmt.Sprintf("%s, unfrozen from %s on", s.Model, s.From)
	case s.Model != "":
		return s.Model + ", all layers unfrozen"
	case b.Base == "":
		return "the example CNN"
	}
	text := b.Base
	if b.Cut != "" {
		text += " up to " + b.Cut
	}
	text += " (" + map[string]string{poolAverage: "averaged", poolMaximum: "its maxima", poolFlatten: "flattened"}[b.Pool]
	if b.Head > 0 {
		text += fmt.Sprintf(", %d units", b.Head)
	}
	return text + ")"
}
