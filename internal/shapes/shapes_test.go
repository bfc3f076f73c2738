package shapes_test

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/internal/shapes"
)

func drawn(t testing.TB, class, size int, seed uint64, index int) []uint8 {
	t.Helper()
	picture, err := shapes.Draw(class, size, seed, index)
	if err != nil {
		t.Fatal(err)
	}
	if bounds := picture.Bounds(); bounds != image.Rect(0, 0, size, size) {
		t.Errorf("the picture is %v", bounds)
	}
	return picture.(*image.RGBA).Pix
}

func TestDrawIsRepeatable(t *testing.T) {
	first := drawn(t, 2, 16, 1, 5)
	if !slices.Equal(first, drawn(t, 2, 16, 1, 5)) {
		t.Error("the same arguments give another picture")
	}
	for name, other := range map[string][]uint8{"class": drawn(t, 1, 16, 1, 5), "seed": drawn(t, 2, 16, 2, 5), "index": drawn(t, 2, 16, 1, 6)} {
		if slices.Equal(first, other) {
			t.Errorf("another %s gives the same picture", name)
		}
	}
}

// Every picture holds a shape: two colours that lie apart, none of which
// covers nearly all, and opaque pixels.
func TestShapesAreSeen(t *testing.T) {
	const size = 24
	for class, name := range shapes.Classes() {
		for index := range 10 {
			pixels := drawn(t, class, size, 3, index)
			var levels []int
			for i := 0; i < len(pixels); i += 4 {
				if pixels[i+3] != 255 {
					t.Fatalf("%s %d: a pixel is not opaque", name, index)
				}
				levels = append(levels, (299*int(pixels[i])+587*int(pixels[i+1])+114*int(pixels[i+2]))/1000)
			}
			slices.Sort(levels)
			if apart := levels[len(levels)*24/25] - levels[len(levels)/25]; apart < 40 {
				t.Errorf("%s %d: the brightness of ground and shape lies %d apart", name, index, apart)
			}
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	for _, c := range [][2]int{{-1, 16}, {4, 16}, {0, 7}, {0, -1}} {
		if _, err := shapes.Draw(c[0], c[1], 1, 0); err == nil {
			t.Errorf("class %d was drawn at %d pixels", c[0], c[1])
		}
	}
}

func TestWriteFolder(t *testing.T) {
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, 3, 12, 9, 100); err != nil {
		t.Fatal(err)
	}
	for class, name := range shapes.Classes() {
		for i := range 3 {
			path := filepath.Join(folder, name, fmt.Sprintf("%03d.png", i))
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			picture, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			want := drawn(t, class, 12, 9, 100+i)
			for p := range 12 * 12 {
				r, g, b, _ := picture.At(p%12, p/12).RGBA()
				if got := []uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}; !slices.Equal(got, want[4*p:4*p+3]) {
					t.Fatalf("%s: pixel %d is %v, want %v", path, p, got, want[4*p:4*p+3])
				}
			}
		}
	}
	blocked := filepath.Join(folder, "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := shapes.WriteFolder(blocked, 1, 12, 9, 0); err == nil {
		t.Error("pictures were written below a file")
	}
	if err := shapes.WriteFolder(t.TempDir(), 1, 3, 9, 0); err == nil {
		t.Error("pictures of 3 pixels were written")
	}
}

func ExampleDraw() {
	picture, err := shapes.Draw(2, 32, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(shapes.Classes()[2], picture.Bounds().Size())
	// Output: star (32,32)
}
