package images_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lince-ml/lince/images"
)

func digest(t *testing.T, folder string) string {
	t.Helper()
	flow, err := images.Generator{}.FlowFromDirectory(folder, small)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := flow.Digest(t.Context())
	if err != nil || len(sum) != 64 {
		t.Fatalf("the digest is %q, %v", sum, err)
	}
	return sum
}

// The digest tells changed pictures, also those of the same size and time, and
// nothing else.
func TestDigest(t *testing.T) {
	folder := drawFolders(t, 3, "a", "b")
	first, other := filepath.Join(folder, "a", "000.png"), filepath.Join(folder, "b", "000.png")
	whole := digest(t, folder)
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.CopyFS(moved, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if got := digest(t, moved); got != whole {
		t.Error("a copy of the folder has another digest")
	}
	if err := os.Chtimes(first, time.Time{}, time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	if got := digest(t, folder); got != whole {
		t.Error("another time changes the digest")
	}
	content, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func() error{
		"bytes behind the picture's end": func() error { return os.WriteFile(first, append(content, 0), 0o600) },
		"another name":                   func() error { return os.Rename(first, filepath.Join(folder, "a", "zero.png")) },
		"another class":                  func() error { return os.Rename(first, filepath.Join(folder, "b", "zero.png")) },
		"one picture fewer":              func() error { return os.Remove(other) },
		"another of the same size": func() error {
			changed := append([]byte(nil), content...)
			changed = append(changed, 1) // behind the end, where decoders do not look
			if err := os.WriteFile(first, append(content, 0), 0o600); err != nil {
				return err
			}
			before := digest(t, folder)
			if err := os.WriteFile(first, changed, 0o600); err != nil {
				return err
			}
			if digest(t, folder) == before {
				t.Error("a change that leaves the size is not seen")
			}
			return nil
		},
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if got := digest(t, folder); got == whole {
			t.Errorf("%s: the digest is the same", name)
		}
		if err := errors.Join(os.RemoveAll(folder), os.CopyFS(folder, os.DirFS(moved))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDigestStops(t *testing.T) {
	flow, err := images.Generator{}.FlowFromDirectory(drawFolders(t, 3, "a", "b"), small)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := flow.Digest(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a digest that is cancelled: %v", err)
	}
}
