package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLRFind(t *testing.T) {
	cached(t)
	folder, chart := drawn(t, 10, "circle", "star"), filepath.Join(t.TempDir(), "rates.svg")
	args := []string{"lr-find", folder, "--image-size", "24", "--batch", "4", "--steps", "30", "--out", chart, "--json"}
	r := decode[ratesResult](t, succeed(t, args...))
	if len(r.Rates) < 5 || len(r.Losses) != len(r.Rates) || r.Chart != chart || !(r.Valley >= 0 && r.Valley < 10) {
		t.Errorf("the result is %+v", r)
	}
	if content, err := os.ReadFile(chart); err != nil || !strings.Contains(string(content), "<svg") {
		t.Errorf("the chart is %.40s, %v", content, err)
	}
	text := succeed(t, "lr-find", folder, "--base", "mobilenet_v2", "--alpha", "0.35", "--weights", baseWeights(t), "--image-size", "32",
		"--optimizer", "adam", "--steps", "20", "--out", chart)
	if !strings.Contains(text, "suggested learning rate") {
		t.Errorf("it says %s", text)
	}
}

func TestLRFindMisuse(t *testing.T) {
	folder := drawn(t, 6, "circle", "star")
	if o := call(t, "lr-find", folder, "--out", "rates.gif"); o.status == succeeded || !strings.Contains(o.screen, "gif") {
		t.Errorf("a chart of another format: exit status %d saying %s", o.status, o.screen)
	}
	if o := call(t, "lr-find", folder, "--from", "2", "--to", "1", "--image-size", "24"); o.status == succeeded || !strings.Contains(o.screen, "rates from 2 to 1") {
		t.Errorf("falling rates: exit status %d saying %s", o.status, o.screen)
	}
}
