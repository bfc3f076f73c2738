package main

import (
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/explain"
)

// checkPNG: the file is a picture whose longer side is at least so long.
func checkPNG(t *testing.T, path string, least int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	config, err := png.DecodeConfig(file)
	if err != nil || max(config.Width, config.Height) < least {
		t.Errorf("%s: %d×%d, %v", path, config.Width, config.Height, err)
	}
}

func TestExplainOnePicture(t *testing.T) {
	model, folder := trained(t), drawn(t, 1, "circle", "star")
	picture := firstPicture(t, filepath.Join(folder, "star"))
	for _, method := range explainMethods {
		t.Run(method, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "why.png")
			args := []string{"explain", model, "--method", method, "--out", out}
			switch method {
			case bySmoothGrad:
				args = append(args, "--samples", "2")
			case ofMaxima:
				args = append(args, "--steps", "3")
			}
			if method != ofFilters && method != ofMaxima {
				args = append(args, picture)
			}
			said := succeed(t, args...)
			if slices.Contains(args, picture) && !strings.HasPrefix(said, picture) {
				t.Errorf("it says %q", said)
			}
			checkPNG(t, out, 24)
		})
	}
}

func firstPicture(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, entries[0].Name())
}

// A folder is explained but for what cannot be read, which is named.
func TestExplainFolder(t *testing.T) {
	model, folder, out := trained(t), drawn(t, 2, "circle", "star"), t.TempDir()
	bad := filepath.Join(folder, "star", "bad.png")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := call(t, "explain", model, folder, "--out", out, "--json", "--class", "star")
	if o.status != failed || !strings.Contains(o.screen, bad) {
		t.Errorf("exit status %d saying %s", o.status, o.screen)
	}
	type answer struct {
		explain.Heat
		Error string `json:"error"`
	}
	answers := decode[[]answer](t, o.out)
	if len(answers) != 5 {
		t.Fatalf("there are %d answers, expected 4 pictures and an error: %s", len(answers), o.out)
	}
	for _, a := range answers {
		if a.File == bad {
			if a.Error == "" || a.Values != nil {
				t.Errorf("%s: %+v", a.File, a)
			}
			continue
		}
		if a.Class != "star" || a.Layer == "" || len(a.Values) != a.Height*a.Width || len(a.Values) == 0 {
			t.Errorf("%+v", a)
		}
		below, err := filepath.Rel(folder, a.File)
		if err != nil {
			t.Fatal(err)
		}
		checkPNG(t, filepath.Join(out, strings.TrimSuffix(below, filepath.Ext(below))+".png"), 256)
	}
}

// In float64 a map is that of float32 but for rounding, and not the same.
func TestExplainInFloat64(t *testing.T) {
	model, folder := trained(t), drawn(t, 1, "star")
	values := func(flags ...string) []float32 {
		said := succeed(t, append([]string{"explain", model, folder, "--json"}, flags...)...)
		heats := decode[[]explain.Heat](t, said)
		if len(heats) != 1 {
			t.Fatalf("there are %d answers, expected 1", len(heats))
		}
		return heats[0].Normalized()
	}
	single, double := values(), values("--float64")
	if slices.Equal(single, double) {
		t.Errorf("float64 changes nothing of %v", single)
	}
	for i, v := range double {
		if difference := max(v-single[i], single[i]-v); !(difference <= 1e-4) {
			t.Errorf("value %d is %v in float32 and %v in float64", i, single[i], v)
		}
	}
}

func TestExplainMisuse(t *testing.T) {
	model, folder := trained(t), drawn(t, 1, "circle", "star")
	picture, out := firstPicture(t, filepath.Join(folder, "star")), filepath.Join(t.TempDir(), "why.png")
	tests := []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"no pictures", []string{"--out", out}, misused, "none is given"},
		{"nowhere to go", []string{picture}, misused, "--out"},
		{"several into one file", []string{folder, "--out", out}, misused, "folder"},
		{"unknown method", []string{picture, "--out", out, "--method", "lime"}, misused, "grad-cam++"},
		{"unknown layer", []string{picture, "--out", out, "--layer", "nowhere"}, failed, "those with height and width are"},
		{"flat layer", []string{picture, "--out", out, "--layer", "dense"}, failed, "no height and width"},
		{"unknown class", []string{picture, "--out", out, "--class", "cat"}, failed, "circle, star"},
		{"pictures for filters", []string{picture, "--out", out, "--method", "filters"}, misused, "takes no pictures"},
		{"units and a class", []string{"--out", out, "--method", "maximize", "--class", "star", "--unit", "1"}, misused, "--class"},
		{"a layer for pixels", []string{picture, "--out", out, "--method", "saliency", "--layer", "conv2d"}, misused, "but to grad-cam"},
		{"a class for features", []string{picture, "--out", out, "--method", "features", "--class", "star"}, misused, "--class"},
		{"no such format", []string{picture, "--out", "why.jpg"}, misused, ".png"},
		{"two precisions", []string{picture, "--out", out, "--float64", "--precision", "bf16"}, misused, "exclude each other"},
		{"no such unit", []string{"--out", out, "--method", "maximize", "--unit", "7"}, failed, "expected 0 to 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := call(t, append([]string{"explain", model}, test.args...)...)
			if o.status != test.status || !strings.Contains(o.screen, test.says) {
				t.Errorf("exit status %d saying %s", o.status, o.screen)
			}
		})
	}
}
