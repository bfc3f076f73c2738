package jpeg_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images/jpeg"
)

func small(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "small", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// replaced returns content with the only old replaced by new.
func replaced(t *testing.T, content []byte, old, new string) []byte {
	t.Helper()
	if n := bytes.Count(content, []byte(old)); n != 1 {
		t.Fatalf("%q is %d times in the file, expected once", old, n)
	}
	return bytes.Replace(content, []byte(old), []byte(new), 1)
}

func TestRefused(t *testing.T) {
	gray, progressive := small(t, "made_gray_factors.jpg"), small(t, "progressive_gray.jpg")
	const header = "\xff\xc0\x00\x0b\x08\x00\x27\x00\x2d\x01"
	for _, c := range []struct {
		name    string
		content []byte
		want    any
		advice  string
	}{
		{"another format", []byte("GIF89a"), new(jpeg.FormatError), "0xffd8"},
		{"12 bits", replaced(t, gray, header, "\xff\xc1\x00\x0b\x0c\x00\x27\x00\x2d\x01"), new(jpeg.UnsupportedError), "12 bits"},
		{"lossless", replaced(t, gray, "\xff\xc0", "\xff\xc3"), new(jpeg.UnsupportedError), "lossless"},
		{"hierarchical", replaced(t, gray, "\xff\xc0", "\xff\xc5"), new(jpeg.UnsupportedError), "hierarchical"},
		{"arithmetic coding", replaced(t, gray, "\xff\xc0", "\xff\xc9"), new(jpeg.UnsupportedError), "arithmetic"},
		{"two components", replaced(t, small(t, "made_cmyk.jpg"), "\xff\xc0\x00\x14\x08\x00\x27\x00\x2d\x04", "\xff\xc0\x00\x14\x08\x00\x27\x00\x2d\x02"), new(jpeg.UnsupportedError), "2 components"},
		{"no height", replaced(t, gray, header, "\xff\xc0\x00\x0b\x08\x00\x00\x00\x2d\x01"), new(jpeg.UnsupportedError), "height"},
		{"no width", replaced(t, gray, header, "\xff\xc0\x00\x0b\x08\x00\x27\x00\x00\x01"), new(jpeg.FormatError), "width"},
		{"a bomb", replaced(t, gray, header, "\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01"), new(jpeg.SizeError), "65535×65535"},
		{"no frame", []byte("\xff\xd8\xff\xd9"), new(jpeg.FormatError), "no frame"},
		{"no scan", append(bytes.Clone(gray[:bytes.Index(gray, []byte("\xff\xda"))]), "\xff\xd9"...), new(jpeg.FormatError), "no scan"},
		{"no quantization table", replaced(t, gray, "\xff\xdb", "\xff\xef"), new(jpeg.FormatError), "quantization table 0"},
		{"no Huffman tables", replaced(t, gray, "\xff\xc4\x00\x1f", "\xff\xef\x00\x1f"), new(jpeg.FormatError), "Huffman"},
		{"restart markers out of order", replaced(t, gray, "\xff\xd1", "\xff\xd2"), new(jpeg.FormatError), "0xffd1"},
		{"an early end", replaced(t, gray, "\xff\xd1", "\xff\xd9"), new(jpeg.FormatError), "0xffd9"},
		{"too many codes", replaced(t, gray, "\xff\xc4\x00\x1f\x00\x00\x01\x05", "\xff\xc4\x00\x1f\x00\x03\x00\x03"), new(jpeg.FormatError), "too many codes"},
		{"a band beyond the block", replaced(t, progressive, "\x01\x01\x00\x01\x05\x02", "\x01\x01\x00\x01\x45\x02"), new(jpeg.FormatError), "1 … 69"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := jpeg.Decode(c.content)
			if m != nil || err == nil || !errors.As(err, c.want) || !strings.Contains(err.Error(), c.advice) {
				t.Errorf("error %v, expected a %T with %q", err, c.want, c.advice)
			}
		})
	}
}

func TestMaxPixels(t *testing.T) {
	content := small(t, "gray.jpg") // 43×29
	d := jpeg.Decoder{MaxPixels: 43*29 - 1}
	var tooLarge jpeg.SizeError
	if _, err := d.Decode(content); !errors.As(err, &tooLarge) || tooLarge.Width != 43 || tooLarge.Height != 29 {
		t.Errorf("one pixel too many: %v", err)
	}
	d.MaxPixels++
	if _, err := d.Decode(content); err != nil {
		t.Errorf("as many pixels as allowed: %v", err)
	}
}

// TestHollow asks for 64 million pixels with a few hundred bytes.
func TestHollow(t *testing.T) {
	hollow := replaced(t, small(t, "made_gray_factors.jpg"), "\xff\xc0\x00\x0b\x08\x00\x27\x00\x2d\x01", "\xff\xc0\x00\x0b\x08\x1f\x40\x1f\x40\x01")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := jpeg.Decode(hollow)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "8000×8000") {
		t.Errorf("error %v", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes were taken", taken)
	}
}

// TestCut ends the small files at each of their bytes.
func TestCut(t *testing.T) {
	var d jpeg.Decoder
	for _, g := range checksums(t, "small.txt") {
		content := small(t, g.path)
		for end := range content {
			if m, err := d.Decode(content[:end]); m != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%s cut to %d of %d bytes: %v", g.path, end, len(content), err)
			}
		}
	}
}

// TestBuffersLeaveNoTrace decodes a file after a larger and a damaged one.
func TestBuffersLeaveNoTrace(t *testing.T) {
	var d jpeg.Decoder
	for _, name := range []string{"progressive_420.jpg", "made_440.jpg", "odd_3.jpg", "progressive_gray.jpg"} {
		content := small(t, name)
		want, err := jpeg.Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{"made_dense.jpg", "progressive_cmyk.jpg"} {
			damaged := small(t, other)
			damaged = damaged[:len(damaged)*4/5]
			if _, err := d.Decode(append(damaged, 0xff, 0xd9)); err == nil {
				t.Fatalf("%s, cut: no error", other)
			}
			got, err := d.Decode(content)
			if err != nil || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%s after %s: other pixels, error %v", name, other, err)
			}
		}
	}
}
