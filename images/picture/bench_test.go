package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

// BenchmarkDecode reads a photo-like picture of 375×500.
func BenchmarkDecode(b *testing.B) {
	photo := image.NewNRGBA(image.Rect(0, 0, 500, 375))
	for y := range 375 {
		for x := range 500 {
			photo.Set(x, y, color.NRGBA{R: uint8((x*x + 3*y*y) / 61), G: uint8(x / 2), B: uint8(y), A: 255})
		}
	}
	var asJPEG, asPNG bytes.Buffer
	if err := jpeg.Encode(&asJPEG, photo, &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	if err := png.Encode(&asPNG, photo); err != nil {
		b.Fatal(err)
	}
	for name, content := range map[string][]byte{"jpeg": asJPEG.Bytes(), "png": asPNG.Bytes()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := picture.Decode(content, picture.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
