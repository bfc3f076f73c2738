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
	"github.com/lince-ml/lince/tensor"
)

// numpy.random.seed(42); numpy.random.uniform(-40, 40).
func TestRandomTransformDrawsAsNumPy(t *testing.T) {
	size := images.Size{Height: 10, Width: 20}
	g := images.Generator{RotationRange: 40, KerasCompat: true}
	if got := g.RandomTransform(size, 42).Theta; math.Abs(got - -10.036790492211) > 1e-12 {
		t.Errorf("the first angle of seed 42 is %v", got)
	}
	g.KerasCompat = false
	if g.RandomTransform(size, 1).Theta == g.RandomTransform(size, 2).Theta {
		t.Error("seeds 1 and 2 draw the same angle")
	}
}

func TestRangesOfShifts(t *testing.T) {
	size := images.Size{Height: 10, Width: 20}
	for name, c := range map[string]struct {
		g       images.Generator
		allowed func(x float64) bool
	}{
		"fraction":  {images.Generator{WidthShiftRange: 0.2}, func(x float64) bool { return math.Abs(x) <= 4 }},
		"pixels":    {images.Generator{WidthShiftRange: 3.5}, func(x float64) bool { return math.Abs(x) <= 3.5 }},
		"whole":     {images.Generator{WidthShiftPixels: 3}, func(x float64) bool { return math.Abs(x) <= 2 && x == math.Trunc(x) }},
		"one":       {images.Generator{WidthShiftPixels: 1}, func(x float64) bool { return x == 0 }},
		"list":      {images.Generator{WidthShiftList: []float64{0.1, 0.3}}, func(x float64) bool { return slices.Contains([]float64{2, 6}, math.Abs(x)) }},
		"long list": {images.Generator{WidthShiftList: []float64{0.5, 3}}, func(x float64) bool { return slices.Contains([]float64{0.5, 3}, math.Abs(x)) }},
	} {
		seen := map[bool]bool{}
		for seed := range uint64(200) {
			for _, compat := range []bool{false, true} {
				c.g.KerasCompat = compat
				drawn := c.g.RandomTransform(size, seed)
				if !c.allowed(drawn.TY) || drawn.TX != 0 {
					t.Fatalf("%s: drew %v and %v", name, drawn.TX, drawn.TY)
				}
				seen[drawn.TY > 0] = true
			}
		}
		if len(seen) != 2 && name != "one" {
			t.Errorf("%s: drew one sign only", name)
		}
	}
}

// A width shift moves pictures sideways, a height shift up or down; Keras has
// the two exchanged.
func TestShiftsMoveWhatTheyName(t *testing.T) {
	size := images.Size{Height: 5, Width: 7}
	picture := make([]float32, 35)
	picture[2*7+3] = 9
	for _, compat := range []bool{false, true} {
		for _, sideways := range []bool{false, true} {
			g := images.Generator{FillMode: images.Constant, KerasCompat: compat, HeightShiftList: []float64{1}}
			if sideways {
				g.WidthShiftList, g.HeightShiftList = g.HeightShiftList, nil
			}
			moved := make([]float32, 35)
			if err := g.ApplyTransform(moved, picture, size, 1, g.RandomTransform(size, 5)); err != nil {
				t.Fatal(err)
			}
			at := slices.Index(moved, 9)
			row, column := at/7, at%7
			if at < 0 || (row == 2) != (sideways != compat) || (column == 3) == (sideways != compat) {
				t.Errorf("sideways %v, KerasCompat %v: (2, 3) moves to (%d, %d)", sideways, compat, row, column)
			}
		}
	}
}

// The cases of testdata/generate.py: Keras' fit and standardize.
func TestFitAndStandardizeEqualKeras(t *testing.T) {
	content, err := os.ReadFile("testdata/standardize.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Sources []packed
		Cases   []struct {
			Options map[string]any
			Result  packed
		}
	}
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	x, err := tensor.Of(golden.Sources[0].Data, golden.Sources[0].Shape...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		number := func(key string) float64 { v, _ := c.Options[key].(float64); return v }
		is := func(key string) bool { return c.Options[key] == true }
		g := images.Generator{
			Rescale: number("rescale"), SamplewiseCenter: is("samplewise_center"), SamplewiseStdNormalization: is("samplewise_std_normalization"),
			FeaturewiseCenter: is("featurewise_center"), FeaturewiseStdNormalization: is("featurewise_std_normalization"),
			ZCAWhitening: is("zca_whitening"), ZCAEpsilon: number("zca_epsilon"),
		}
		if err := g.Fit(context.Background(), x, images.FitOptions{}); err != nil {
			t.Fatal(err)
		}
		flow, err := g.Flow(images.Arrays{X: x}, images.Flow{NoShuffle: true, BatchSize: 2})
		if err != nil {
			t.Fatal(err)
		}
		for batch, err := range flow.Batches(context.Background(), 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			second, want := batch.Inputs[0].Float32s()[60:], c.Result.floats()
			for i := range want {
				if math.Abs(float64(second[i]-want[i])) > 2e-3 {
					t.Fatalf("%v: value %d is %v, Keras has %v", c.Options, i, second[i], want[i])
				}
			}
			break
		}
	}
}

func TestFitRefuses(t *testing.T) {
	good := numbered(t, 3)
	flat, err := tensor.New(tensor.Uint8, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	large, err := tensor.New(tensor.Uint8, 2, 80, 80, 3)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		g images.Generator
		x *tensor.Tensor
	}{
		"rank 2":          {images.Generator{}, flat},
		"nothing":         {images.Generator{}, nil},
		"whitening large": {images.Generator{ZCAWhitening: true}, large},
		"bad generator":   {images.Generator{ShearRange: math.NaN()}, good},
	} {
		if err := c.g.Fit(context.Background(), c.x, images.FitOptions{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := (&images.Generator{}).Fit(ctx, good, images.FitOptions{}); err == nil {
		t.Error("cancelled, but no error")
	}
}

// The option of channels first gives the same pictures in another layout.
func TestChannelsFirst(t *testing.T) {
	pixels := []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} // 2×2×3
	last, err := tensor.Of(pixels, 1, 2, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	planes := []uint8{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12}
	first, err := tensor.Of(planes, 1, 3, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	floats := make([]float32, len(planes))
	for i, v := range planes {
		floats[i] = float32(v)
	}
	firstFloats, err := tensor.Of(floats, 1, 3, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	g := images.Generator{HorizontalFlip: true, RotationRange: 30, Rescale: 0.5}
	read := func(g images.Generator, x *tensor.Tensor) []float32 {
		flow, err := g.Flow(images.Arrays{X: x}, images.Flow{Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		for batch, err := range flow.Batches(context.Background(), 0, 0) {
			if err != nil {
				t.Fatal(err)
			}
			return slices.Clone(batch.Inputs[0].Float32s())
		}
		return nil
	}
	want := read(g, last)
	g.ChannelsFirst = true
	for _, x := range []*tensor.Tensor{first, firstFloats} {
		got := read(g, x)
		for i := range 4 {
			for c := range 3 {
				if got[c*4+i] != want[i*3+c] {
					t.Fatalf("%v is not %v with its channels first", got, want)
				}
			}
		}
	}
}

func TestFlowOverArraysWithEverything(t *testing.T) {
	x := numbered(t, 6)
	y, err := tensor.Of([]uint8{0, 1, 2, 0, 1, 2}, 6)
	if err != nil {
		t.Fatal(err)
	}
	weight, err := tensor.Of([]float64{1, 2, 3, 4, 5, 6}, 6)
	if err != nil {
		t.Fatal(err)
	}
	extra, err := tensor.Of([]int64{10, 11, 12, 13, 14, 15}, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	arrays := images.Arrays{X: x, Y: y, SampleWeight: weight, Extra: []*tensor.Tensor{extra}, Classes: []string{"a", "b", "c"}}
	g := images.Generator{ValidationSplit: 0.5}
	flow, err := g.Flow(arrays, images.Flow{Subset: images.Training, ClassMode: images.Categorical})
	if err != nil {
		t.Fatal(err)
	}
	if s := flow.Spec(); s.Samples != 3 || !slices.Equal(s.ClassCounts, []int{1, 1, 1}) || s.Classes[2] != "c" || len(s.Inputs) != 2 {
		t.Errorf("spec %+v", s)
	}
	for batch, err := range flow.Batches(context.Background(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for row, i := range batch.Indices {
			others, err := tensor.Values[int64](batch.Inputs[1])
			if err != nil {
				t.Fatal(err)
			}
			if others[row] != int64(13+i) || batch.SampleWeights[0].Float32s()[row] != float32(4+i) || batch.Targets[0].Float32s()[3*row+i] != 1 {
				t.Errorf("sample %d has %v, %v and %v", i, others[row], batch.SampleWeights[0].Float32s()[row], batch.Targets[0].Float32s()[3*row:3*row+3])
			}
		}
	}
}

func TestFlowOverArraysRefuses(t *testing.T) {
	x := numbered(t, 6)
	of := func(values []float32, shape ...int) *tensor.Tensor {
		y, err := tensor.Of(values, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	sorted := of([]float32{0, 0, 0, 1, 1, 1}, 6)
	for name, c := range map[string]struct {
		arrays images.Arrays
		flow   images.Flow
		says   string
	}{
		"no pictures":     {images.Arrays{}, images.Flow{}, "four dimensions"},
		"two channels":    {images.Arrays{X: of(make([]float32, 8), 1, 2, 2, 2)}, images.Flow{}, "1, 3 or 4"},
		"fewer targets":   {images.Arrays{X: x, Y: of([]float32{1}, 1)}, images.Flow{}, "rows"},
		"a size":          {images.Arrays{X: x}, images.Flow{TargetSize: images.Size{Height: 3, Width: 3}}, "not resized"},
		"sorted classes":  {images.Arrays{X: x, Y: sorted}, images.Flow{Subset: images.Training}, "shuffle"},
		"half a class":    {images.Arrays{X: x, Y: of([]float32{0, 1, 0.5, 0, 1, 0}, 6)}, images.Flow{ClassMode: images.Sparse}, "class index"},
		"a class too far": {images.Arrays{X: x, Y: of([]float32{0, 1, 2, 0, 1, 0}, 6), Classes: []string{"a", "b"}}, images.Flow{ClassMode: images.Sparse}, "from 0 to 1"},
		"one-hot classes": {images.Arrays{X: x, Y: of(make([]float32, 12), 6, 2)}, images.Flow{ClassMode: images.Sparse}, "class index"},
		"binary of three": {images.Arrays{X: x, Y: of([]float32{0, 1, 2, 0, 1, 0}, 6)}, images.Flow{ClassMode: images.Binary}, "categorical"},
	} {
		if _, err := (images.Generator{ValidationSplit: 0.5}).Flow(c.arrays, c.flow); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want an error that says %q", name, err, c.says)
		}
	}
	if _, err := (images.Generator{ValidationSplit: 0.5}).Flow(images.Arrays{X: x, Y: sorted}, images.Flow{Subset: images.Training, IgnoreClassSplit: true}); err != nil {
		t.Errorf("IgnoreClassSplit: %v", err)
	}
}

func TestDatasetRefuses(t *testing.T) {
	dir := drawFolders(t, 2, "a", "b", "c")
	for name, c := range map[string]struct {
		images.Dataset
		images.Flow
	}{
		"split without subset": {Dataset: images.Dataset{ValidationSplit: 0.2}},
		"crop and pad":         {images.Dataset{PadToAspectRatio: true}, images.Flow{KeepAspectRatio: true}},
		"binary of three":      {Flow: images.Flow{ClassMode: images.Binary}},
		"raw":                  {Flow: images.Flow{ClassMode: images.Raw}},
		"few labels":           {Dataset: images.Dataset{Labels: []int{0, 1}}},
		"labels with gaps":     {Dataset: images.Dataset{Labels: []int{0, 2, 0, 2, 0, 2}}},
		"labels and classes":   {images.Dataset{Labels: []int{0, 1, 0, 1, 0, 1}}, images.Flow{Classes: []string{"a"}}},
		"Pillow's filter":      {Flow: images.Flow{Interpolation: images.Hamming}},
		"unknown class":        {Flow: images.Flow{Classes: []string{"d"}}},
		"nothing held back":    {images.Dataset{ValidationSplit: 0.01}, images.Flow{Subset: images.Validation}},
	} {
		if _, err := c.Dataset.FromDirectory(dir, c.Flow); err == nil || !strings.HasPrefix(err.Error(), "images: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDatasetLabels(t *testing.T) {
	dir := drawFolders(t, 2, "a", "b", "c")
	p, err := images.Dataset{Labels: []int{1, 0, 1, 0, 1, 0}}.FromDirectory(dir, images.Flow{NoShuffle: true, TargetSize: images.Square(4)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.ClassNames(), []string{"0", "1"}) || !slices.Equal(p.Labels(), []int{1, 0, 1, 0, 1, 0}) || p.Spec().TargetTypes[0] != tensor.Int32 {
		t.Errorf("classes %v, labels %v, spec %+v", p.ClassNames(), p.Labels(), p.Spec())
	}
	if p, err = (images.Dataset{NoLabels: true}).FromDirectory(dir, images.Flow{TargetSize: images.Square(4)}); err != nil {
		t.Fatal(err)
	}
	if p.Samples() != 6 || p.Classes() != 0 || len(p.Spec().Targets) != 0 {
		t.Errorf("%v with targets %v, want six without", p, p.Spec().Targets)
	}
}

func TestFiles(t *testing.T) {
	dir := drawFolders(t, 2, "b", "a", ".hidden")
	write(t, filepath.Join(dir, "a", "notes.txt"), nil)
	alone, absent := filepath.Join(dir, "a", "notes.txt"), filepath.Join(dir, "absent.png")
	var found []string
	for path, err := range images.Files(alone, dir, absent) {
		if (err != nil) != (path == absent) {
			t.Errorf("%s: %v", path, err)
		}
		found = append(found, strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)))
	}
	want := []string{"/a/notes.txt", "/a/000.png", "/a/001.png", "/b/000.png", "/b/001.png", "/absent.png"}
	if !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
	for range images.Files(dir) {
		break
	}
}
