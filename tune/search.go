package tune

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Search is a search by asynchronous successive halving (ASHA: Li et al., A
// System for Massively Parallel Hyperparameter Tuning, 2020): every trial
// trains for few epochs, the best of them for Reduction times as many, the
// best of those for Reduction times more. It is asynchronous in that a trial
// moves up as soon as it is among the best of those that got as far, and not
// only when all have.
type Search struct {
	// Space is what is searched.
	Space Space
	// Trials is how many settings are tried; 12 when 0.
	Trials int
	// First are settings that are tried before any is drawn, such as the
	// default recipe.
	First []Settings
	// Epochs is the least and the most that a trial trains; 1 and 9 when 0.
	LeastEpochs, MostEpochs int
	// Reduction is the share that moves up: one of so many; 3 when 0.
	Reduction int
	// Seed decides what is drawn.
	Seed uint64
	// Of tells, by any names, what decides the scores beside the space: the base,
	// the pictures, the size of batches. A search goes on with File only where
	// all of them are the same; nil tells nothing.
	Of map[string]string
	// File keeps what is done, so that a search that was stopped goes on. It
	// is not kept when empty.
	File string
	// Report is told of every training that is done; nil for nobody.
	Report func(Trial)
}

// Trial is one choice of settings and how far it got.
type Trial struct {
	// Number counts the trials from 0.
	Number   int      `json:"number"`
	Settings Settings `json:"settings"`
	// Scores are what training came to at each rung: the larger the better.
	Scores []float64 `json:"scores,omitempty"`
	// Failure is why it could not be trained; it then moves up no more.
	Failure string `json:"failure,omitempty"`
}

// Score returns the trial's last score, -Inf if there is none.
func (t Trial) Score() float64 {
	if len(t.Scores) == 0 || t.Failure != "" {
		return math.Inf(-1)
	}
	return t.Scores[len(t.Scores)-1]
}

// Train trains a trial from one number of epochs to another and returns its
// score, the larger the better. What is needed to go on later is its own to
// keep. An error of the context ends the search; any other ends the trial.
type Train func(ctx context.Context, trial Trial, from, to int) (score float64, err error)

// Rungs returns the numbers of epochs after which trials are compared.
func (s Search) Rungs() []int {
	s = s.withDefaults()
	var rungs []int
	for epochs := s.LeastEpochs; epochs < s.MostEpochs; epochs *= s.Reduction {
		rungs = append(rungs, epochs)
	}
	return append(rungs, s.MostEpochs)
}

func (s Search) withDefaults() Search {
	for _, setting := range []struct {
		value     *int
		otherwise int
	}{{&s.Trials, 12}, {&s.LeastEpochs, 1}, {&s.MostEpochs, 9}, {&s.Reduction, 3}} {
		if *setting.value == 0 {
			*setting.value = setting.otherwise
		}
	}
	return s
}

func (s Search) validate() error {
	if err := s.Space.Validate(); err != nil {
		return err
	}
	switch {
	case s.Trials < 1:
		return fmt.Errorf("tune: %d trials, expected at least 1", s.Trials)
	case s.LeastEpochs < 1 || s.MostEpochs < s.LeastEpochs:
		return fmt.Errorf("tune: from %d to %d epochs, expected at least 1 and no fewer at the end", s.LeastEpochs, s.MostEpochs)
	case s.Reduction < 2:
		return fmt.Errorf("tune: one of %d moves up, expected one of 2 or more", s.Reduction)
	case len(s.First) > s.Trials:
		return fmt.Errorf("tune: %d settings to begin with are more than the %d trials", len(s.First), s.Trials)
	}
	for i, first := range s.First {
		if !s.Space.contains(first) {
			return fmt.Errorf("tune: the settings %d to begin with, %v, are not of the space", i, first)
		}
	}
	return nil
}

// Run searches and returns all trials, the best first: those that trained
// longer before those that did not, then by score. When ctx ends, it returns
// what there is with ctx's error.
func (s Search) Run(ctx context.Context, train Train) ([]Trial, error) {
	s = s.withDefaults()
	if err := s.validate(); err != nil {
		return nil, err
	}
	trials, err := s.resume()
	if err != nil {
		return nil, err
	}
	rungs := s.Rungs()
	for {
		if err := ctx.Err(); err != nil {
			return ranked(trials), err
		}
		at := s.next(trials, len(rungs))
		if at < 0 && len(trials) >= s.Trials {
			return ranked(trials), nil
		}
		if at < 0 {
			at = len(trials)
			trials = append(trials, s.begin(at))
		}
		if err := s.advance(ctx, &trials[at], rungs, train); err != nil {
			return ranked(trials), err
		}
		if err := s.keep(trials); err != nil {
			return ranked(trials), err
		}
		if s.Report != nil {
			s.Report(trials[at])
		}
	}
}

func (s Search) begin(number int) Trial {
	if number < len(s.First) {
		return Trial{Number: number, Settings: s.First[number]}
	}
	return Trial{Number: number, Settings: s.Space.draw(s.Seed, number)}
}

// advance trains a trial to its next rung.
func (s Search) advance(ctx context.Context, t *Trial, rungs []int, train Train) error {
	from, rung := 0, len(t.Scores)
	if rung > 0 {
		from = rungs[rung-1]
	}
	score, err := train(ctx, *t, from, rungs[rung])
	if err == nil && math.IsNaN(score) {
		err = errors.New("its score is not a number")
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		t.Failure = err.Error()
	default:
		t.Scores = append(t.Scores, score)
	}
	return nil
}

// next returns the trial that is to move up, -1 if none is: one that is among
// the best of a rung, one of Reduction, the highest rung first.
func (s Search) next(trials []Trial, rungs int) int {
	for rung := rungs - 2; rung >= 0; rung-- {
		var there []int // trials with a score of this rung, best first
		for i, t := range trials {
			if len(t.Scores) > rung {
				there = append(there, i)
			}
		}
		slices.SortStableFunc(there, func(a, b int) int { return compare(trials[b].Scores[rung], trials[a].Scores[rung]) })
		for _, i := range there[:len(there)/s.Reduction] {
			if len(trials[i].Scores) == rung+1 && trials[i].Failure == "" {
				return i
			}
		}
	}
	return -1
}

// ranked returns trials in the order of Run's result.
func ranked(trials []Trial) []Trial {
	sorted := slices.Clone(trials)
	slices.SortStableFunc(sorted, func(a, b Trial) int {
		if a.Failure == "" && b.Failure == "" && len(a.Scores) != len(b.Scores) {
			return len(b.Scores) - len(a.Scores)
		}
		return compare(b.Score(), a.Score())
	})
	return sorted
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
