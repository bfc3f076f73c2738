package jpeg_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/images/jpeg"
)

// decodeAnything fails if a picture makes no sense or an error has no kind.
func decodeAnything(t *testing.T, d *jpeg.Decoder, content []byte) {
	t.Helper()
	m, err := d.Decode(content)
	if err == nil {
		if len(m.Pix) != m.Width*m.Height*m.Components || len(m.Pix) == 0 {
			t.Errorf("%d bytes of %d×%d×%d", len(m.Pix), m.Width, m.Height, m.Components)
		}
		return
	}
	var (
		format      jpeg.FormatError
		unsupported jpeg.UnsupportedError
		size        jpeg.SizeError
	)
	if m != nil || !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &format) && !errors.As(err, &unsupported) && !errors.As(err, &size) {
		t.Errorf("error %v is of no kind, or came with a picture", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, g := range checksums(f, "small.txt") {
		f.Add(small(f, g.path))
	}
	d := jpeg.Decoder{MaxPixels: 1 << 14}
	f.Fuzz(func(t *testing.T, content []byte) {
		d.Scale = 1 << (len(content) % 4)
		decodeAnything(t, &d, content)
	})
}

func TestFlippedBits(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	d := jpeg.Decoder{MaxPixels: 1 << 14}
	for _, g := range checksums(t, "small.txt") {
		content := small(t, g.path)
		for range 100 {
			flipped := bytes.Clone(content)
			for range 1 + random.IntN(3) {
				flipped[random.IntN(len(flipped))] ^= 1 << random.IntN(8)
			}
			d.Scale = 1 << random.IntN(4)
			decodeAnything(t, &d, flipped)
		}
	}
}
