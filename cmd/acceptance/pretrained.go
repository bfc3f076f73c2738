package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// pretrainedScript is Keras' half.
//
//go:embed pretrained.py
var pretrainedScript string

// The recipe: MobileNetV2, 0.35 wide, frozen, its features averaged, dropout
// 0.2, a dense layer, Adam.
const (
	pretrainedSize   = 224
	pretrainedEpochs = 20
	pretrainedAlpha  = 0.35
)

// tuning is how both halves go on from a trained head.
type tuning struct {
	From         string  `json:"from"`
	Optimizer    string  `json:"optimizer"`
	LearningRate float64 `json:"learning_rate"`
	Epochs       int     `json:"epochs"`
	Batch        int     `json:"batch"`
	Mirror       bool    `json:"mirror"`
}

// pretrainedTuning is what lince finetune does unless it is told otherwise, on
// photos half of which are mirrored: the head tells 99.6 % of the training
// photos right, so those as they are teach nothing more. It was chosen on fifths
// of the training photos, each held back once.
func pretrainedTuning() tuning {
	return tuning{From: "block_13_expand", Optimizer: "Adam", LearningRate: 1e-5, Epochs: 5, Batch: 20, Mirror: true}
}

// trainedHead is what training a head came to.
type trainedHead struct {
	Accuracy float64 `json:"accuracy"`
	Seconds  float64 `json:"seconds"`
	// Tuned is the accuracy after fine-tuning. Keras goes on from the head that
	// Accuracy is of; Lince from Before, a head for which a fifth of the training
	// photos was held back, which says whether the tuned weights are kept. Last is
	// what they come to in any case.
	Before float64 `json:"before"`
	Tuned  float64 `json:"tuned"`
	Last   float64 `json:"last"`
}

// pretrainedRows are those of learning on top of pretrained networks.
func pretrainedRows() []row {
	return []row{
		{name: "pretrained", what: "A classifier on MobileNetV2 0.35 with its real weights, frozen: cats-dogs and flowers, 3 seeds, beside Keras",
			bar:   "cats-dogs: over 95 %, at least Keras' mean less 0.5 points, in less time; after fine-tuning not worse",
			needs: needsKerasData, timed: true, sources: []string{"pretrained.go", "pretrained.py", "tuned.go", "folders.go"}, measure: measurePretrained},
		{name: "tuned", what: "lince tune on flowers, 12 trials, the same base, judged by photos that no trial saw",
			bar:   "at least the default recipe's accuracy (3 seeds), in less time than 12 full trainings",
			needs: needsData, timed: true, sources: []string{"tuned.go", "pretrained.go", "folders.go"}, measure: measureTuned},
		{name: "finetuned", what: "Five steps of SGD of InceptionV3, unfrozen from mixed6, from the same weights and batches as Keras",
			bar:   "per tensor ‖difference‖ / ‖update‖ ≤ 1e-2",
			needs: needsKerasData, sources: []string{"finetuned.go", "pretrained.py", "steps_series.go"}, measure: measureFinetuned},
	}
}

// measurePretrained trains classifiers on a frozen MobileNetV2 with its real
// weights, Lince and Keras in turns.
func measurePretrained(ctx context.Context, s *session) (*result, error) {
	if s.python == "" {
		return nil, missing{needsKeras}
	}
	weights, err := s.dataPath("models/mobilenet_v2_0.35_224_no_top.h5")
	if err != nil {
		return nil, err
	}
	sets, err := s.sets()
	if err != nil {
		return nil, err
	}
	if err := s.buildLince(ctx, s.path("lince")); err != nil {
		return nil, err
	}
	r := &result{}
	for _, set := range sets {
		var ours, keras []trainedHead
		for seed := 1; seed <= s.fewer(3, 1); seed++ {
			theirs, err := part(ctx, s, fmt.Sprintf("%s/keras-%d", set.name, seed), s.state, func() (trainedHead, error) { return s.kerasHead(ctx, set, weights, seed) })
			if err != nil {
				return nil, err
			}
			own, err := part(ctx, s, fmt.Sprintf("%s/lince-%d", set.name, seed), s.state, func() (trainedHead, error) { return s.linceHead(ctx, set, weights, seed) })
			if err != nil {
				return nil, err
			}
			ours, keras = append(ours, own), append(keras, theirs)
		}
		r.compareHeads(set, ours, keras)
	}
	r.note("MobileNetV2 0.35 at 224×224, real ImageNet weights, frozen; average pool, dropout 0.2, Adam 1e-3, batches of 20, 20 epochs on features computed once. Lince's time is that of the whole process with nothing kept from before, Keras' begins after its imports. Fine-tuned, not timed: the layers from block_13_expand on but batch normalisation, for 5 epochs of photos half of which are mirrored, Adam 1e-5; a recipe that was chosen on parts of the training photos, where it won 0.3 points; what others won or lost was within chance of that, but for larger rates, which lost. The head that Lince fine-tunes was trained without a fifth of the photos, held back by the seed, and their loss decides whether the tuned weights are kept; the change is measured on the test photos, which decide nothing. Of the flowers every fifth photo of each class, by name, is for the test.")
	return r, nil
}

// compareHeads adds the figures of one set.
func (r *result) compareHeads(set set, ours, keras []trainedHead) {
	mean := func(heads []trainedHead, of func(trainedHead) float64) float64 {
		sum := 0.0
		for _, h := range heads {
			sum += of(h)
		}
		return sum / float64(len(heads))
	}
	accuracy := func(h trainedHead) float64 { return 100 * h.Accuracy }
	own, theirs := mean(ours, accuracy), mean(keras, accuracy)
	change := func(h trainedHead) float64 { return 100 * (h.Tuned - h.Before) }
	last := func(h trainedHead) float64 { return 100 * (h.Last - h.Before) }
	kerasChange := func(h trainedHead) float64 { return 100 * (h.Tuned - h.Accuracy) }
	judged := set.classes == 2 // the course's pets
	what := fmt.Sprintf("%s, mean of %d seeds", set.name, len(ours))
	if judged {
		r.below(what+": Lince's test error", 100-own, 5, "%")
		r.tell(what+": Lince's test accuracy", own, "%")
		r.atLeast(what+": Lince less Keras, test accuracy", own-theirs, -0.5, "points")
	} else {
		r.tell(what+": Lince's test accuracy", own, "%")
	}
	r.tell(what+": Keras' test accuracy", theirs, "%")
	if judged {
		r.atLeast(what+": change by fine-tuning", mean(ours, change), 0, "points")
	} else {
		r.tell(what+": change by fine-tuning", mean(ours, change), "points")
	}
	r.tell(what+": change by fine-tuning with --keep-last", mean(ours, last), "points")
	r.tell(what+": change by fine-tuning in Keras, its last weights", mean(keras, kerasChange), "points")
	seconds := func(h trainedHead) float64 { return h.Seconds }
	if judged {
		r.below(what+": Lince's time to Keras'", mean(ours, seconds)/mean(keras, seconds), 1, "×")
	}
	r.tell(what+": Lince's time", mean(ours, seconds), "s")
	r.tell(what+": Keras' time", mean(keras, seconds), "s")
}

func (s *session) kerasHead(ctx context.Context, set set, weights string, seed int) (h trainedHead, err error) {
	request := map[string]any{
		"train": set.train, "test": set.test, "classes": set.classes, "weights": weights, "alpha": pretrainedAlpha,
		"size": pretrainedSize, "epochs": pretrainedEpochs, "seed": seed, "threads": 2,
		"tuning": pretrainedTuning(),
	}
	return h, s.ask(ctx, script{"pretrained.py", pretrainedScript}, "head", request, &h)
}

// linceHead trains by the command as users do, and goes on with the top of
// the base.
func (s *session) linceHead(ctx context.Context, set set, weights string, seed int) (h trainedHead, err error) {
	train := func(out string, more ...string) []string {
		return append([]string{"train", set.train, "--base", "mobilenet_v2",
			"--alpha", fmt.Sprint(pretrainedAlpha), "--weights", weights, "--optimizer", "adam", "--epochs", strconv.Itoa(pretrainedEpochs),
			"--batch", "20", "--dropout", "0.2", "--seed", strconv.Itoa(seed), "--threads", "2", "--out", out}, more...)
	}
	begun := time.Now()
	h.Accuracy, err = s.validated(ctx, train(s.path(fmt.Sprintf("%s-%d.keras", set.name, seed)), "--validation", set.test)...)
	h.Seconds = time.Since(begun).Seconds()
	if err != nil {
		return h, err
	}
	err = s.finetuneHead(ctx, set, seed, &h, train)
	return h, err
}

// finetuneHead trains a head with a fifth of the photos held back, by the
// command's own default, and fine-tunes it, with and without the choice between
// before and after.
func (s *session) finetuneHead(ctx context.Context, set set, seed int, h *trainedHead, train func(out string, more ...string) []string) (err error) {
	head := s.path(fmt.Sprintf("%s-%d-held.keras", set.name, seed))
	if _, _, err = s.command(ctx, train(head)); err != nil {
		return err
	}
	if h.Before, err = s.tested(ctx, head, set); err != nil {
		return err
	}
	t := pretrainedTuning()
	finetune := func(out string, more ...string) (float64, error) {
		_, _, err := s.command(ctx, append([]string{"finetune", head, set.train, "--from", t.From, fmt.Sprintf("--horizontal-flip=%v", t.Mirror), "--optimizer", strings.ToLower(t.Optimizer),
			"--learning-rate", fmt.Sprint(t.LearningRate), "--epochs", strconv.Itoa(t.Epochs), "--batch", strconv.Itoa(t.Batch), "--seed", strconv.Itoa(seed), "--threads", "2", "--out", out}, more...))
		if err != nil {
			return 0, err
		}
		return s.tested(ctx, out, set)
	}
	if h.Tuned, err = finetune(head + ".tuned.keras"); err != nil {
		return err
	}
	h.Last, err = finetune(head+".last.keras", "--keep-last")
	return err
}

// validated runs the command and returns the validation accuracy of the last
// epoch.
func (s *session) validated(ctx context.Context, arguments ...string) (float64, error) {
	output, _, err := s.command(ctx, append(arguments, "--json"))
	if err != nil {
		return 0, err
	}
	var answer struct {
		History struct {
			History map[string][]float64 `json:"history"`
		} `json:"history"`
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		return 0, err
	}
	curve := answer.History.History["val_accuracy"]
	if len(curve) == 0 {
		return 0, fmt.Errorf("lince %s measured no validation accuracy", arguments[0])
	}
	return curve[len(curve)-1], nil
}
