package jpeg_test

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images/jpeg"
)

// golden is a file with the checksum of the pixels that Pillow gives.
type golden struct{ path, checksum string }

// checksums reads a list that testdata/generate.py writes: lines of a checksum
// and a name, each folder's after a line with the folder.
func checksums(t testing.TB, name string) (files []golden) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	folder := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasSuffix(line, "/") {
			folder = line
			continue
		}
		checksum, name, _ := strings.Cut(line, " ")
		files = append(files, golden{folder + name, checksum})
	}
	return files
}

// decodeAsPillow fails unless the file's pixels have the checksum.
func decodeAsPillow(t *testing.T, d *jpeg.Decoder, folder string, g golden) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, g.path))
	if err != nil {
		t.Error(err)
		return
	}
	m, err := d.Decode(content)
	if err != nil {
		t.Errorf("%s: %v", g.path, err)
		return
	}
	config, err := jpeg.DecodeConfig(content)
	if want := (jpeg.Config{Width: m.Width, Height: m.Height, Components: m.Components}); err != nil || config != want {
		t.Errorf("%s: the header says %v and %v, the picture %v", g.path, config, err, want)
	}
	if got := fmt.Sprintf("%08x", crc32.ChecksumIEEE(m.Pix)); got != g.checksum {
		t.Errorf("%s: checksum %s of %d×%d×%d, expected %s", g.path, got, m.Width, m.Height, m.Components, g.checksum)
	}
}

func TestSmallFilesAsPillow(t *testing.T) {
	var d jpeg.Decoder
	for _, g := range checksums(t, "small.txt") {
		decodeAsPillow(t, &d, "testdata/small", g)
	}
}

// sharedData returns the folder of real photos beside the project, or skips.
func sharedData(t testing.TB) string {
	t.Helper()
	folder, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			t.Skip("no go.mod above this package")
		}
		folder = parent
	}
	data := filepath.Join(folder, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("real photos are absent: no ../shared/data beside the project")
	}
	return data
}

// TestPhotosAsPillow takes about 300 photos, or with LINCE_ALL_PHOTOS set all.
func TestPhotosAsPillow(t *testing.T) {
	data := sharedData(t)
	photos := checksums(t, "photos.txt")
	step := max(1, len(photos)/300)
	if os.Getenv("LINCE_ALL_PHOTOS") != "" {
		step = 1
	}
	var d jpeg.Decoder
	for i := 0; i < len(photos); i += step {
		decodeAsPillow(t, &d, data, photos[i])
	}
}

func TestScaledAsPillow(t *testing.T) {
	var d jpeg.Decoder
	for _, g := range checksums(t, "scaled.txt") {
		scale, name := filepath.Split(g.path)
		if _, err := fmt.Sscanf(scale, "%d/", &d.Scale); err != nil {
			t.Fatal(err)
		}
		m, err := d.Decode(small(t, name))
		if err != nil {
			t.Errorf("%s: %v", g.path, err)
			continue
		}
		if got := fmt.Sprintf("%08x", crc32.ChecksumIEEE(m.Pix)); got != g.checksum {
			t.Errorf("%s: checksum %s of %d×%d×%d, expected %s", g.path, got, m.Width, m.Height, m.Components, g.checksum)
		}
	}
}
