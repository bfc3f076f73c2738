package resize

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

// sharedData returns the folder of real photos beside the project, or skips.
func sharedData(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		if folder == filepath.Dir(folder) {
			t.Skip("no go.mod above this package")
		}
	}
	data := filepath.Join(folder, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("real photos are absent: no ../shared/data beside the project")
	}
	return data
}

// TestPhotosAsPillow decodes real photos and shrinks them to 8×8.
func TestPhotosAsPillow(t *testing.T) {
	data := sharedData(t)
	var golden struct {
		Cases []struct {
			File          string
			Height, Width int
			Miniature     array
		}
	}
	readGolden(t, "photos.json", &golden)
	var r Resizer
	for _, g := range golden.Cases {
		content, err := os.ReadFile(filepath.Join(data, g.File))
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := picture.Decode(content, picture.Options{KerasCompat: true})
		if err != nil {
			t.Errorf("%s: %v", g.File, err)
			continue
		}
		if p.Height != g.Height || p.Width != g.Width {
			t.Errorf("%s: %d×%d pixels, expected %d×%d", g.File, p.Height, p.Width, g.Height, g.Width)
		}
		tiny, err := r.Resize(p, 8, 8, Box)
		if err != nil {
			t.Errorf("%s: %v", g.File, err)
			continue
		}
		for i, want := range g.Miniature.Data {
			if int(tiny.Pix[i]) != int(want) {
				t.Errorf("%s: byte %d of the miniature is %d, expected %d", g.File, i, tiny.Pix[i], want)
				break
			}
		}
	}
}
