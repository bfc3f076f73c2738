package resize

import (
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

// TestPhotoSizeEqualsPillow compares checksums of whole results with Pillow's.
func TestPhotoSizeEqualsPillow(t *testing.T) {
	var golden struct {
		Cases []struct {
			Channels int
			Filter   string
			Size     [2]int
			Checksum uint32
		}
	}
	readGolden(t, "large.json", &golden)
	var r Resizer
	for _, g := range golden.Cases {
		if g.Filter == "" {
			continue // a case of another package
		}
		t.Run(fmt.Sprintf("%s_%d_channels_to_%v", g.Filter, g.Channels, g.Size), func(t *testing.T) {
			f, err := ParseFilter(g.Filter)
			if err != nil {
				t.Fatal(err)
			}
			src := picture.New(375, 500, g.Channels)
			for i := range src.Pix {
				y, x := i/g.Channels/src.Width, i/g.Channels%src.Width
				src.Pix[i] = uint8((x*x + 3*y*y + x*y*(i%g.Channels+1)) / 61)
			}
			dst, err := r.Resize(src, g.Size[0], g.Size[1], f)
			if err != nil {
				t.Fatal(err)
			}
			if sum := crc32.ChecksumIEEE(dst.Pix); sum != g.Checksum {
				t.Errorf("checksum %d, Pillow has %d", sum, g.Checksum)
			}
		})
	}
}
