package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

// files returns the golden picture files.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../testdata/decode/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files under ../testdata/decode", err)
	}
	contents := make(map[string][]byte)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		contents[filepath.Base(path)] = content
	}
	return contents
}

// classified fails unless err is one of the package's errors.
func classified(t *testing.T, err error) {
	t.Helper()
	for _, known := range []error{picture.ErrEmpty, picture.ErrFormat, picture.ErrTruncated, picture.ErrCorrupt, picture.ErrTooLarge} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("error %q is none of the package's", err)
}

func TestDecodeConfigAgreesWithDecode(t *testing.T) {
	for name, content := range files(t) {
		info, err := picture.DecodeConfig(content)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p, err := picture.Decode(content, picture.Options{IgnoreOrientation: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if info.Height != p.Height || info.Width != p.Width {
			t.Errorf("%s: the header gives %d×%d, the pixels %d×%d", name, info.Height, info.Width, p.Height, p.Width)
		}
		want := 1
		if rest, ok := strings.CutPrefix(name, "oriented"); ok {
			want = int(rest[0] - '0')
		}
		if info.Orientation != want {
			t.Errorf("%s: orientation %d, expected %d", name, info.Orientation, want)
		}
		format := map[string]string{".jpg": "jpeg", ".pbm": "pnm", ".pgm": "pnm", ".ppm": "pnm"}[filepath.Ext(name)]
		if format == "" {
			format = filepath.Ext(name)[1:]
		}
		if info.Format != format {
			t.Errorf("%s: format %q, expected %q", name, info.Format, format)
		}
	}
}

func TestCutFiles(t *testing.T) {
	for name, content := range files(t) {
		step := 1 + len(content)/700 // every byte of small files
		for end := 0; end < len(content); end += step {
			p, err := picture.Decode(content[:end], picture.Options{})
			if (p == nil) != (err != nil) {
				t.Fatalf("%s cut to %d bytes: both or neither of picture and error", name, end)
			}
			if err != nil {
				classified(t, err)
			}
		}
		if _, err := picture.Decode(content[:len(content)*2/5], picture.Options{}); !errors.Is(err, picture.ErrTruncated) {
			t.Errorf("%s cut to two fifths: %v, expected ErrTruncated", name, err)
		}
	}
}

func TestFlippedBits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for name, content := range files(t) {
		for range 200 {
			flipped := bytes.Clone(content)
			for range 1 + random.IntN(3) {
				flipped[random.IntN(len(flipped))] ^= 1 << random.IntN(8)
			}
			p, err := picture.Decode(flipped, picture.Options{MaxPixels: 1 << 16})
			if err != nil {
				classified(t, err)
			} else if err := p.Validate(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// repaired returns a PNG file with the checksum that its header should have.
func repaired(content []byte) []byte {
	binary.BigEndian.PutUint32(content[29:], crc32.ChecksumIEEE(content[12:29]))
	return content
}

func TestRefused(t *testing.T) {
	contents := files(t)
	huge := bytes.Clone(contents["rgb.png"])
	binary.BigEndian.PutUint32(huge[16:], 50_000)
	binary.BigEndian.PutUint32(huge[20:], 50_000)
	hollow := bytes.Clone(contents["rgb.png"])
	binary.BigEndian.PutUint32(hollow[16:], 9_000)
	binary.BigEndian.PutUint32(hollow[20:], 9_000)
	for _, c := range []struct {
		name    string
		content []byte
		o       picture.Options
		want    error
		advice  string
	}{
		{"nothing", nil, picture.Options{}, picture.ErrEmpty, ""},
		{"text", []byte("hello, world"), picture.Options{}, picture.ErrFormat, "hello, w"},
		{"web page", []byte("<!DOCTYPE html><title>404"), picture.Options{}, picture.ErrFormat, "web page"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00"), picture.Options{}, picture.ErrFormat, "convert it to JPEG"},
		{"macOS leftover", []byte("\x00\x05\x16\x07\x00\x02"), picture.Options{}, picture.ErrFormat, "delete it"},
		{"wrong checksum", huge, picture.Options{}, picture.ErrCorrupt, "checksum"},
		{"PNG bomb", repaired(bytes.Clone(huge)), picture.Options{}, picture.ErrTooLarge, "50000×50000"},
		{"over a limit", contents["rgb.png"], picture.Options{MaxPixels: 9*13 - 1}, picture.ErrTooLarge, "9×13"},
		{"PNM bomb", []byte("P6 50000 50000 255\n"), picture.Options{}, picture.ErrTooLarge, "50000×50000"},
		{"hollow PNM", []byte("P5 9000 9000 255\n123"), picture.Options{}, picture.ErrTruncated, "81000000"},
		{"PNM without rows", []byte("P5 4 0 255\n"), picture.Options{}, picture.ErrCorrupt, ""},
		{"PNM of letters", []byte("P2 a b c\n"), picture.Options{}, picture.ErrCorrupt, ""},
		{"PNM value over the top", []byte("P2 1 1 9\n10"), picture.Options{}, picture.ErrCorrupt, ""},
		{"hollow GIF", []byte("GIF89a\x20\x20\x20\x20\x00\x00\x00,\x00\x00\x00\x00\x20\x20\x20\x20\x00\x02\x01\x44\x00"), picture.Options{}, picture.ErrTruncated, "cannot hold"},
		{"hollow PNG", repaired(hollow), picture.Options{}, picture.ErrTruncated, "cannot hold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := picture.Decode(c.content, c.o)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.advice) {
				t.Errorf("error %v, expected %q with %q", err, c.want, c.advice)
			}
		})
	}
	if _, err := picture.Decode(contents["rgb.png"], picture.Options{MaxPixels: 9 * 13}); err != nil {
		t.Errorf("a picture of as many pixels as allowed: %v", err)
	}
}

func TestGrayOf16BitsIsScaled(t *testing.T) {
	for _, name := range []string{"gray16.png", "gray16.tiff", "gray16.pgm"} {
		p, err := picture.Decode(files(t)[name], picture.Options{Color: picture.Grayscale})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Pix {
			if level := float64(i*560) / 257; float64(v) < level-1 || float64(v) > level+1 {
				t.Fatalf("%s: level %d of 65535 became %d of 255", name, i*560, v)
			}
		}
	}
}

func TestTransparencyIsKept(t *testing.T) {
	p, err := picture.Decode(files(t)["gray16_transparent.png"], picture.Options{Color: picture.RGBA})
	if err != nil {
		t.Fatal(err)
	}
	if first, second := p.Pix[3], p.Pix[7]; first != 255 || second != 0 {
		t.Errorf("alpha %d of an opaque pixel and %d of a transparent one", first, second)
	}
}
