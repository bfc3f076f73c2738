package augment_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"testing"

	"github.com/lince-ml/lince/images/augment"
)

// TestPhotoSizeEqualsKeras compares checksums of whole results with Keras'.
func TestPhotoSizeEqualsKeras(t *testing.T) {
	const h, w, c = 150, 131, 3
	src := make([]uint8, h*w*c)
	for i := range src {
		y, x := i/c/w, i/c%w
		src[i] = uint8((x*x + 3*y*y + x*y*(i%c+1)) / 61)
	}
	var golden struct {
		Cases []struct {
			Fill      string
			Order     int
			Transform transformDict
			Checksum  uint32
		}
	}
	readGolden(t, "large.json", &golden)
	var a augment.Augmenter
	got, bytes := make([]float32, h*w*c), make([]byte, 4*h*w*c)
	for _, g := range golden.Cases {
		if g.Fill == "" {
			continue // a case of another package
		}
		t.Run(fmt.Sprintf("%s_order%d_%+v", g.Fill, g.Order, g.Transform), func(t *testing.T) {
			o := augment.Options{CVal: 17.5, KerasCompat: true}
			var err error
			if o.FillMode, err = augment.ParseFillMode(g.Fill); err != nil {
				t.Fatal(err)
			}
			if o.Order, err = augment.ParseOrder(g.Order); err != nil {
				t.Fatal(err)
			}
			if err := a.ApplyBytes(got, src, h, w, c, augment.Transform(g.Transform), o); err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				binary.LittleEndian.PutUint32(bytes[4*i:], math.Float32bits(v))
			}
			if sum := crc32.ChecksumIEEE(bytes); sum != g.Checksum {
				t.Errorf("checksum %d, Keras has %d", sum, g.Checksum)
			}
		})
	}
}
