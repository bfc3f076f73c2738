package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/tensor"
)

func numbers(t *testing.T, settings string, values ...float32) content {
	t.Helper()
	value, err := tensor.Of(values, len(values))
	if err != nil {
		t.Fatal(err)
	}
	return content{settings, []*tensor.Tensor{value}}
}

// TestTrialsAreCounted runs loaders that misbehave in every way.
func TestTrialsAreCounted(t *testing.T) {
	const path = "/models/a.h5"
	var kept []byte
	loads := func(c content) loader {
		return func(string) (func() (content, error), error) {
			return func() (content, error) { return c, nil }, nil
		}
	}
	fails := func(text string) loader {
		return func(string) (func() (content, error), error) { return nil, errors.New(text) }
	}
	for name, test := range map[string]struct {
		load loader
		want harm
	}{
		"same":     {loads(numbers(t, "s", 1, 2)), harm{Same: 1}},
		"weight":   {loads(numbers(t, "s", 1, 3)), harm{SameWeight: 1}},
		"weights":  {loads(numbers(t, "s", 3, 3)), harm{Otherwise: 1}},
		"settings": {loads(numbers(t, "t", 1, 2)), harm{Otherwise: 1}},
		"shape":    {loads(numbers(t, "s", 1)), harm{Otherwise: 1}},
		"error":    {fails(path + ": cut"), harm{Errors: 1}},
		"mute":     {fails("cut"), harm{Errors: 1, Mute: 1}},
		"panic":    {func(string) (func() (content, error), error) { panic("out of range") }, harm{Panics: 1}},
		"greedy": {func(string) (func() (content, error), error) {
			kept = make([]byte, 2<<20)
			return nil, errors.New(path)
		}, harm{Errors: 1, Greedy: 1}},
	} {
		trial := trial{path: path, load: test.load, whole: numbers(t, "s", 1, 2), limit: 1 << 20}
		if err := trial.try(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := trial.harm
		if failure := got.Mute+got.Panics+got.Greedy > 0; failure != (got.Worst != "") {
			t.Errorf("%s: the failure is described as %q", name, got.Worst)
		}
		got.Memory, got.Slowest, got.Worst = 0, 0, ""
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
	if len(kept) == 0 {
		t.Error("no memory was taken")
	}
}

func TestCutsAndFlips(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	lengths := cuts(100, 50, random)
	if len(lengths) != 50 || lengths[0] > 99 || !slices.IsSortedFunc(lengths, func(a, b int) int { return b - a }) {
		t.Errorf("cut to %v", lengths)
	}
	whole := []byte("all of these letters are here")
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	differing := 0
	trial := trial{path: path, whole: numbers(t, "s"), limit: 1 << 30, load: func(string) (func() (content, error), error) {
		damaged, err := os.ReadFile(path)
		for i := range damaged {
			if damaged[i] != whole[i] {
				differing++
			}
		}
		return nil, errors.Join(errors.New(path), err)
	}}
	if err := trial.flip(t.Context(), file, whole, 30, random); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(whole) || differing != 30 || trial.Flips != 30 || trial.Errors != 30 {
		t.Errorf("%d bytes differed in 30 flips, afterwards the file is %q, %v", differing, after, err)
	}
}
