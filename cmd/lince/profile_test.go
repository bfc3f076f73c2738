package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProfileModel(t *testing.T) {
	model := trained(t)
	file := filepath.Join(t.TempDir(), "trace.json")
	result := decode[profileResult](t, succeed(t, "profile", model, "--batch", "2", "--rounds", "1", "--threads", "1", "--trace", file, "--json"))
	shares, convolutions := 0.0, 0
	for _, s := range result.Steps {
		shares += s.Share
		if s.Kind == "convolution" && s.GFLOPS > 0 && s.Layer != "" {
			convolutions++
		}
	}
	if shares < 0.999 || shares > 1.001 || convolutions == 0 || result.Batch != 2 || result.Threads != 1 || result.Peak <= 0 || result.Bandwidth <= 0 {
		t.Errorf("profile is %+v", result)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written trace
	if err := json.Unmarshal(content, &written); err != nil || len(written.Events) != len(result.Steps) {
		t.Fatalf("the trace holds %d events of %d steps, %v", len(written.Events), len(result.Steps), err)
	}
	last := 0.0
	for _, event := range written.Events {
		if event.Phase != "X" || event.Start < last || event.Name == "" {
			t.Errorf("event %+v", event)
		}
		last = event.Start
	}
}

func TestProfileText(t *testing.T) {
	text := succeed(t, "profile", trained(t), "--batch", "1", "--rounds", "1", "--top", "1")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 6 || !strings.Contains(lines[1], "GFLOP/s") || !strings.HasPrefix(lines[3], "share") || !strings.HasSuffix(strings.TrimSpace(lines[5]), "more") {
		t.Errorf("it says\n%s", text)
	}
}

func TestProfileMisuse(t *testing.T) {
	for _, args := range [][]string{
		{"profile", "decode"}, {"profile", "seed-infer", "--rounds", "0"}, {"profile", "seed-infer", "--batch", "-1"}, {"profile"},
	} {
		if o := call(t, args...); o.status != misused {
			t.Errorf("%v: exit status %d saying %s", args, o.status, o.screen)
		}
	}
	if o := call(t, "profile", "no-such.keras"); o.status != failed || !strings.Contains(o.screen, "seed-train") {
		t.Errorf("an unknown model: exit status %d saying %s", o.status, o.screen)
	}
}
