package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestExitStatus(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct {
		args   []string
		status int
		says   string // on standard error
	}{
		{[]string{}, succeeded, ""},
		{[]string{"--version"}, succeeded, ""},
		{[]string{"help", "train"}, succeeded, ""},
		{[]string{"trian"}, misused, `there is no verb "trian"; did you mean train?`},
		{[]string{"help", "trian"}, misused, "did you mean train?"},
		{[]string{"cache", "wipe"}, misused, "lince cache --help"},
		{[]string{"completion", "bash", "more"}, misused, "more"},
		{[]string{"check"}, misused, "check takes FOLDER, but nothing is given; see lince check --help"},
		{[]string{"check", missing}, failed, missing},
		{[]string{"check", "a", "b"}, misused, "2 arguments"},
		{[]string{"check", "a", "--image-size", "12x"}, misused, "HEIGHTxWIDTH"},
		{[]string{"check", "a", "--augment", "much"}, misused, "expected default or none"},
		{[]string{"train"}, misused, "FOLDER"},
		{[]string{"train", missing, "--out", filepath.Join(t.TempDir(), "a.keras")}, failed, missing},
		{[]string{"train", "a", "--epoch", "3"}, misused, "unknown flag: --epoch"},
		{[]string{"train", "a", "--epochs", "0"}, misused, "--epochs 0"},
		{[]string{"train", "a", "--batch", "0"}, misused, "--batch 0"},
		{[]string{"train", "a", "--seed", "-1"}, misused, "--seed"},
		{[]string{"train", "a", "--threads", "-1"}, misused, "--threads -1"},
		{[]string{"train", "a", "--optimizer", "sdg"}, misused, "sgd, rmsprop"},
		{[]string{"train", "a", "--optimizer", "adam", "--momentum", "0.9"}, misused, "moments of its own"},
		{[]string{"train", "a", "--momentum", "1"}, misused, "below 1"},
		{[]string{"train", "a", "--weight-decay", "-1"}, misused, "--weight-decay -1"},
		{[]string{"train", "a", "--learning-rate", "0"}, misused, "above 0"},
		{[]string{"train", "a", "--validation-split", "1"}, misused, "below 1"},
		{[]string{"train", "a", "--validation-split", "0", "--patience", "2"}, misused, "--patience needs validation"},
		{[]string{"train", "a", "--class-weights", "fair"}, misused, "expected balanced"},
		{[]string{"train", "a", "--rescale", "1/0"}, misused, "1/0"},
		{[]string{"train", "a", "--zoom-range", "1"}, misused, "less than 1"},
		{[]string{"train", "a", "--brightness-range", "0.5"}, misused, "two numbers"},
		{[]string{"train", "a", "--fill-mode", "blur"}, misused, "--fill-mode"},
		{[]string{"train", "a", "--interpolation-order", "2"}, misused, "0, 1 or 3"},
		{[]string{"train", "a", "--cval", "256"}, misused, "--cval 256"},
		{[]string{"train", "a", "--cache-limit", "much"}, misused, "--cache-limit"},
		{[]string{"train", "a", "--out", "model.h5"}, misused, "must end in .keras"},
		{[]string{"train", "a", "--out", filepath.Join(missing, "a.keras")}, failed, "make it first"},
		{[]string{"train", "a", "--resume", "--anew"}, misused, "one of them"},
		{[]string{"train", "--settings", missing}, failed, missing},
		{[]string{"evaluate", missing}, misused, "MODEL FOLDER"},
		{[]string{"evaluate", missing, "b"}, failed, missing},
		{[]string{"evaluate", missing, "b", "--batch", "0"}, misused, "--batch 0"},
		{[]string{"predict", missing}, misused, "PICTURE..."},
		{[]string{"predict", missing, "b"}, failed, missing},
		{[]string{"predict", missing, "b", "--top", "-1"}, misused, "--top -1"},
		{[]string{"predict", missing, "b", "--threads", "-1"}, misused, "--threads -1"},
		{[]string{"summary", missing}, failed, missing},
		{[]string{"summary", missing, "--line-length", "-1"}, misused, "--line-length -1"},
		{[]string{"plot", missing}, failed, missing},
		{[]string{"plot", missing, "--out", "a.gif"}, misused, ".svg or .png"},
		{[]string{"plot", "activation", "rellu"}, misused, "relu"},
		{[]string{"bench", "speed"}, misused, "seed-train"},
		{[]string{"bench", "decode"}, misused, "--data FOLDER"},
		{[]string{"bench", "seed-infer", "--rounds", "0"}, misused, "--rounds 0"},
		{[]string{"demo", "--epochs", "0"}, misused, "--epochs 0"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			o := call(t, test.args...)
			if o.status != test.status {
				t.Errorf("exit status %d, expected %d: %s", o.status, test.status, o.screen)
			}
			if !strings.Contains(o.screen, test.says) || (test.says == "") != (o.screen == "") {
				t.Errorf("standard error says %q, expected %q", o.screen, test.says)
			}
			if test.status != succeeded && (o.out != "" || !strings.HasPrefix(o.screen, "lince: ")) {
				t.Errorf("an error belongs on standard error and begins with the program's name: %q, %q", o.out, o.screen)
			}
		})
	}
}

// eachVerb visits all commands of Lince's own.
func eachVerb(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, verb := range cmd.Commands() {
		if name := verb.Name(); name != "help" && name != "completion" {
			eachVerb(verb, visit)
		}
	}
}

func TestEveryVerbIsExplained(t *testing.T) {
	eachVerb(newRoot(io.Discard, io.Discard), func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Short == "" || !strings.Contains(cmd.Example, path) && cmd.Name() != "demo" {
			t.Errorf("%s has no short text or no example of its own", path)
		}
		for line := range strings.Lines(cmd.Long) {
			if len(line) > helpWidth {
				t.Errorf("%s: a line of help is longer than %d characters: %s", path, helpWidth, line)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if len(strings.Fields(f.Usage)) < 3 {
				t.Errorf("%s --%s: %q says too little", path, f.Name, f.Usage)
			}
		})
	})
}

func TestHelpListsEveryFlag(t *testing.T) {
	eachVerb(newRoot(io.Discard, io.Discard), func(cmd *cobra.Command) {
		args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		text := succeed(t, args...)
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(text, "--"+f.Name) {
				t.Errorf("%s --help does not list --%s", cmd.CommandPath(), f.Name)
			}
		})
		for line := range strings.Lines(text) {
			if len(line) > helpWidth+12 { // a default is not broken
				t.Errorf("%s --help has a line of %d characters: %s", cmd.CommandPath(), len(line), line)
			}
		}
	})
}

func TestCompletion(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"tra"}, "train"},
		{[]string{"plot", "activation", "rel"}, "relu"},
		{[]string{"bench", "seed-i"}, "seed-infer"},
		{[]string{"train", "--optimizer", "rms"}, "rmsprop"},
		{[]string{"train", "--interpolation", "lan"}, "lanczos"},
		{[]string{"train", "--interpolation-order", ""}, "3"},
		{[]string{"train", "--class-weights", ""}, "balanced"},
		{[]string{"train", "--color-mode", "g"}, "grayscale"},
		{[]string{"train", "--fill-mode", "w"}, "wrap"},
		{[]string{"train", "--augment", "d"}, "default"},
		{[]string{"check", "--augment", "d"}, "default"},
		{[]string{"check", "--fill-mode", "w"}, "wrap"},
	} {
		if out := succeed(t, append([]string{"__complete"}, test.args...)...); !strings.Contains(out, test.want) {
			t.Errorf("completing %v offers %q, expected %s", test.args, out, test.want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out := succeed(t, "completion", shell); !strings.Contains(out, "lince") {
			t.Errorf("no completion for %s", shell)
		}
	}
}

func TestTell(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
		says   string
	}{
		{nil, succeeded, ""},
		{errors.New("images: bad"), failed, "lince: images: bad\n"},
		{errors.New("lince: bad"), failed, "lince: bad\n"},
		{fmt.Errorf("wrapped: %w", usageError{errors.New("bad")}), misused, "lince: wrapped: bad\n"},
		{silentError{errors.New("told")}, failed, ""},
		{fmt.Errorf("images: %w", context.Canceled), interrupted, "lince: interrupted\n"},
		{silentError{context.Canceled}, interrupted, ""},
	} {
		var screen bytes.Buffer
		if status := tell(&screen, test.err); status != test.status || screen.String() != test.says {
			t.Errorf("%v: exit status %d saying %q, expected %d and %q", test.err, status, screen.String(), test.status, test.says)
		}
	}
}

func TestPanicBecomesAnError(t *testing.T) {
	t.Setenv(debugVariable, "")
	var screen bytes.Buffer
	status := guarded(&screen, func() int { panic("out of cheese") })
	if status != failed || !strings.Contains(screen.String(), "out of cheese") || !strings.Contains(screen.String(), debugVariable) {
		t.Errorf("exit status %d saying %q", status, screen.String())
	}
	t.Setenv(debugVariable, "1")
	defer func() {
		if recover() == nil {
			t.Error("with the debug variable set the panic was swallowed")
		}
	}()
	guarded(&screen, func() int { panic("out of cheese") })
}

// TestCancelledBeforeItBegins: Ctrl-C while pictures are read.
func TestCancelledBeforeItBegins(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	folder := drawn(t, 4, "circle", "star")
	model := trained(t)
	for _, args := range [][]string{small(folder, filepath.Join(t.TempDir(), "a.keras")), {"check", folder}, {"evaluate", model, folder}, {"predict", model, folder}} {
		var out, screen bytes.Buffer
		if status := run(ctx, args, &out, &screen); status != interrupted || screen.String() != "lince: interrupted\n" {
			t.Errorf("%s: exit status %d saying %q", args[0], status, screen.String())
		}
	}
}
