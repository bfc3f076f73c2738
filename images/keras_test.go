package images_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// packed is an array in the golden files: its elements' little-endian bytes.
type packed struct {
	Shape []int
	Data  []byte
}

func (p packed) floats() []float32 {
	values := make([]float32, len(p.Data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(p.Data[4*i:]))
	}
	return values
}

// kerasCase is what Keras' iterators yielded in testdata/flowing.py.
type kerasCase struct {
	Name           string
	Files, Classes []string
	Labels         []int
	X              packed
	Mean, Std      []float32
	Batches        []struct{ X, Y packed }
}

// readKeras returns the cases by name and a folder with their pictures.
func readKeras(t *testing.T) (map[string]kerasCase, string) {
	t.Helper()
	content, err := os.ReadFile("testdata/flow.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Files []struct {
			Name   string
			Pixels packed
		}
		Cases []kerasCase
	}
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range golden.Files {
		writePNG(t, filepath.Join(dir, f.Name), f.Pixels.Shape, f.Pixels.Data)
	}
	cases := map[string]kerasCase{}
	for _, c := range golden.Cases {
		cases[c.Name] = c
	}
	return cases, dir
}

// writePNG writes pixels of shape (height, width, channels) without loss.
func writePNG(t testing.TB, path string, shape []int, pixels []byte) {
	t.Helper()
	bounds := image.Rect(0, 0, shape[1], shape[0])
	var m image.Image = &image.Gray{Pix: pixels, Stride: shape[1], Rect: bounds}
	if channels := shape[2]; channels > 1 {
		rgba := image.NewNRGBA(bounds)
		for i := range shape[0] * shape[1] {
			c := color.NRGBA{pixels[i*channels], pixels[i*channels+1], pixels[i*channels+2], 255}
			if channels == 4 {
				c.A = pixels[i*channels+3]
			}
			rgba.SetNRGBA(i%shape[1], i/shape[1], c)
		}
		m = rgba
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, m); err != nil {
		t.Fatal(err)
	}
}

// sameBatches compares two epochs with Keras' to 1e-3 of the range of 255.
func sameBatches(t *testing.T, source data.Source, want []struct{ X, Y packed }) {
	t.Helper()
	k := 0
	for epoch := 0; k < len(want); epoch++ {
		for batch, err := range source.Batches(context.Background(), epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
			near(t, k, "pictures", batch.Inputs[0], want[k].X)
			near(t, k, "targets", batch.Targets[0], want[k].Y)
			k++
		}
	}
}

func near(t *testing.T, batch int, what string, got *tensor.Tensor, want packed) {
	t.Helper()
	if !slices.Equal([]int(got.Shape()), want.Shape) {
		t.Fatalf("batch %d: %s of shape %v, Keras has %v", batch, what, got.Shape(), want.Shape)
	}
	for i, v := range got.Float64s() {
		if w := float64(want.floats()[i]); math.Abs(v-w) > 1e-3 {
			t.Fatalf("batch %d: value %d of the %s is %v, Keras has %v", batch, i, what, v, w)
		}
	}
}

var kerasAffine = images.Generator{
	RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.3, ShearRange: 15, ZoomRange: 0.3,
	HorizontalFlip: true, KerasCompat: true,
}

// kerasFlows are the options of testdata/flowing.py.
func kerasFlows() map[string]struct {
	images.Generator
	images.Flow
} {
	type options = struct {
		images.Generator
		images.Flow
	}
	rescaled, cubic, split, first := kerasAffine, kerasAffine, kerasAffine, kerasAffine
	rescaled.Rescale = 1.0 / 255
	cubic.InterpolationOrder, cubic.FillMode = images.Order3, images.Wrap
	split.ValidationSplit = 0.4
	first.ChannelsFirst = true
	return map[string]options{
		"affine": {Generator: rescaled},
		"colours": {Generator: images.Generator{
			BrightnessRange: [2]float64{0.4, 1.6}, ChannelShiftRange: 40, VerticalFlip: true, HorizontalFlip: true, KerasCompat: true,
		}},
		"lists": {images.Generator{
			WidthShiftList: []float64{0.1, 0.3}, HeightShiftPixels: 3, ZoomBounds: [2]float64{0.7, 1.4},
			FillMode: images.Constant, CVal: 9, KerasCompat: true,
		}, images.Flow{ClassMode: images.Sparse, Interpolation: images.Bilinear}},
		"pixels": {Generator: images.Generator{
			WidthShiftRange: 2.5, HeightShiftList: []float64{1, 2, 4}, FillMode: images.Reflect, KerasCompat: true,
		}},
		"cubic":      {Generator: cubic},
		"samplewise": {Generator: images.Generator{SamplewiseCenter: true, SamplewiseStdNormalization: true, HorizontalFlip: true, KerasCompat: true}},
		"validation": {split, images.Flow{Subset: images.Validation}},
		"training":   {split, images.Flow{Subset: images.Training, Classes: []string{"ant", "Zebra"}}},
		"gray": {kerasAffine, images.Flow{
			ColorMode: images.Grayscale, ClassMode: images.Input, KeepAspectRatio: true, Interpolation: images.Bicubic,
		}},
		"still": {images.Generator{KerasCompat: true}, images.Flow{NoShuffle: true, ClassMode: images.Binary}},
		"first": {Generator: first},
	}
}

func TestFlowFromDirectoryEqualsKeras(t *testing.T) {
	cases, dir := readKeras(t)
	for name, o := range kerasFlows() {
		t.Run(name, func(t *testing.T) {
			want := cases[name]
			o.TargetSize, o.BatchSize, o.Seed, o.Workers = images.Size{Height: 6, Width: 5}, 3, 42, 2
			flow, err := o.Generator.FlowFromDirectory(dir, o.Flow)
			if err != nil {
				t.Fatal(err)
			}
			if got := flow.Filenames(); !slices.Equal(got, want.Files) {
				t.Errorf("files %v, Keras has %v", got, want.Files)
			}
			if got := flow.ClassNames(); !slices.Equal(got, want.Classes) {
				t.Errorf("classes %v, Keras has %v", got, want.Classes)
			}
			if got := flow.Labels(); !slices.Equal(got, want.Labels) {
				t.Errorf("labels %v, Keras has %v", got, want.Labels)
			}
			sameBatches(t, flow, want.Batches)
		})
	}
}

func TestFlowAndFitEqualKeras(t *testing.T) {
	cases, _ := readKeras(t)
	want := cases["arrays"]
	x, err := tensor.Of(want.X.Data, want.X.Shape...)
	if err != nil {
		t.Fatal(err)
	}
	y, err := tensor.Of([]float32{0, 1, 2, 3, 4, 5, 6}, 7)
	if err != nil {
		t.Fatal(err)
	}
	g := kerasAffine
	g.FeaturewiseCenter, g.FeaturewiseStdNormalization, g.Rescale = true, true, 0.5
	if err := g.Fit(context.Background(), x, images.FitOptions{Augment: true, Rounds: 2, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	for c := range want.Mean {
		if math.Abs(float64(g.Statistics.Mean[c]-want.Mean[c])) > 1e-4 || math.Abs(float64(g.Statistics.Std[c]-want.Std[c])) > 1e-4 {
			t.Errorf("channel %d: mean %v and deviation %v, Keras has %v and %v", c, g.Statistics.Mean[c], g.Statistics.Std[c], want.Mean[c], want.Std[c])
		}
	}
	flow, err := g.Flow(images.Arrays{X: x, Y: y}, images.Flow{BatchSize: 3, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	sameBatches(t, flow, want.Batches)
}

func TestSavedNamesEqualKeras(t *testing.T) {
	cases, dir := readKeras(t)
	saved := t.TempDir()
	flow, err := kerasAffine.FlowFromDirectory(dir, images.Flow{
		TargetSize: images.Size{Height: 6, Width: 5}, BatchSize: 3, Seed: 42, SaveToDir: saved, SavePrefix: "aug",
	})
	if err != nil {
		t.Fatal(err)
	}
	for epoch := range 2 {
		for _, err := range flow.Batches(context.Background(), epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(saved)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if want := cases["saved"].Files; !slices.Equal(names, want) {
		t.Errorf("saved %v, Keras saves %v", names, want)
	}
}

func TestFromDirectoryEqualsKeras(t *testing.T) {
	cases, dir := readKeras(t)
	for name, o := range map[string]struct {
		images.Dataset
		images.Flow
	}{
		"dataset":            {Flow: images.Flow{Seed: 123}},
		"dataset sorted":     {Flow: images.Flow{NoShuffle: true}},
		"dataset training":   {images.Dataset{ValidationSplit: 0.3}, images.Flow{Seed: 1337, Subset: images.Training}},
		"dataset validation": {images.Dataset{ValidationSplit: 0.3}, images.Flow{Seed: 1337, Subset: images.Validation}},
		"dataset binary":     {Flow: images.Flow{NoShuffle: true, ClassMode: images.Binary, KeepAspectRatio: true}},
		"dataset one-hot":    {images.Dataset{PadToAspectRatio: true}, images.Flow{NoShuffle: true, ClassMode: images.Categorical, Interpolation: images.Bicubic}},
	} {
		t.Run(name, func(t *testing.T) {
			want := cases[name]
			o.TargetSize, o.BatchSize = images.Size{Height: 6, Width: 5}, 3
			flow, err := o.Dataset.FromDirectory(dir, o.Flow)
			if err != nil {
				t.Fatal(err)
			}
			if got := flow.Filenames(); !slices.Equal(got, want.Files) {
				t.Errorf("files %v, Keras has %v", got, want.Files)
			}
			if got := flow.ClassNames(); !slices.Equal(got, want.Classes) {
				t.Errorf("classes %v, Keras has %v", got, want.Classes)
			}
			if len(want.Batches) > 0 {
				sameBatches(t, flow, want.Batches)
			}
		})
	}
}
