package images_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/images"
)

func kindsOf(r *images.Report) map[string]int {
	kinds := map[string]int{}
	for _, f := range r.Findings {
		kinds[f.Kind]++
	}
	return kinds
}

func check(t *testing.T, dir string, o images.CheckOptions) *images.Report {
	t.Helper()
	report, err := images.Check(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestCheckOfGoodFolders(t *testing.T) {
	dir := t.TempDir()
	for i := range uint32(6) {
		large := make([]byte, 40*40*3)
		for k := range large {
			large[k] = byte(i)
		}
		writePNG(t, filepath.Join(dir, string('a'+rune(i%2)), fmt.Sprint(i, ".png")), []int{40, 40, 3}, large)
	}
	if report := check(t, dir, images.CheckOptions{}); len(report.Findings) != 0 || report.Blocked() {
		t.Errorf("found %v in good folders", report.Findings)
	}
}

func TestCheckNamesEverything(t *testing.T) {
	dir := drawFolders(t, 8, "a", "b", ".hidden")
	for kind, content := range badFiles(t) {
		write(t, filepath.Join(dir, "a", kind+".png"), content)
	}
	drawFile(t, filepath.Join(dir, "a", "twice.png"), 0)       // a/000.png
	drawFile(t, filepath.Join(dir, "b", "other.png"), 1)       // a/001.png
	drawFile(t, filepath.Join(dir, "b", "actually.jpg"), 1000) // a PNG
	drawFile(t, filepath.Join(dir, "outside.png"), 1001)
	write(t, filepath.Join(dir, "b", "notes.txt"), []byte("text"))
	write(t, filepath.Join(dir, "b", "._x.png"), []byte("resource fork"))
	if err := os.Mkdir(filepath.Join(dir, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	report := check(t, dir, images.CheckOptions{Workers: 3, Generator: images.Generator{ShearRange: 0.2}})
	want := map[string]int{
		"empty": 1, "truncated": 1, "format": 1, "too-large": 1, "duplicate": 2, "extension": 1,
		"stray": 1, "ignored": 1, "hidden": 2, "classes": 1, "tiny": 1, "parameter": 1,
	}
	kinds := kindsOf(report)
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("%d findings of kind %s, want %d", kinds[kind], kind, n)
		}
	}
	if len(kinds) != len(want) {
		t.Errorf("kinds %v, want %v", kinds, want)
	}
	if report.Blocked() {
		t.Error("blocked by what a training leaves out")
	}
	if good, bad := report.Count(); good != 19 || bad != 4 {
		t.Errorf("%d good and %d bad, want 19 and 4", good, bad)
	}
	if !check(t, dir, images.CheckOptions{Strict: true}).Blocked() {
		t.Error("strict is not blocked by bad pictures")
	}
	text, err := report.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var back images.Report
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Findings) != len(report.Findings) || !slices.Equal(back.Classes, report.Classes) {
		t.Errorf("JSON gives back %v", back)
	}
}

func TestCheckOfTwoFolders(t *testing.T) {
	train, held := drawFolders(t, 4, "a", "b"), drawFolders(t, 1, "a", "c")
	report := check(t, train, images.CheckOptions{Validation: held})
	kinds := kindsOf(report)
	if kinds["leak"] != 1 || !report.Blocked() {
		t.Errorf("found %v, want a leak (a/000.png is in both) and an error for class c", report.Findings)
	}
}

func TestCheckBlocks(t *testing.T) {
	one, none := drawFolders(t, 2, "a"), t.TempDir()
	for name, report := range map[string]*images.Report{
		"one class":      check(t, one, images.CheckOptions{}),
		"no class":       check(t, none, images.CheckOptions{}),
		"unknown class":  check(t, drawFolders(t, 2, "a", "b"), images.CheckOptions{Classes: []string{"a", "b", "c"}}),
		"bad parameters": check(t, drawFolders(t, 2, "a", "b"), images.CheckOptions{Generator: images.Generator{ZoomRange: 2}}),
	} {
		if !report.Blocked() {
			t.Errorf("%s: not blocked, found %v", name, report.Findings)
		}
	}
	if _, err := images.Check(context.Background(), filepath.Join(none, "gone"), images.CheckOptions{}); err == nil {
		t.Error("a folder that is not there is no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := images.Check(ctx, one, images.CheckOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCheckFindsUnequalClasses(t *testing.T) {
	dir := drawFolders(t, 2, "a", "b")
	for i := range uint32(8) {
		drawFile(t, filepath.Join(dir, "b", fmt.Sprint("more", i, ".png")), 100+i)
	}
	if kinds := kindsOf(check(t, dir, images.CheckOptions{})); kinds["imbalance"] != 1 {
		t.Errorf("found %v, want an imbalance of 2 to 10", kinds)
	}
}

func TestAdvice(t *testing.T) {
	for name, c := range map[string]struct {
		g    images.Generator
		want int
	}{
		"nothing":                {images.Generator{}, 0},
		"the common eight":       {images.Generator{Rescale: 1.0 / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2, ShearRange: 10, ZoomRange: 0.2, HorizontalFlip: true}, 0},
		"shear as a fraction":    {images.Generator{ShearRange: 0.2}, 1},
		"rotation as a fraction": {images.Generator{RotationRange: 0.4}, 1},
		"shift of one":           {images.Generator{WidthShiftRange: 1, HeightShiftPixels: 1}, 2},
		"only smaller":           {images.Generator{ZoomBounds: [2]float64{1.2, 2}}, 1},
		"rescale of 255":         {images.Generator{Rescale: 255}, 1},
		"a value for no fill":    {images.Generator{CVal: 3}, 1},
		"scaled twice":           {images.Generator{Preprocess: images.TF, Rescale: 1.0 / 255}, 1},
	} {
		if got := c.g.Advice(); len(got) != c.want {
			t.Errorf("%s: %d pieces of advice, want %d: %q", name, len(got), c.want, got)
		}
	}
}
