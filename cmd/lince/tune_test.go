package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/tune"
)

func tuning(folder, weights, file string, more ...string) []string {
	return append([]string{"tune", folder, "--base", "mobilenet_v2", "--alpha", "0.35", "--weights", weights, "--image-size", "32",
		"--file", file, "--epochs", "2", "--least-epochs", "1", "--trials", "3", "--batch", "16"}, more...)
}

// The search ends with commands that run, and a second call has nothing left
// to do.
func TestTune(t *testing.T) {
	cached(t)
	folder, weights, file := drawn(t, 8, "circle", "star"), baseWeights(t), filepath.Join(t.TempDir(), "shapes.tune.json")
	r := decode[searchResult](t, succeed(t, tuning(folder, weights, file, "--json")...))
	if len(r.Trials) != 3 || len(r.Trials[0].Scores) != 2 || len(r.Commands) == 0 {
		t.Fatalf("the result is %+v", r)
	}
	again := call(t, tuning(folder, weights, file, "--json")...)
	if again.status != succeeded || strings.Contains(again.screen, "trial 1") {
		t.Errorf("the same search again: exit status %d saying %s", again.status, again.screen)
	}
	for want, args := range map[string][]string{
		"its batch is":           tuning(folder, weights, file, "--batch", "7"),
		"its digest of pictures": tuning(drawn(t, 9, "circle", "star"), weights, file),
	} {
		if o := call(t, args...); o.status != failed || !strings.Contains(o.screen, want) || !strings.Contains(o.screen, file) {
			t.Errorf("a search of other things: exit status %d saying %s, want %s", o.status, o.screen, want)
		}
	}
	text := succeed(t, tuning(folder, weights, file)...)
	if !strings.Contains(text, "unfrozen from") || !strings.Contains(text, "lince train "+folder) {
		t.Errorf("it says\n%s", text)
	}
	out := filepath.Join(t.TempDir(), "best.keras")
	for _, command := range r.Commands {
		args := strings.Fields(strings.ReplaceAll(command, "best.keras", out))[1:]
		succeed(t, args...)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}

// What hinders every trial is told before the first, and nothing is left.
func TestTuneWithoutPictures(t *testing.T) {
	cached(t)
	file := filepath.Join(t.TempDir(), "shapes.tune.json")
	o := call(t, tuning(filepath.Join(t.TempDir(), "nowhere"), baseWeights(t), file)...)
	if o.status != failed || !strings.Contains(o.screen, "nowhere") || strings.Contains(o.out, "the best one") {
		t.Errorf("exit status %d saying %s%s", o.status, o.out, o.screen)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a search that never began leaves a file")
	}
}

func TestTuneMisuse(t *testing.T) {
	folder := drawn(t, 8, "circle", "star")
	for want, args := range map[string][]string{
		"--base":               {"tune", folder},
		"leaves nothing":       {"tune", folder, "--base", "mobilenet_v2", "--weights", "none"},
		"--trials 0":           {"tune", folder, "--base", "mobilenet_v2", "--trials", "0"},
		"--validation-split 0": {"tune", folder, "--base", "mobilenet_v2", "--validation-split", "0"},
	} {
		if o := call(t, args...); o.status != misused || !strings.Contains(o.screen, want) {
			t.Errorf("%v: exit status %d saying %s", args, o.status, o.screen)
		}
	}
}

// What a search prints repeats its best trial: the last weights, which its
// score is of, whatever the validation loss says.
func TestTunedCommandsKeepTheLastWeights(t *testing.T) {
	r := trialTrainer{switching: 2}
	r.settings.Folder, r.settings.Base, r.settings.ImageSize = "photos", "mobilenet_v2", "224"
	recipe := defaultRecipe()
	recipe[unfreezeDimension] = "block_13_expand"
	commands := r.commands(tune.Trial{Settings: recipe}, 6)
	if len(commands) != 2 || !strings.Contains(commands[1], "lince finetune best.keras photos --from block_13_expand") || !strings.Contains(commands[1], "--keep-last") {
		t.Errorf("the commands are\n%s", strings.Join(commands, "\n"))
	}
}
