package tune_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lince-ml/lince/tune"
)

// valley scores best at a learning rate of 1e-3, and better the longer the
// training.
func valley(_ context.Context, t tune.Trial, _, to int) (float64, error) {
	distance := math.Abs(math.Log10(t.Settings.Number("learning rate")) + 3)
	return 1 - distance/10 - 1/float64(10*to), nil
}

func rates() tune.Space {
	return tune.Space{{Name: "learning rate", Low: 1e-5, High: 1e-1, Log: true}}
}

func ExampleSearch() {
	search := tune.Search{
		Space: tune.Space{
			{Name: "learning rate", Low: 1e-5, High: 1e-1, Log: true},
			{Name: "head", Choices: []any{128.0, 256.0}},
		},
		First:  []tune.Settings{{"learning rate": 1e-2, "head": 256.0}},
		Trials: 9, LeastEpochs: 1, MostEpochs: 9,
	}
	fmt.Println("compared after", search.Rungs(), "epochs")
	trials, err := search.Run(context.Background(), valley)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(trials), "trials; the best trained", len(trials[0].Scores), "times")
	// Output:
	// compared after [1 3 9] epochs
	// 9 trials; the best trained 3 times
}

func ExampleSpace() {
	space := tune.Space{{Name: "dropout", Low: 0.5, High: 0.2}}
	fmt.Println(space.Validate())
	// Output: tune: dropout: from 0.5 to 0.2 is no range
}

func ExampleDimension() {
	space := tune.Space{{Name: "cut", Choices: []any{"mixed7", "mixed10"}}, {Name: "dropout", Low: 0, High: 0.5}}
	fmt.Println(space.Validate())
	// Output: <nil>
}

func ExampleSettings() {
	s := tune.Settings{"cut": "mixed7", "dropout": 0.2}
	fmt.Println(s.Text("cut"), s.Number("dropout"))
	// Output: mixed7 0.2
}

func ExampleTrial() {
	fmt.Println(tune.Trial{Scores: []float64{0.8, 0.9}}.Score(), tune.Trial{Failure: "out of memory"}.Score())
	// Output: 0.9 -Inf
}

func ExampleTrain() {
	var train tune.Train = func(_ context.Context, t tune.Trial, from, to int) (float64, error) {
		return 1 - 1/float64(to), nil // train from epoch from to epoch to, then validate
	}
	score, _ := train(context.Background(), tune.Trial{}, 0, 4)
	fmt.Println(score)
	// Output: 0.75
}

// Halving gives few trials the long trainings, and those the best ones.
func TestHalving(t *testing.T) {
	epochs, trained := 0, map[int]int{}
	search := tune.Search{Space: rates(), Trials: 27, LeastEpochs: 2, MostEpochs: 18, Seed: 4}
	trials, err := search.Run(context.Background(), func(ctx context.Context, trial tune.Trial, from, to int) (float64, error) {
		if from != trained[trial.Number] {
			t.Errorf("trial %d goes on from %d, had been trained to %d", trial.Number, from, trained[trial.Number])
		}
		epochs, trained[trial.Number] = epochs+to-from, to
		return valley(ctx, trial, from, to)
	})
	if err != nil || len(trials) != 27 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	best := trials[0]
	for _, other := range trials {
		if other.Scores[0] > best.Scores[0] {
			t.Errorf("trial %d does better in the first rung than the best, %d", other.Number, best.Number)
		}
	}
	if len(best.Scores) != 3 || epochs > 27*18/2 {
		t.Errorf("the best has scores %v; %d epochs in all", best.Scores, epochs)
	}
}

// A search that is stopped after any training goes on as if it had not been.
func TestResume(t *testing.T) {
	search := tune.Search{Space: rates(), Trials: 9, Seed: 1}
	whole, err := search.Run(context.Background(), valley)
	if err != nil {
		t.Fatal(err)
	}
	for _, stop := range []int{0, 1, 4, 11} {
		search.File = filepath.Join(t.TempDir(), "search.json")
		done := map[[2]int]bool{}
		train := func(limit int) tune.Train {
			return func(ctx context.Context, trial tune.Trial, from, to int) (float64, error) {
				if limit == 0 {
					return 0, context.Canceled
				}
				limit--
				if job := [2]int{trial.Number, from}; done[job] {
					t.Errorf("trial %d was trained from %d again", trial.Number, from)
				} else {
					done[job] = true
				}
				return valley(ctx, trial, from, to)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		stopping := train(stop)
		if _, err := search.Run(ctx, func(ctx context.Context, trial tune.Trial, from, to int) (float64, error) {
			score, err := stopping(ctx, trial, from, to)
			if err != nil {
				cancel()
			}
			return score, err
		}); !errors.Is(err, context.Canceled) && stop < 11 {
			t.Fatalf("stopped after %d: %v", stop, err)
		}
		cancel()
		resumed, err := search.Run(context.Background(), train(100))
		if err != nil || !reflect.DeepEqual(resumed, whole) {
			t.Errorf("stopped after %d and resumed: %v, %v, want %v", stop, resumed, err, whole)
		}
	}
}

// Trials that cannot be trained are told and moved up no more.
func TestFailures(t *testing.T) {
	var told []tune.Trial
	search := tune.Search{Space: rates(), Trials: 6, Report: func(trial tune.Trial) { told = append(told, trial) }}
	trials, err := search.Run(context.Background(), func(_ context.Context, trial tune.Trial, from, _ int) (float64, error) {
		switch {
		case trial.Number == 1:
			return 0, errors.New("out of memory")
		case trial.Number == 2:
			return math.NaN(), nil
		case trial.Number == 3 && from > 0:
			return 0, errors.New("spoilt")
		}
		return float64(trial.Number), nil
	})
	if err != nil || len(told) < 6 {
		t.Fatalf("%d told, %v", len(told), err)
	}
	failures := 0
	for _, trial := range trials {
		if trial.Failure != "" {
			failures++
		}
	}
	if trials[0].Failure != "" || failures < 2 || trials[len(trials)-1].Failure == "" {
		t.Errorf("trials %+v", trials)
	}
}

func TestMistakes(t *testing.T) {
	one := tune.Space{{Name: "a", Choices: []any{1.0}}}
	for want, search := range map[string]tune.Search{
		"no dimensions":     {},
		"is there twice":    {Space: tune.Space{one[0], one[0]}},
		"there are no":      {Space: tune.Space{{Name: "a", Choices: []any{}}}},
		"choice 1 is a int": {Space: tune.Space{{Name: "a", Choices: []any{1}}}},
		"no logarithms":     {Space: tune.Space{{Name: "a", High: 1, Log: true}}},
		"-1 trials":         {Space: one, Trials: -1},
		"from 4 to 2":       {Space: one, LeastEpochs: 4, MostEpochs: 2},
		"one of 1 moves up": {Space: one, Reduction: 1},
		"are more than":     {Space: one, Trials: 1, First: make([]tune.Settings, 2)},
		"not of the space":  {Space: one, First: []tune.Settings{{"a": 2.0}}},
	} {
		if _, err := search.Run(context.Background(), valley); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Records of other searches and broken ones are refused, with their name.
func TestForeignRecords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "search.json")
	search := tune.Search{Space: rates(), Trials: 3, File: file}
	if _, err := search.Run(context.Background(), valley); err != nil {
		t.Fatal(err)
	}
	search.Seed = 7
	if _, err := search.Run(context.Background(), valley); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("another seed: %v", err)
	}
	for _, content := range []string{"", "[", `{"trials":[{"number":5}]}`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := search.Run(context.Background(), valley); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("a file of %q: %v", content, err)
		}
	}
}

// Scores of another base or other pictures are no part of a search.
func TestSearchOfOtherThings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "search.json")
	search := tune.Search{Space: rates(), Trials: 3, File: file, Of: map[string]string{"base": "vgg16", "pictures": "abc"}}
	first, err := search.Run(context.Background(), valley)
	if err != nil {
		t.Fatal(err)
	}
	never := func(context.Context, tune.Trial, int, int) (float64, error) {
		t.Error("a search that is done trains")
		return 0, nil
	}
	again, err := search.Run(context.Background(), never)
	if err != nil || len(again) != len(first) {
		t.Errorf("the same search again: %d trials, %v", len(again), err)
	}
	for want, of := range map[string]map[string]string{
		`its base is "vgg16", now it is "vgg19"`: {"base": "vgg19", "pictures": "abc"},
		`its pictures is "abc", now it is "abd"`: {"base": "vgg16", "pictures": "abd"},
		`its seed is "", now it is "1"`:          {"base": "vgg16", "pictures": "abc", "seed": "1"},
		"other settings":                         {"base": "vgg16"},
	} {
		search.Of = of
		if _, err := search.Run(context.Background(), never); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("of %v: %v, want %s", of, err, want)
		}
	}
}
