package callbacks_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
)

// photos makes a folder of seven small pictures of two classes.
func photos(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for i := range 7 {
		class := filepath.Join(folder, []string{"bright", "dark"}[i%2])
		picture := image.NewRGBA(image.Rect(0, 0, 8, 8))
		for p := range 64 {
			picture.Set(p%8, p/8, color.RGBA{uint8(200 - 150*(i%2) + p/2), uint8(30 * i), uint8(3 * p), 255})
		}
		if err := os.MkdirAll(class, 0o755); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(filepath.Join(class, string(rune('a'+i))+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(file, picture), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestResumeWithAugmentedPictures goes the whole way: shuffled and augmented
// pictures, a convolution, and a cancellation in the middle of each epoch.
func TestResumeWithAugmentedPictures(t *testing.T) {
	folder, path := photos(t), filepath.Join(t.TempDir(), "backup.keras")
	fit := func(ctx context.Context, list ...lince.Callback) (map[string][]uint32, *lince.History, error) {
		source, err := images.Generator{
			RotationRange: 40, WidthShiftRange: 0.2, ZoomRange: 0.2, HorizontalFlip: true, Rescale: 1. / 255,
		}.FlowFromDirectory(folder, images.Flow{TargetSize: images.Square(8), BatchSize: 2, ClassMode: images.Binary, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		model, err := lince.Sequential(
			layers.Conv2D{Filters: 3, Kernel: layers.Square(3), Activation: activations.ReLU, InputShape: []int{8, 8, 3}},
			layers.MaxPooling2D{Pool: layers.Square(2)},
			layers.Flatten{},
			layers.Dense{Units: 1, Activation: activations.Sigmoid},
		)
		if err == nil {
			err = model.Compile(lince.Training{Optimizer: optimizers.RMSprop{}, Loss: losses.BinaryCrossentropy{}, Seed: 9})
		}
		if err != nil {
			t.Fatal(err)
		}
		history, err := model.Fit(ctx, source, lince.Fit{Epochs: 2, Callbacks: list})
		return weightBits(t, model), history, err
	}
	want, wantHistory, err := fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, stop := range []int{2, 5} {
		backup := callbacks.BackupAndRestore{Path: path}
		ctx, cancel := context.WithCancel(t.Context())
		if _, _, err := fit(ctx, backup, cancelAfter(stop, cancel)); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		got, history, err := fit(t.Context(), backup)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(history, wantHistory) {
			t.Errorf("cancelled after batch %d: history %v, uninterrupted %v", stop, history, wantHistory)
		}
	}
}
