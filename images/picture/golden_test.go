package picture_test

import (
	"encoding/json"
	"fmt"
	"os"
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
			for i, want := range c.Result.Data {
				if got.Pix[i] != want {
					t.Fatalf("byte %d is %d, expected %d", i, got.Pix[i], want)
				}
			}
		})
	}
}
