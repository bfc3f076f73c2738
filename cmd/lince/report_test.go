package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	pictures, out := drawn(t, 10, "circle", "star"), filepath.Join(t.TempDir(), "pets.keras")
	succeed(t, small(pictures, out, "--horizontal-flip")...)
	folder := filepath.Join(t.TempDir(), "report")
	text := succeed(t, "report", out, pictures, "--out", folder)
	page := filepath.Join(folder, "report.html")
	for _, part := range []string{" of 20 pictures are right", "Beware: 20 pictures are among those it was trained on", "too few", page} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %q:\n%s", part, text)
		}
	}
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"lince train --settings", "lince report", "horizontal_flip"} {
		if !strings.Contains(string(content), part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	overfit := filepath.Join(t.TempDir(), "history.json")
	if err := os.WriteFile(overfit, []byte(overfitted), 0o644); err != nil {
		t.Fatal(err)
	}
	result := decode[struct {
		Command  string
		Files    []string
		Pictures int
		Check    any
		Learning struct {
			Epoch    int
			Remedies []string
		}
	}](t, succeed(t, "report", out, pictures, "--out", folder, "--json", "--no-check", "--worst", "0", "--bins", "5", "--history", overfit))
	if !slices.Contains(result.Files, page) || result.Pictures != 20 || result.Check != nil {
		t.Errorf("the result is %+v", result)
	}
	if expected := shellLine("lince", "report", out, pictures, "--out", folder, "--no-check", "--worst", "0", "--bins", "5", "--history", overfit); !sameWords(result.Command, expected) {
		t.Errorf("the command is %s, expected %s", result.Command, expected)
	}
	// The run augmented, had no dropout, and would not have ended early.
	remedies := strings.Join(result.Learning.Remedies, "\n")
	for _, part := range []string{"Dropout: a layer", "Early stopping", "Augment more strongly"} {
		if result.Learning.Epoch != 3 || !strings.Contains(remedies, part) {
			t.Errorf("epoch %d, remedies without %q:\n%s", result.Learning.Epoch, part, remedies)
		}
	}
}

// sameWords reports whether two lines differ in the order of their words alone.
func sameWords(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.FieldsSeq(a)), slices.Sorted(strings.FieldsSeq(b)))
}

// TestReportOfModelAlone: a model without what its training left, on a folder
// with a picture that cannot be read.
func TestReportOfModelAlone(t *testing.T) {
	folder := drawn(t, 2, "circle", "star")
	broken := filepath.Join(folder, "star", "broken.jpg")
	if err := os.WriteFile(broken, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	o := call(t, "report", trained(t), folder)
	if o.status != succeeded || !strings.Contains(o.screen, "left out "+broken) || !strings.Contains(o.out, filepath.Join("report", "report.html")) {
		t.Errorf("exit status %d\n%s%s", o.status, o.out, o.screen)
	}
}

func TestReportRefusals(t *testing.T) {
	model, folder, file := trained(t), drawn(t, 2, "circle", "star"), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{folder, "--batch", "0"}, misused, "--batch 0"},
		{[]string{folder, "--bins", "101"}, misused, "--bins 101"},
		{[]string{folder, "--worst", "-1"}, misused, "--worst -1"},
		{[]string{folder, "--out", file}, misused, "is a file"},
		{[]string{folder, "--history", file}, failed, "is no history"},
		{[]string{folder, "--settings", file}, failed, "settings.json"},
		{[]string{drawn(t, 1, "circle", "square")}, failed, "tells circle, star apart"},
		{[]string{t.TempDir()}, failed, "no class folders"},
	} {
		o := call(t, append([]string{"report", model, "--out", t.TempDir()}, c.args...)...)
		if o.status != c.status || !strings.Contains(o.screen, c.says) {
			t.Errorf("%q: exit status %d saying %s", c.args, o.status, o.screen)
		}
	}
}

// TestShellLine: a shell gets the words as they were, and runs none of them.
func TestShellLine(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell here")
	}
	t.Chdir(t.TempDir())
	words := []string{"photos/a-b_c.jpg", "1/255", "x$(touch pwn2)", "x`touch pwn`", "it's", `a\b`, `"a"`, "a b", "", "a\nb", "*", "~", "#no", "!1", "{a,b}", "[a]", "ñandú", "a;touch pwn"}
	line := shellLine(append([]string{"printf", `%s\0`}, words...)...)
	out, err := exec.Command(shell, "-c", line).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, words) {
		t.Errorf("%s\ngave %q, expected %q", line, got, words)
	}
	left, err := os.ReadDir(".")
	if err != nil || len(left) > 0 {
		t.Errorf("the line ran code that left %v (%v)", left, err)
	}
	if plain := shellLine("lince", "report", "pets.keras", "--rescale", "1/255"); plain != "lince report pets.keras --rescale 1/255" {
		t.Errorf("plain words became %s", plain)
	}
}
