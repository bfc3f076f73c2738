package transfer_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/transfer"
)

// paint writes a picture of one gray; all of them have the same size.
func paint(t *testing.T, path string, gray uint8) {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range picture.Pix {
		picture.Pix[i] = gray
	}
	picture.SetGray(0, 0, color.Gray{Y: ^gray})
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(file, picture); err != nil {
		t.Fatal(err)
	}
}

// The key is another one wherever features would be, and only there.
func TestKey(t *testing.T) {
	folder := t.TempDir()
	for i, class := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(folder, class), 0o755); err != nil {
			t.Fatal(err)
		}
		paint(t, filepath.Join(folder, class, "0.png"), uint8(40+i))
	}
	model := network(t, 0)
	key := func(model *lince.Model, rescale float64, settings ...any) string {
		t.Helper()
		flow, err := images.Generator{Rescale: rescale}.FlowFromDirectory(folder, images.Flow{TargetSize: images.Square(8)})
		if err != nil {
			t.Fatal(err)
		}
		base, _, err := transfer.Split(model)
		if err != nil {
			t.Fatal(err)
		}
		key, err := transfer.Key(t.Context(), base, flow, settings...)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	usual := key(model, 1)
	first := filepath.Join(folder, "a", "0.png")
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(first, time.Time{}, before.ModTime().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if key(model, 1) != usual {
		t.Error("a touched picture changes the key")
	}
	if key(model, 0.5) == usual {
		t.Error("other preprocessing has the same key")
	}
	if key(model, 1, "augmented") == usual {
		t.Error("other settings have the same key")
	}
	if key(network(t, 0), 1) != usual {
		t.Error("equal weights have another key")
	}
	weights, err := model.Weights("convolution")
	if err != nil {
		t.Fatal(err)
	}
	weights[0].Float32s()[0]++
	if err := model.SetWeights("convolution", weights); err != nil {
		t.Fatal(err)
	}
	if key(model, 1) == usual {
		t.Error("other weights have the same key")
	}
	weights[0].Float32s()[0]--
	if err := model.SetWeights("convolution", weights); err != nil {
		t.Fatal(err)
	}
	if key(model, 1) != usual {
		t.Fatal("the weights of before have another key")
	}
	paint(t, first, 77)
	if err := os.Chtimes(first, time.Time{}, before.ModTime()); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(first); err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		t.Fatalf("the changed picture has %v, %v; the test needs the size and time of before", after, err)
	}
	if key(model, 1) == usual {
		t.Error("a picture that was exchanged by one of the same size and time has the same key")
	}
}
