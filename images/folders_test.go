package images_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/random"
)

// drawFolders makes a folder of class folders, each with n noisy pictures of
// 12×10 pixels as PNG files, and returns its path.
func drawFolders(t testing.TB, n int, classes ...string) string {
	t.Helper()
	dir := t.TempDir()
	for class, name := range classes {
		for i := range n {
			drawFile(t, filepath.Join(dir, name, fmt.Sprintf("%03d.png", i)), uint32(class*n+i))
		}
	}
	return dir
}

// drawFile makes a noisy picture that depends on the number.
func drawFile(t testing.TB, path string, number uint32) {
	t.Helper()
	noise := random.NewStream(1, number)
	pixels := make([]byte, 12*10*3)
	for i := range pixels {
		pixels[i] = byte(noise.Uint32())
	}
	writePNG(t, path, []int{12, 10, 3}, pixels)
}

// write makes a file of the given content and the folders above it.
func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// sharedData returns a folder of the real data beside the project, and skips
// the test where it is absent.
func sharedData(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("no go.mod above the test")
		}
		dir = parent
	}
	path := filepath.Join(dir, "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no real data: ", err)
	}
	return path
}
