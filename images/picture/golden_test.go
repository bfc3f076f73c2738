package picture_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/images/picture"
)

type array struct {
	Shape []int
	Data  []byte
}

func readGolden(t *testing.T, name string, golden any) {
	t.Helper()
	content, err := os.ReadFile("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, golden); err != nil {
		t.Fatal(err)
	}
}

func TestDecodeAsKeras(t *testing.T) {
	var golden struct {
		Cases []struct {
			File, Color string
			Compat      bool
			Result      array
		}
	}
	readGolden(t, "decode.json", &golden)
	for _, c := range golden.Cases {
		t.Run(fmt.Sprintf("%s_%s_compat=%t", c.File, c.Color, c.Compat), func(t *testing.T) {
			content, err := os.ReadFile("../testdata/decode/" + c.File)
			if err != nil {
				t.Fatal(err)
			}
			mode, err := picture.ParseColorMode(c.Color)
			if err != nil {
				t.Fatal(err)
			}
			got, err := picture.Decode(content, picture.Options{Color: mode, KerasCompat: c.Compat})
			if err != nil {
				t.Fatal(err)
			}
			if shape := []int{got.Height, got.Width, got.Channels}; fmt.Sprint(shape) != fmt.Sprint(c.Result.Shape) {
				t.Fatalf("shape %v, expected %v", shape, c.Result.Shape)
			}
			mean, most := difference(got.Pix, c.Result.Data)
			if filepath.Ext(c.File) != ".jpg" && most > 0 {
				t.Errorf("largest difference %d, expected none", most)
			}
			// The decoder's inverse cosine transform rounds otherwise than libjpeg's.
			if mean > 0.06 || most > 4 {
				t.Errorf("difference %g in the mean and %d at most, at most 0.06 and 4 expected", mean, most)
			}
		})
	}
}

// difference returns the mean and the largest absolute difference of bytes.
func difference(a, b []uint8) (mean float64, most int) {
	sum := 0
	for i := range a {
		d := max(int(a[i])-int(b[i]), int(b[i])-int(a[i]))
		sum += d
		most = max(most, d)
	}
	return float64(sum) / float64(len(a)), most
}
