package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const (
	tunedTrials = 12
	tunedEpochs = 18
)

// tunedOnce is what a search with one seed came to.
type tunedOnce struct {
	// Best and Default are accuracies, from 0 to 1, on photos that no trial
	// saw: of the search's best settings and of the default recipe.
	Best, Default float64
	// Search is the seconds that the search took.
	Search float64
}

// measureTuned searches for settings on flowers and judges the best by photos
// that no trial saw.
func measureTuned(ctx context.Context, s *session) (*result, error) {
	weights, err := s.dataPath("models/mobilenet_v2_0.35_224_no_top.h5")
	if err != nil {
		return nil, err
	}
	sets, err := s.sets()
	if err != nil {
		return nil, err
	}
	flowers := sets[1]
	if err := s.buildLince(ctx, s.path("lince")); err != nil {
		return nil, err
	}
	base := []string{"--base", "mobilenet_v2", "--alpha", fmt.Sprint(pretrainedAlpha), "--weights", weights, "--optimizer", "adam", "--threads", "2"}
	r := &result{}
	var best, standard, search float64
	seeds := s.fewer(3, 1)
	for seed := 1; seed <= seeds; seed++ {
		one, err := part(ctx, s, fmt.Sprintf("seed-%d", seed), s.state, func() (tunedOnce, error) { return s.tuneOnce(ctx, flowers, base, seed) })
		if err != nil {
			return nil, err
		}
		n := float64(seeds)
		best, standard, search = best+100*one.Best/n, standard+100*one.Default/n, search+one.Search/n
	}
	full, err := part(ctx, s, "full trainings", s.state, func() (float64, error) {
		_, seconds, err := s.search(ctx, flowers, base, 1, "--least-epochs", strconv.Itoa(s.fewer(tunedEpochs, 2)))
		return seconds, err
	})
	if err != nil {
		return nil, err
	}
	r.atLeast(fmt.Sprintf("accuracy on photos that no trial saw, mean of %d seeds: the best settings less the default recipe", seeds), best-standard, 0, "points")
	r.tell("accuracy of the best settings", best, "%")
	r.tell("accuracy of the default recipe", standard, "%")
	r.below(fmt.Sprintf("time of a search to that of %d full trainings", tunedTrials), search/full, 1, "×")
	r.tell("time of a search, mean", search, "s")
	r.tell(fmt.Sprintf("time of %d full trainings of the same settings", tunedTrials), full, "s")
	r.note("Flowers, every fifth photo of each class, by name, for the test; MobileNetV2 0.35 with its real weights. %d trials, compared after 2, 6 and 18 epochs; the best settings and the default recipe are then trained by the commands that the search prints, for as long, on the same photos, with the same seed.", tunedTrials)
	return r, nil
}

// tuneOnce searches, trains the best settings and the default recipe, and
// tests both.
func (s *session) tuneOnce(ctx context.Context, set set, base []string, seed int) (one tunedOnce, err error) {
	commands, seconds, err := s.search(ctx, set, base, seed)
	if err != nil {
		return one, err
	}
	one.Search = seconds
	out := s.path("best.keras")
	for _, command := range commands {
		if _, _, err := s.command(ctx, strings.Fields(strings.ReplaceAll(command, "best.keras", out))[1:]); err != nil {
			return one, err
		}
	}
	if one.Best, err = s.tested(ctx, out, set); err != nil {
		return one, err
	}
	standard := s.path("default.keras")
	train := append([]string{"train", set.train, "--validation-split", "0.2", "--epochs", strconv.Itoa(s.fewer(tunedEpochs, 2)), "--seed", strconv.Itoa(seed), "--out", standard, "--anew"}, base...)
	if _, _, err := s.command(ctx, train); err != nil {
		return one, err
	}
	one.Default, err = s.tested(ctx, standard, set)
	return one, err
}

// search runs lince tune and returns the commands of the best trial.
func (s *session) search(ctx context.Context, set set, base []string, seed int, more ...string) ([]string, float64, error) {
	arguments := append([]string{"tune", set.train, "--trials", strconv.Itoa(s.fewer(tunedTrials, 3)), "--epochs", strconv.Itoa(s.fewer(tunedEpochs, 2)),
		"--seed", strconv.Itoa(seed), "--file", s.path("trials.json"), "--anew", "--json"}, base...)
	if s.quick {
		arguments = append(arguments, "--least-epochs", "1")
	}
	output, seconds, err := s.command(ctx, append(arguments, more...))
	if err != nil {
		return nil, 0, err
	}
	var found struct{ Commands []string }
	if err := json.Unmarshal(output, &found); err != nil {
		return nil, 0, err
	}
	if len(found.Commands) == 0 {
		return nil, 0, errors.New("lince tune gives no commands")
	}
	return found.Commands, seconds, nil
}

// tested returns a model's accuracy on the set's test photos.
func (s *session) tested(ctx context.Context, model string, set set) (float64, error) {
	output, _, err := s.command(ctx, []string{"evaluate", model, set.test, "--json"})
	if err != nil {
		return 0, err
	}
	var logs struct{ Accuracy float64 }
	return logs.Accuracy, json.Unmarshal(output, &logs)
}

// command runs lince with a cache of its own and returns what it prints and
// how many seconds it took.
func (s *session) command(ctx context.Context, arguments []string) ([]byte, float64, error) {
	cache, err := os.MkdirTemp(s.folder, "cache-")
	if err != nil {
		return nil, 0, err
	}
	command := exec.CommandContext(ctx, s.path("lince"), arguments...)
	command.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache)
	begun := time.Now()
	output, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, 0, fmt.Errorf("lince %s: %w: %s", arguments[0], err, lastLines(string(exit.Stderr), 3))
	}
	return output, time.Since(begun).Seconds(), err
}
