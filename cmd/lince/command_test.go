package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lince-ml/lince/internal/shapes"
)

// commandVariable makes the test binary behave as the command.
const commandVariable = "LINCE_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// outcome is what a command line left behind.
type outcome struct {
	status      int
	out, screen string
}

// call runs a command line in this process.
func call(t *testing.T, args ...string) outcome {
	t.Helper()
	var out, screen bytes.Buffer
	status := run(t.Context(), args, &out, &screen)
	return outcome{status, out.String(), screen.String()}
}

// succeed runs a command line that must succeed and returns what it printed.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	o := call(t, args...)
	if o.status != succeeded {
		t.Fatalf("lince %s: exit status %d\n%s%s", strings.Join(args, " "), o.status, o.out, o.screen)
	}
	return o.out
}

// decode reads what a command printed as JSON.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return value
}

// drawn returns a folder of pictures of some of the shapes.
func drawn(t *testing.T, count int, classes ...string) string {
	t.Helper()
	folder := t.TempDir()
	if err := draw(folder, count, classes); err != nil {
		t.Fatal(err)
	}
	return folder
}

func draw(folder string, count int, classes []string) error {
	if err := shapes.WriteFolder(folder, count, 24, 1, 0); err != nil {
		return err
	}
	for _, class := range shapes.Classes() {
		if slices.Contains(classes, class) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, class)); err != nil {
			return err
		}
	}
	return nil
}

// small are the flags of a training that takes no time.
func small(folder, out string, more ...string) []string {
	return append([]string{"train", folder, "--out", out, "--image-size", "24", "--epochs", "2", "--batch", "8"}, more...)
}

// trained returns the file of a model of circles and stars.
func trained(t *testing.T) string {
	t.Helper()
	content, err := circlesAndStars()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.keras")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

var circlesAndStars = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "lince-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	pictures := filepath.Join(folder, "pictures")
	if err := draw(pictures, 10, []string{"circle", "star"}); err != nil {
		return nil, err
	}
	out := filepath.Join(folder, "model.keras")
	var screen bytes.Buffer
	if status := run(context.Background(), small(pictures, out), &screen, &screen); status != succeeded {
		return nil, errors.New(screen.String())
	}
	return os.ReadFile(out)
})

// sharedData returns a file of the real data that some tests need.
func sharedData(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs real data: %v", err)
	}
	return path
}

// exists reports which of the files beside a model are there.
func exists(out string, extensions ...string) map[string]bool {
	found := map[string]bool{}
	for _, extension := range extensions {
		_, err := os.Stat(strings.TrimSuffix(out, "keras") + extension)
		found[extension] = err == nil
	}
	return found
}
