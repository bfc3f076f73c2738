package picture

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// fuzzPixels keeps what a fuzzed header can ask for small.
const fuzzPixels = 1 << 20

func addFiles(f *testing.F, pattern string) {
	f.Helper()
	paths, err := filepath.Glob("../testdata/decode/" + pattern)
	if err != nil || len(paths) == 0 {
		f.Fatalf("no files %s (%v)", pattern, err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
}

func check(t *testing.T, p *Picture, err error) {
	t.Helper()
	if err == nil {
		err = p.Validate()
		if err != nil {
			t.Error(err)
		}
		return
	}
	for _, known := range []error{ErrEmpty, ErrFormat, ErrTruncated, ErrCorrupt, ErrTooLarge} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("error %q is none of the package's", err)
}

func FuzzDecode(f *testing.F) {
	addFiles(f, "*")
	f.Fuzz(func(t *testing.T, content []byte) {
		for mode := RGB; mode <= RGBA; mode++ {
			p, err := Decode(content, Options{Color: mode, MaxPixels: fuzzPixels, KerasCompat: mode == Grayscale})
			check(t, p, err)
		}
	})
}

// FuzzOwnDecoders runs the decoders that are written here without the net that
// catches panics of others'.
func FuzzOwnDecoders(f *testing.F) {
	for _, pattern := range []string{"*.jpg", "*.p?m", "*.bmp", "*.gif"} {
		addFiles(f, pattern)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, own := range formats {
			if !slices.Contains([]string{"jpeg", "pnm", "bmp", "gif"}, own.name) || !own.recognise(content) {
				continue
			}
			h, w, err := own.size(content)
			if err != nil {
				check(t, nil, fault(own.name, err))
				continue
			}
			if h < 1 || w < 1 || h > fuzzPixels/w {
				continue
			}
			p, err := own.decode(new(Decoder), content, len(content)%2 == 0)
			if err != nil {
				err = fault(own.name, err)
			}
			check(t, p, err)
		}
	})
}

func FuzzOrientation(f *testing.F) {
	addFiles(f, "oriented*")
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		found := []int{exifOrientation(content)}
		if isJPEG(content) {
			found = append(found, jpegOrientation(content))
		}
		if isPNG(content) {
			found = append(found, pngOrientation(content))
		}
		if isWebP(content) {
			found = append(found, webpOrientation(content))
		}
		for _, orientation := range found {
			if orientation < 1 || orientation > 8 {
				t.Errorf("orientation %d", orientation)
			}
		}
	})
}

func TestOrientationOfBigEndianExif(t *testing.T) {
	exif := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00")
	if got := exifOrientation(exif); got != 6 {
		t.Errorf("orientation %d, expected 6", got)
	}
	for name, damaged := range map[string][]byte{
		"out of range":   bytes.Replace(exif, []byte{0, 6}, []byte{0, 9}, 1),
		"another type":   bytes.Replace(exif, []byte{0, 3}, []byte{0, 4}, 1),
		"cut":            exif[:len(exif)-4],
		"no directory":   exif[:8],
		"nothing at all": nil,
	} {
		if got := exifOrientation(damaged); got != upright {
			t.Errorf("%s: orientation %d, expected upright", name, got)
		}
	}
}
