package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lince-ml/lince"
)

// command runs a command line as a process of its own.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), commandVariable+"=1")
	return cmd
}

// interruptAfter starts a command, sends it a Ctrl-C when it has printed a
// text, and returns its exit status and all that it printed.
func interruptAfter(t *testing.T, text string, cmd *exec.Cmd) (status int, printed string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	cmd.Stderr = &screen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	sent := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if !sent && strings.Contains(lines.Text(), text) {
			sent = true
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if !sent {
		t.Fatalf("it never printed %q: %s%s", text, all.String(), screen.String())
	}
	return cmd.ProcessState.ExitCode(), all.String() + screen.String()
}

// TestInterruptAndResume: a training that Ctrl-C stops and --resume ends is,
// to the bit, the same as one that was never stopped.
func TestInterruptAndResume(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent a Ctrl-C on Windows")
	}
	folder, work := drawn(t, 40, "circle", "star"), t.TempDir()
	whole, parts := filepath.Join(work, "whole.keras"), filepath.Join(work, "parts.keras")
	args := func(out string) []string {
		return small(folder, out, "--epochs", "12", "--batch", "4", "--augment", "default", "--patience", "9")
	}
	succeed(t, args(whole)...)

	status, printed := interruptAfter(t, "Epoch 4/", command(t, args(parts)...))
	if status != interrupted || !strings.Contains(printed, "--resume goes on") {
		t.Fatalf("exit status %d, expected %d:\n%s", status, interrupted, printed)
	}
	for file, found := range exists(parts, "keras", "history.json", "settings.json", "log", "backup.keras") {
		if !found {
			t.Errorf("there is no %s after Ctrl-C", file)
		}
	}
	first := readHistoryFile(t, filepath.Join(work, "parts.history.json"))
	if len(first.Epochs) < 3 || len(first.Epochs) >= 12 {
		t.Errorf("the first part has %d epochs", len(first.Epochs))
	}
	refuseUnlessResumed(t, args(parts))

	printed = succeed(t, append(args(parts), "--resume")...)
	if !strings.Contains(printed, "going on in epoch") {
		t.Errorf("--resume does not say where it goes on:\n%s", printed)
	}
	if found := exists(parts, "backup.keras"); found["backup.keras"] {
		t.Error("the backup is still there after the end")
	}
	if a, b := readHistoryFile(t, filepath.Join(work, "whole.history.json")), readHistoryFile(t, filepath.Join(work, "parts.history.json")); !sameHistory(a, b) {
		t.Errorf("the histories differ:\n%v\n%v", a, b)
	}
	sameWeights(t, whole, parts)
}

// refuseUnlessResumed: an unfinished run is neither destroyed nor mixed with
// another one.
func refuseUnlessResumed(t *testing.T, args []string) {
	t.Helper()
	if o := call(t, args...); o.status != failed || !strings.Contains(o.screen, "--anew") {
		t.Errorf("without --resume: exit status %d saying %s", o.status, o.screen)
	}
	settings := strings.TrimSuffix(args[3], "keras") + "settings.json"
	before, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if o := call(t, append(args, "--resume", "--seed", "9")...); o.status != failed || !strings.Contains(o.screen, "seed") || !strings.Contains(o.screen, "--anew") {
		t.Errorf("--resume with another seed: exit status %d saying %s", o.status, o.screen)
	}
	if after, err := os.ReadFile(settings); err != nil || !bytes.Equal(before, after) {
		t.Error("a refused --resume changed the settings file")
	}
}

// TestResumeNoticesPictures: a run does not go on with other pictures, not with
// those that look the same to the file system either.
func TestResumeNoticesPictures(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be sent a Ctrl-C on Windows")
	}
	folder, out := drawn(t, 20, "circle", "star"), filepath.Join(t.TempDir(), "shapes.keras")
	args := small(folder, out, "--epochs", "400", "--batch", "4")
	if status, printed := interruptAfter(t, "Epoch 2/", command(t, args...)); status != interrupted {
		t.Fatalf("exit status %d:\n%s", status, printed)
	}
	files, err := filepath.Glob(filepath.Join(folder, "circle", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], append(slices.Clone(whole), 0), 0o600); err != nil {
		t.Fatal(err)
	}
	o := call(t, append(args, "--resume")...)
	if o.status != failed || !strings.Contains(o.screen, "are not those that the training began with") || !strings.Contains(o.screen, "--anew") {
		t.Errorf("with a changed picture: exit status %d saying %s", o.status, o.screen)
	}
	settings := strings.TrimSuffix(out, "keras") + "settings.json"
	if said := succeed(t, "train", "--settings", settings, "--epochs", "1", "--out", filepath.Join(t.TempDir(), "again.keras")); !strings.Contains(said, "pictures are not those of "+settings) {
		t.Errorf("a repeated run with a changed picture says\n%s", said)
	}
	if err := os.WriteFile(files[0], whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := succeed(t, append(args, "--resume", "--epochs", "1")...); strings.Contains(said, "are not those") {
		t.Errorf("with the pictures of before it says\n%s", said)
	}
}

func sameWeights(t *testing.T, one, other string) {
	t.Helper()
	a, err := lince.Load(one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := lince.Load(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range a.Layers() {
		x, err := a.Weights(layer.Name())
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Weights(layer.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			if !slices.Equal(x[i].Float32s(), y[i].Float32s()) {
				t.Errorf("weight %d of layer %s differs", i, layer.Name())
			}
		}
	}
}

func TestAnewGivesUpTheBackup(t *testing.T) {
	folder, out := drawn(t, 5, "circle", "star"), filepath.Join(t.TempDir(), "a.keras")
	if err := os.WriteFile(strings.TrimSuffix(out, "keras")+"backup.keras", []byte("of an earlier run"), 0o644); err != nil {
		t.Fatal(err)
	}
	succeed(t, small(folder, out, "--anew")...)
	if found := exists(out, "keras", "backup.keras"); !found["keras"] || found["backup.keras"] {
		t.Errorf("the files are %v", found)
	}
}

func TestResumeWithoutBackup(t *testing.T) {
	folder, out := drawn(t, 5, "circle", "star"), filepath.Join(t.TempDir(), "a.keras")
	if printed := succeed(t, small(folder, out, "--resume")...); !strings.Contains(printed, "beginning at the start") {
		t.Errorf("it says\n%s", printed)
	}
}

// TestCacheClean runs with a cache folder of its own.
func TestCacheClean(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the cache's folder is given by the environment on Linux only")
	}
	home := t.TempDir()
	for _, args := range [][]string{{"cache", "--json"}, {"cache", "clean"}} {
		cmd := command(t, args...)
		cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+home)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if len(args) == 2 && args[1] == "clean" {
			if string(out) != "0 bytes freed\n" {
				t.Errorf("clean says %q", out)
			}
			continue
		}
		c := decode[cacheResult](t, string(out))
		for _, one := range []cacheFolder{c.Pictures, c.Features} {
			if !strings.HasPrefix(one.Folder, home) || one.Bytes != 0 {
				t.Errorf("the cache is %+v", c)
			}
		}
	}
}
