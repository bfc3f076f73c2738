package jpeg_test

import (
	"bytes"
	standard "image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/images/jpeg"
)

// BenchmarkDecode reads twenty real photos, here and with the standard library,
// which leaves colours as luminance and differences.
func BenchmarkDecode(b *testing.B) {
	data := sharedData(b)
	photos := checksums(b, "photos.txt")
	var contents [][]byte
	size := 0
	for i := 0; i < len(photos); i += len(photos) / 20 {
		content, err := os.ReadFile(filepath.Join(data, photos[i].path))
		if err != nil {
			b.Fatal(err)
		}
		contents = append(contents, content)
		size += len(content)
	}
	var d jpeg.Decoder
	b.Run("here", func(b *testing.B) {
		benchmark(b, contents, size, func(content []byte) error {
			_, err := d.Decode(content)
			return err
		})
	})
	b.Run("standard", func(b *testing.B) {
		benchmark(b, contents, size, func(content []byte) error {
			_, err := standard.Decode(bytes.NewReader(content))
			return err
		})
	})
}

func benchmark(b *testing.B, contents [][]byte, size int, decode func(content []byte) error) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, content := range contents {
			if err := decode(content); err != nil {
				b.Fatal(err)
			}
		}
	}
}
