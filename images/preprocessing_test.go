package images_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/images/jpeg"
	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/tensor"
)

// A prediction sees what training saw of the same file.
func TestPredictionSeesWhatTrainingSaw(t *testing.T) {
	dir := drawFolders(t, 2, "a", "b")
	invert := func(x []float32, _ tensor.Shape) error {
		for i := range x {
			x[i] = 255 - x[i]
		}
		return nil
	}
	fitted := images.Generator{FeaturewiseStdNormalization: true, Statistics: &images.Statistics{Mean: []float32{1, 2, 3}, Std: []float32{4, 5, 6}}}
	for name, c := range map[string]struct {
		g    images.Generator
		flow images.Flow
	}{
		"rescaled":       {images.Generator{Rescale: 1.0 / 255}, images.Flow{}},
		"caffe":          {images.Generator{Preprocess: images.Caffe}, images.Flow{Interpolation: images.Lanczos}},
		"torch first":    {images.Generator{Preprocess: images.Torch, ChannelsFirst: true}, images.Flow{KeepAspectRatio: true}},
		"gray and tf":    {images.Generator{Preprocess: images.TF}, images.Flow{ColorMode: images.Grayscale}},
		"offset":         {images.Generator{Rescale: 1 / 127.5, Offset: -1}, images.Flow{ColorMode: images.RGBA}},
		"samplewise":     {images.Generator{SamplewiseStdNormalization: true}, images.Flow{}},
		"featurewise":    {fitted, images.Flow{}},
		"function":       {images.Generator{PreprocessingFunction: invert}, images.Flow{}},
		"keras' nearest": {images.Generator{KerasCompat: true}, images.Flow{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.flow.TargetSize, c.flow.NoShuffle = images.Size{Height: 7, Width: 9}, true
			flow, err := c.g.FlowFromDirectory(dir, c.flow)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(flow.Preprocessing())
			if err != nil {
				t.Fatal(err)
			}
			var p images.Preprocessing
			if err := json.Unmarshal(text, &p); err != nil {
				t.Fatal(err)
			}
			if p.NeedsFunction {
				if _, err := p.Load(flow.Filepaths()[0]); err == nil || !strings.Contains(err.Error(), "Function") {
					t.Errorf("without its function: %v", err)
				}
				p.Function = invert
			}
			for batch, err := range flow.Batches(context.Background(), 0, 0) {
				if err != nil {
					t.Fatal(err)
				}
				if !p.Shape().Equal(batch.Inputs[0].Shape()[1:]) {
					t.Fatalf("shape %v, training has %v", p.Shape(), batch.Inputs[0].Shape())
				}
				for row, file := range batch.Files {
					got, err := p.Load(file)
					if err != nil {
						t.Fatal(err)
					}
					want := batch.Inputs[0].Float32s()[row*len(got) : (row+1)*len(got)]
					if !slices.Equal(got, want) {
						t.Errorf("%s: prediction sees %v, training saw %v", file, got[:3], want[:3])
					}
				}
			}
		})
	}
}

// A loaded model's own preprocessing can drive a flow, and nothing beside it.
func TestFlowWithAModelsPreprocessing(t *testing.T) {
	dir := drawFolders(t, 3, "a", "b")
	trained, err := images.Generator{Rescale: 1.0 / 255, ChannelsFirst: true}.FlowFromDirectory(dir, images.Flow{TargetSize: images.Size{Height: 7, Width: 9}, NoShuffle: true})
	if err != nil {
		t.Fatal(err)
	}
	p := trained.Preprocessing()
	again, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{Preprocessing: &p, NoShuffle: true})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(digests(t, trained, 0, 0), digests(t, again, 0, 0)) {
		t.Error("the same preprocessing gives other pictures")
	}
	for name, c := range map[string]struct {
		g    images.Generator
		flow images.Flow
	}{
		"size":    {images.Generator{}, images.Flow{TargetSize: images.Size{Height: 7, Width: 9}}},
		"rescale": {images.Generator{Rescale: 0.5}, images.Flow{}},
	} {
		c.flow.Preprocessing = &p
		if _, err := c.g.FlowFromDirectory(dir, c.flow); err == nil || !strings.Contains(err.Error(), "leave these out") {
			t.Errorf("%s beside it: %v", name, err)
		}
	}
	if _, err := (images.Generator{}).Flow(images.Arrays{X: numbered(t, 2)}, images.Flow{Preprocessing: &p}); err == nil {
		t.Error("arrays of another size are no error")
	}
}

// The values that keras.applications' preprocess_input gives for a pixel.
func TestModes(t *testing.T) {
	for mode, want := range map[images.Mode][]float64{
		images.NoMode: {10, 100, 250},
		images.Caffe:  {250 - 103.939, 100 - 116.779, 10 - 123.68},
		images.TF:     {10/127.5 - 1, 100/127.5 - 1, 250/127.5 - 1},
		images.Torch:  {(10/255. - 0.485) / 0.229, (100/255. - 0.456) / 0.224, (250/255. - 0.406) / 0.225},
	} {
		x := []float32{10, 100, 250}
		if err := (images.Preprocessing{Mode: mode, TargetSize: images.Size{Height: 1, Width: 1}}).Standardize(x); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			if math.Abs(float64(x[i])-want[i]) > 1e-5 {
				t.Errorf("%v gives %v, want %v", mode, x, want)
			}
		}
	}
}

func TestAspects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wide.png")
	white := slices.Repeat([]byte{255}, 4*8)
	writePNG(t, path, []int{4, 8, 1}, white)
	for aspect, rows := range map[images.Aspect]int{images.Stretch: 8, images.Crop: 8, images.Pad: 4} {
		for _, tensorflow := range []bool{false, true} {
			p := images.Preprocessing{TargetSize: images.Square(8), ColorMode: images.Grayscale, Aspect: aspect, TensorFlowResize: tensorflow}
			x, err := p.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			lit := 0
			for r := range 8 {
				if x[8*r] == 255 && x[8*r+7] == 255 {
					lit++
				}
			}
			if lit != rows || x[4*8] != 255 || (aspect == images.Pad && (x[8] != 0 || x[6*8] != 0)) {
				t.Errorf("%v (TensorFlow %v): %d white rows, want %d in the middle", aspect, tensorflow, lit, rows)
			}
		}
	}
}

// TestNearestLeavesOutRows compares JPEG files, of which only the rows that are
// needed are finished, with the same pixels in PNG files.
func TestNearestLeavesOutRows(t *testing.T) {
	for _, name := range []string{"pillow_420.jpg", "progressive_gray.jpg", "made_ycck.jpg"} {
		content, err := os.ReadFile(filepath.Join("jpeg", "testdata", "small", name))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := picture.Decode(content, picture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "whole.png")
		writePNG(t, path, []int{whole.Height, whole.Width, 3}, whole.Pix)
		for _, size := range []images.Size{{Height: 15, Width: 20}, {Height: 100, Width: 3}, {Height: whole.Height, Width: 9}} {
			for _, aspect := range []images.Aspect{images.Stretch, images.Crop, images.Pad} {
				p := images.Preprocessing{TargetSize: size, Interpolation: images.NearestNeighbor, Aspect: aspect}
				got, err := p.Decode(content)
				if err != nil {
					t.Fatal(err)
				}
				want, err := p.Load(path)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s to %v, %v: other pixels than of the whole picture", name, size, aspect)
				}
			}
		}
	}
}

// TestReducedDecoding decodes to half of a picture's size where that is not
// below the target.
func TestReducedDecoding(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("jpeg", "testdata", "small", "pillow_420.jpg")) // 37×35
	if err != nil {
		t.Fatal(err)
	}
	d := jpeg.Decoder{Scale: 2}
	half, err := d.Decode(content)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "half.png")
	writePNG(t, path, []int{half.Height, half.Width, 3}, half.Pix)
	for _, c := range []struct {
		size    images.Size
		reduced bool
	}{{images.Size{Height: 18, Width: 17}, true}, {images.Size{Height: 12, Width: 9}, true}, {images.Size{Height: 19, Width: 9}, false}, {images.Size{Height: 9, Width: 18}, false}} {
		p := images.Preprocessing{TargetSize: c.size, ReducedDecoding: true}
		got, err := p.Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		fromHalf, err := p.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(got, fromHalf) != c.reduced {
			t.Errorf("%v: decoded to half its size is %v, expected %v", c.size, !c.reduced, c.reduced)
		}
	}
	compat := images.Preprocessing{ReducedDecoding: true, KerasCompat: true}
	if err := compat.Validate(); err == nil || !strings.Contains(err.Error(), "KerasCompat") {
		t.Errorf("with KerasCompat: error %v", err)
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.jpg")
	write(t, path, []byte("no picture"))
	for _, p := range []string{path, filepath.Join(t.TempDir(), "absent.jpg")} {
		if _, err := (images.Preprocessing{}).Load(p); err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("the error %v does not name %s", err, p)
		}
	}
	if _, err := (images.Preprocessing{}).Decode([]byte("no picture")); err == nil {
		t.Error("decoded what is no picture")
	}
}

func TestPreprocessingRefusesJSON(t *testing.T) {
	for _, text := range []string{
		`{"target_size":[8,8],"color_mode":"cmyk"}`, `{"interpolation":"fine"}`, `{"mode":"onnx"}`, `{"aspect":"fit"}`,
		`{"target_size":[8,8],"sharpen":2}`, `{"target_size":"8"}`, `[]`,
	} {
		var p images.Preprocessing
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			t.Errorf("%s gave %v", text, p)
		}
	}
	for _, text := range []string{
		`{"target_size":[0,8]}`, `{"target_size":[8,999999]}`, `{"target_size":[16000,16000]}`, `{"mean":[1]}`, `{"std":[1,2]}`, `{"mode":"tf","rescale":2}`, `{"needs_whitening":true}`,
	} {
		var p images.Preprocessing
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if err := p.Validate(); err == nil {
			t.Errorf("%s is valid", text)
		}
	}
}

func FuzzPreprocessing(f *testing.F) {
	f.Add([]byte(`{"target_size":[2,3],"mode":"caffe","interpolation":"hamming","aspect":"pad"}`))
	f.Add([]byte(`{"target_size":[2,3],"mean":[1,2,3],"std":[1,2,0],"tensorflow_resize":true,"channels_first":true}`))
	path := filepath.Join(f.TempDir(), "x.png")
	drawFile(f, path, 1)
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p images.Preprocessing
		if json.Unmarshal(text, &p) != nil || p.TargetSize.Height > 64 || p.TargetSize.Width > 64 {
			return
		}
		values, err := p.Decode(content)
		if n, _ := p.Shape().Elements(); err == nil && len(values) != n {
			t.Errorf("%d values for the shape %v", len(values), p.Shape())
		}
	})
}

func TestParseRescale(t *testing.T) {
	for text, want := range map[string]float64{"1/255": 1.0 / 255, "0.5": 0.5, " 1 / 127.5 ": 1 / 127.5, "-2": -2} {
		if got, err := images.ParseRescale(text); err != nil || got != want {
			t.Errorf("%q gives %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "x", "1/0", "0", "1/", "1/2/3", "NaN", "Inf", "0/5"} {
		if got, err := images.ParseRescale(text); err == nil {
			t.Errorf("%q gives %v", text, got)
		}
	}
}

func TestSavedPicturesCanBeRead(t *testing.T) {
	dir := drawFolders(t, 2, "a", "b")
	for _, format := range []string{"", "jpg", "bmp", "tiff", "gif"} {
		saved := t.TempDir()
		flow := small
		flow.SaveToDir, flow.SaveFormat, flow.SavePrefix = saved, format, "seen"
		p, err := augmented.FlowFromDirectory(dir, flow)
		if err != nil {
			t.Fatal(err)
		}
		digests(t, p, 0, 0)
		files, err := os.ReadDir(saved)
		if err != nil || len(files) != 4 {
			t.Fatalf("%d files in format %q, %v, want 4", len(files), format, err)
		}
		for _, file := range files {
			if _, err := (images.Preprocessing{}).Load(filepath.Join(saved, file.Name())); err != nil || !strings.HasPrefix(file.Name(), "seen_") {
				t.Errorf("%s: %v", file.Name(), err)
			}
		}
	}
}
