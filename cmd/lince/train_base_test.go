package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
)

// cached gives the test a cache folder of its own.
func cached(t *testing.T) {
	t.Helper()
	usual := xdg.CacheHome
	xdg.CacheHome = t.TempDir()
	t.Cleanup(func() { xdg.CacheHome = usual })
}

// baseWeights writes weights of a small MobileNetV2 without top.
func baseWeights(t *testing.T) string {
	t.Helper()
	base, err := applications.MobileNetV2.Model(context.Background(), applications.Options{InputShape: []int{32, 32, 3}, NoTop: true, Alpha: 0.35})
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	path := filepath.Join(t.TempDir(), "base.weights.h5")
	if err := base.SaveWeights(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func onBase(folder, out, weights string, more ...string) []string {
	return append([]string{"train", folder, "--out", out, "--base", "mobilenet_v2", "--alpha", "0.35", "--weights", weights,
		"--image-size", "32", "--epochs", "2", "--batch", "8", "--optimizer", "adam"}, more...)
}

// The classifier learns, the base stays, and the features of the first run
// serve the second.
func TestTrainOnBase(t *testing.T) {
	cached(t)
	folder, weights := drawn(t, 10, "circle", "square", "star"), baseWeights(t)
	out := filepath.Join(t.TempDir(), "shapes.keras")
	first := succeed(t, onBase(folder, out, weights, "--head", "8", "--pool", "max")...)
	if !strings.Contains(first, "mobilenet_v2 (its maxima, 8 units)") || !strings.Contains(first, "features of 24 training pictures, 1280 numbers each") {
		t.Errorf("it says\n%s", first)
	}
	kept := decode[cacheResult](t, succeed(t, "cache", "--json"))
	if kept.Features.Bytes < 30*1280*4 {
		t.Errorf("%d bytes of features are kept", kept.Features.Bytes)
	}
	succeed(t, onBase(folder, out, weights, "--pool", "max", "--seed", "0", "--epochs", "3")...)
	if again := decode[cacheResult](t, succeed(t, "cache", "--json")); again.Features.Bytes != kept.Features.Bytes {
		t.Errorf("another head of the same base keeps %d bytes, the first kept %d", again.Features.Bytes, kept.Features.Bytes)
	}
	model, err := lince.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	if len(model.Classes) != 3 || model.Preprocessing == nil || model.Preprocessing.Mode.String() != "tf" || model.Layer("out_relu") == nil {
		t.Errorf("the model tells %v apart, prepared by %v", model.Classes, model.Preprocessing)
	}
	succeed(t, "predict", out, filepath.Join(folder, "star"))
}

// Features change nothing but the time: the same run without them gives the
// same model.
func TestFeaturesChangeNothing(t *testing.T) {
	cached(t)
	folder, weights := drawn(t, 8, "circle", "star"), baseWeights(t)
	var losses [2]float64
	for i, more := range [][]string{nil, {"--no-feature-cache"}} {
		out := filepath.Join(t.TempDir(), "shapes.keras")
		r := decode[result](t, succeed(t, onBase(folder, out, weights, append(more, "--json", "--dropout", "0", "--epochs", "1", "--batch", "100")...)...))
		losses[i] = r.History.History["val_loss"][0]
	}
	if d := losses[0] - losses[1]; d > 1e-5 || d < -1e-5 {
		t.Errorf("validation losses are %v", losses)
	}
}

func TestTrainOnBaseFromRandomWeights(t *testing.T) {
	cached(t)
	folder := drawn(t, 6, "circle", "star")
	text := succeed(t, onBase(folder, filepath.Join(t.TempDir(), "shapes.keras"), "none", "--epochs", "1")...)
	if strings.Contains(text, "features of") {
		t.Errorf("a base that learns has features: %s", text)
	}
}

func TestTrainOnBaseMisuse(t *testing.T) {
	folder := t.TempDir()
	for want, args := range map[string][]string{
		"--head goes with --base":    {"train", folder, "--head", "8"},
		"there is no \"mobilenet9\"": {"train", folder, "--base", "mobilenet9"},
		"--pool \"sum\"":             {"train", folder, "--base", "mobilenet_v2", "--pool", "sum"},
		"--dropout 1":                {"train", folder, "--base", "mobilenet_v2", "--dropout", "1"},
	} {
		if o := call(t, args...); o.status != misused || !strings.Contains(o.screen, want) {
			t.Errorf("%v: exit status %d saying %s, expected %s", args, o.status, o.screen, want)
		}
	}
	cached(t)
	pictures := drawn(t, 6, "circle", "star")
	missing := onBase(pictures, filepath.Join(t.TempDir(), "a.keras"), filepath.Join(folder, "no.h5"))
	if o := call(t, missing...); o.status != failed || !strings.Contains(o.screen, "no.h5") {
		t.Errorf("no weights: exit status %d saying %s", o.status, o.screen)
	}
	cut := onBase(pictures, filepath.Join(t.TempDir(), "a.keras"), baseWeights(t), "--cut", "mixed7")
	if o := call(t, cut...); o.status != misused || !strings.Contains(o.screen, "mixed7") {
		t.Errorf("an unknown layer: exit status %d saying %s", o.status, o.screen)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("misuse leaves %v, %v", left, err)
	}
}

// A cache that cannot be written costs the second run its features, not the
// first its training.
func TestTrainWithoutCache(t *testing.T) {
	cached(t)
	xdg.CacheHome = filepath.Join(xdg.CacheHome, "file")
	if err := os.WriteFile(xdg.CacheHome, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder, weights := drawn(t, 10, "circle", "star"), baseWeights(t)
	said := succeed(t, onBase(folder, filepath.Join(t.TempDir(), "shapes.keras"), weights)...)
	if !strings.Contains(said, "the features of training pictures are not kept for other runs: mkdir") {
		t.Errorf("it says\n%s", said)
	}
}
