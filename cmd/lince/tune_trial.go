package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/transfer"
	"github.com/lince-ml/lince/tune"
)

// The dimensions of the space.
const (
	rateDimension     = "learning rate"
	headDimension     = "head"
	dropoutDimension  = "dropout"
	cutDimension      = "cut"
	unfreezeDimension = "unfrozen from"
	augmentDimension  = "augmentation"
)

// slower is how many times smaller the learning rate is once layers of the
// base learn, too.
const slower = 20

// trialPasses is how many augmented epochs a trial's features hold.
const trialPasses = 4

// defaultRecipe are the settings of lince train --base.
func defaultRecipe() tune.Settings {
	return tune.Settings{rateDimension: 1e-3, headDimension: 0.0, dropoutDimension: 0.2, cutDimension: "", unfreezeDimension: "", augmentDimension: 0.0}
}

// trialTrainer trains the trials of a search.
type trialTrainer struct {
	settings trainSettings
	// switching is the epoch from which on unfrozen layers learn.
	switching int
	screen    io.Writer
	// trainings are the trials' models, to go on with.
	trainings map[int]*training
}

// space declares what is searched; where to cut and to unfreeze are layers of
// the base that everything passes through. of tells what else decides the scores.
func (r *trialTrainer) space(ctx context.Context) (space tune.Space, of map[string]string, err error) {
	settings := r.settings
	t := training{settings: &settings, screen: r.screen}
	if err := t.buildBase(ctx); err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, t.base.Close()) }()
	pictures, err := settings.open(ctx, nil) // else every trial would find out
	if err != nil {
		return nil, nil, err
	}
	if of, err = settings.searched(ctx, pictures); err != nil {
		return nil, nil, err
	}
	points, err := transfer.CutPoints(t.base)
	if err != nil {
		return nil, nil, err
	}
	cuts, from := []any{""}, []any{""}
	for _, part := range []float64{0.9, 0.75} {
		if at := int(part * float64(len(points))); len(points) > 4 {
			cuts, from = append(cuts, points[at]), append(from, points[at])
		}
	}
	return tune.Space{
		{Name: rateDimension, Low: 2e-4, High: 1e-2, Log: true},
		{Name: headDimension, Choices: []any{0.0, 128.0, 512.0}},
		{Name: dropoutDimension, Choices: []any{0.0, 0.2, 0.5}},
		{Name: cutDimension, Choices: cuts},
		{Name: unfreezeDimension, Choices: from},
		{Name: augmentDimension, Choices: []any{0.0, 0.5, 1.0}},
	}, of, nil
}

// searched tells what decides the scores of a search beside its space.
func (s *trainSettings) searched(ctx context.Context, pictures *trainData) (map[string]string, error) {
	training, err := pictures.train.Digest(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"base": s.Base, "weights": s.Weights, "alpha": format(s.Alpha), "optimizer": s.Optimizer, "batch": strconv.Itoa(s.Batch),
		"image size": s.ImageSize, "interpolation": s.Interpolation, "validation split": format(s.ValidationSplit), "digest of pictures": training,
	}, nil
}

// train goes on with a trial, from the start if its model is not there any
// more: equal settings give equal trainings.
func (r *trialTrainer) train(ctx context.Context, trial tune.Trial, from, to int) (float64, error) {
	t := r.trainings[trial.Number]
	if t == nil {
		var err error
		if t, err = r.begin(ctx, trial.Settings); err != nil {
			return 0, err
		}
		r.trainings[trial.Number], from = t, 0
	}
	unfrozen := trial.Settings.Text(unfreezeDimension) != ""
	var history *lince.History
	for from < to {
		until := to
		if unfrozen && from < r.switching {
			until = min(to, r.switching)
		}
		if unfrozen && from == r.switching {
			if err := t.unfreezeFrom(ctx, trial.Settings.Text(unfreezeDimension)); err != nil {
				return 0, err
			}
		}
		var err error
		if history, err = t.learner.Fit(ctx, t.source, lince.Fit{InitialEpoch: from, Epochs: until, Validation: t.validation}); err != nil {
			return 0, err
		}
		from = until
	}
	return score(history)
}

// score is the validation accuracy, less so little of the loss that it only
// decides between equal accuracies.
func score(history *lince.History) (float64, error) {
	accuracies, losses := history.Values["val_accuracy"], history.Values["val_loss"]
	if len(accuracies) == 0 || len(losses) == 0 {
		return 0, errors.New("nothing was validated")
	}
	accuracy, loss := accuracies[len(accuracies)-1], losses[len(losses)-1]
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return 0, fmt.Errorf("the validation loss is %v", loss)
	}
	return accuracy - tieBreak*math.Tanh(loss), nil
}

// tieBreak is less than an accuracy can differ by on a million pictures.
const tieBreak = 1e-7

// accuracyOf takes a score's share of the loss out again.
func accuracyOf(score float64) float64 { return math.Round(score*1e6) / 1e6 }

// begin builds a trial's network and computes its features.
func (r *trialTrainer) begin(ctx context.Context, recipe tune.Settings) (*training, error) {
	settings := r.settings
	settings.LearningRate, settings.Dropout = recipe.Number(rateDimension), recipe.Number(dropoutDimension)
	settings.Head, settings.Cut = int(recipe.Number(headDimension)), recipe.Text(cutDimension)
	if settings.Augment = augmentation(recipe.Number(augmentDimension)); settings.Augment.augments() {
		settings.Passes = trialPasses
	}
	t := &training{settings: &settings, screen: io.Discard, log: io.Discard}
	if err := t.buildBase(ctx); err != nil {
		return nil, err
	}
	var err error
	if t.data, err = settings.open(ctx, nil); err != nil {
		return nil, err
	}
	if err := t.build(); err != nil {
		return nil, err
	}
	if err := t.prepareFeatures(ctx); err != nil {
		return nil, errors.Join(err, t.close())
	}
	if t.learner != t.model {
		err = t.compile(t.learner)
	}
	return t, err
}

// augmentation is the default one, weaker or stronger.
func augmentation(strength float64) augmentSettings {
	a := augmentSettings{FillMode: "nearest", InterpolationOrder: 1}
	if strength > 0 {
		a.Rotation, a.WidthShift, a.HeightShift = 40*strength, 0.2*strength, 0.2*strength
		a.Shear, a.Zoom, a.HorizontalFlip = 0.2*strength, 0.2*strength, true
	}
	return a
}

// unfreezeFrom lets the base's upper layers learn, too, slowly; what the rest
// makes of the pictures is computed anew. A layer behind the cut leaves the
// base as it is.
func (t *training) unfreezeFrom(ctx context.Context, layer string) error {
	t.settings.LearningRate /= slower
	if t.model.Layer(layer) != nil {
		if err := unfreezeFrom(t.model, layer, false); err != nil {
			return err
		}
		t.learner, t.source, t.validation = t.model, t.data.train, t.data.validation
		if err := t.prepareFeatures(ctx); err != nil {
			return err
		}
	}
	return t.compile(t.learner)
}

func (r *trialTrainer) close() error {
	var errs []error
	for _, t := range r.trainings {
		errs = append(errs, t.close())
	}
	return errors.Join(errs...)
}

func describeRecipe(s tune.Settings) string {
	parts := []string{fmt.Sprintf("learning rate %.2g", s.Number(rateDimension)), fmt.Sprintf("dropout %g", s.Number(dropoutDimension))}
	if head := s.Number(headDimension); head > 0 {
		parts = append(parts, fmt.Sprintf("head %g", head))
	}
	if cut := s.Text(cutDimension); cut != "" {
		parts = append(parts, "cut "+cut)
	}
	if from := s.Text(unfreezeDimension); from != "" {
		parts = append(parts, "unfrozen from "+from)
	}
	if strength := s.Number(augmentDimension); strength > 0 {
		parts = append(parts, fmt.Sprintf("augmentation %g", strength))
	}
	return strings.Join(parts, ", ")
}

// commands are those that repeat a trial with all pictures of the folder
// but the split. What fine-tuning comes to is kept, since the trial's score is
// that of the last weights.
func (r *trialTrainer) commands(t tune.Trial, epochs int) []string {
	s, recipe := r.settings, t.Settings
	out, first := "best.keras", epochs
	from := recipe.Text(unfreezeDimension)
	if from != "" {
		first = r.switching
	}
	common := []string{"--optimizer", s.Optimizer, "--batch", strconv.Itoa(s.Batch), "--seed", strconv.FormatUint(s.Seed, 10), "--validation-split", format(s.ValidationSplit)}
	if a := augmentation(recipe.Number(augmentDimension)); a.augments() {
		common = append(common, "--rotation-range", format(a.Rotation), "--width-shift-range", format(a.WidthShift), "--height-shift-range", format(a.HeightShift),
			"--shear-range", format(a.Shear), "--zoom-range", format(a.Zoom), "--horizontal-flip", "--feature-passes", strconv.Itoa(trialPasses))
	}
	train := []string{"lince", "train", s.Folder, "--base", s.Base, "--weights", s.Weights, "--image-size", s.ImageSize}
	if s.Alpha != 0 {
		train = append(train, "--alpha", format(s.Alpha))
	}
	if cut := recipe.Text(cutDimension); cut != "" {
		train = append(train, "--cut", cut, "--pool", poolAverage)
	}
	train = append(train, "--head", format(recipe.Number(headDimension)), "--dropout", format(recipe.Number(dropoutDimension)),
		"--learning-rate", format(recipe.Number(rateDimension)), "--epochs", strconv.Itoa(first), "--out", out)
	commands := []string{strings.Join(quoted(append(train, common...)), " ")}
	if from != "" && epochs > first {
		tuned := append([]string{"lince", "finetune", out, s.Folder, "--from", from, "--learning-rate", format(recipe.Number(rateDimension) / slower),
			"--epochs", strconv.Itoa(epochs - first), "--out", out, "--anew", "--keep-last"}, common...)
		commands = append(commands, strings.Join(quoted(tuned), " "))
	}
	return commands
}

func format(number float64) string { return strconv.FormatFloat(number, 'g', 4, 64) }

// quoted writes words so that a shell takes them as they are, and runs nothing
// of what a file's name may hold.
func quoted(words []string) []string {
	special := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_./:=,@%+-", r)
	}
	for i, word := range words {
		if word == "" || strings.ContainsFunc(word, special) {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return words
}

// removeIfThere removes a file.
func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
