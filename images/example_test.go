package images_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// photos makes a folder with two classes of three tiny pictures, in place of
// the reader's own.
func photos() string {
	dir, err := os.MkdirTemp("", "photos")
	if err != nil {
		panic(err)
	}
	for class, name := range []string{"cats", "dogs"} {
		for i := range 3 {
			m := image.NewNRGBA(image.Rect(0, 0, 32, 24))
			for p := range 32 * 24 {
				m.SetNRGBA(p%32, p/32, color.NRGBA{uint8(100 * class), uint8(40 * i), uint8(p), 255})
			}
			path := filepath.Join(dir, name, fmt.Sprintf("%s.%d.png", name, i))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				panic(err)
			}
			file, err := os.Create(path)
			if err != nil {
				panic(err)
			}
			if err := png.Encode(file, m); err != nil {
				panic(err)
			}
			if err := file.Close(); err != nil {
				panic(err)
			}
		}
	}
	return dir
}

func ExampleGenerator() {
	dir := photos()
	defer os.RemoveAll(dir)

	augmented := images.Generator{
		Rescale: 1.0 / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2,
		ShearRange: 10, ZoomRange: 0.2, HorizontalFlip: true, FillMode: images.Nearest,
	}
	train, err := augmented.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(150), BatchSize: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train)
	for batch, err := range train.Batches(context.Background(), 0, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Inputs[0], batch.Targets[0])
	}
	// Output:
	// Found 6 images belonging to 2 classes.
	// float32(4, 150, 150, 3) float32(4,)
	// float32(2, 150, 150, 3) float32(2,)
}

func ExampleGenerator_Advice() {
	for _, advice := range (images.Generator{ShearRange: 0.2}).Advice() {
		fmt.Println(advice)
	}
	// Output: ShearRange 0.2 slants by less than a degree, which nobody sees; it is in degrees, try 10
}

func ExampleFlow() {
	dir := photos()
	defer os.RemoveAll(dir)

	generator := images.Generator{Rescale: 1.0 / 255, ValidationSplit: 0.34}
	flow := images.Flow{TargetSize: images.Square(64), Subset: images.Training, SeededSplit: true, Seed: 1}
	train, err := generator.FlowFromDirectory(dir, flow)
	if err != nil {
		fmt.Println(err)
		return
	}
	flow.Subset = images.Validation
	validation, err := generator.FlowFromDirectory(dir, flow)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.Samples(), "to learn from,", validation.Samples(), "held back")
	// Output: 4 to learn from, 2 held back
}

func ExamplePictures() {
	dir := photos()
	defer os.RemoveAll(dir)

	pictures, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{NoShuffle: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pictures.ClassIndices(), pictures.Labels(), filepath.ToSlash(pictures.Filenames()[3]))
	fmt.Println(pictures.Spec().Inputs[0], pictures.ClassMode())
	// Output:
	// map[cats:0 dogs:1] [0 0 0 1 1 1] dogs/dogs.0.png
	// (256, 256, 3) binary
}

func ExampleBad() {
	dir := photos()
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "cats", "empty.png"), nil, 0o644); err != nil {
		fmt.Println(err)
	}

	pictures, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pictures)
	for _, bad := range pictures.Skipped() {
		fmt.Println(filepath.Base(bad.File)+":", bad.Err)
	}
	// Output:
	// Found 6 images belonging to 2 classes (1 bad left out).
	// empty.png: the file is empty
}

func ExampleArrays() {
	x, _ := tensor.Of(make([]uint8, 10*28*28), 10, 28, 28, 1)
	y, _ := tensor.Of([]uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10)
	digits, err := images.Generator{Rescale: 1.0 / 255}.Flow(images.Arrays{X: x, Y: y}, images.Flow{ClassMode: images.Categorical, BatchSize: 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(digits.Spec().Inputs, digits.Spec().Targets, digits.Spec().Batches())
	// Output: [(28, 28, 1)] [(10,)] 2
}

func ExampleColumns() {
	dir := photos()
	defer os.RemoveAll(dir)
	table := filepath.Join(dir, "pets.csv")
	text := "picture,kilograms\ncats/cats.0.png,4.5\ndogs/dogs.0.png,21\n"
	if err := os.WriteFile(table, []byte(text), 0o644); err != nil {
		fmt.Println(err)
	}

	columns := images.Columns{X: "picture", Y: []string{"kilograms"}}
	pets, err := images.Generator{}.FlowFromTable(table, columns, images.Flow{ClassMode: images.Raw, NoShuffle: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range pets.Batches(context.Background(), 0, 0) {
		fmt.Println(batch.Targets[0].Float32s())
	}
	// Output: [4.5 21]
}

func ExampleDataset() {
	dir := photos()
	defer os.RemoveAll(dir)

	halves := images.Dataset{ValidationSplit: 0.5}
	for _, subset := range []images.Subset{images.Training, images.Validation} {
		part, err := halves.FromDirectory(dir, images.Flow{Subset: subset, Seed: 123})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(subset, part.Samples(), part.Spec().TargetTypes)
	}
	// Output:
	// training 3 [int32]
	// validation 3 [int32]
}

func ExamplePreprocessing() {
	p := images.Preprocessing{TargetSize: images.Square(2), Mode: images.TF}
	text, _ := json.Marshal(p) // beside the model's weights
	fmt.Println(string(text))

	dir := photos()
	defer os.RemoveAll(dir)
	var loaded images.Preprocessing
	if err := json.Unmarshal(text, &loaded); err != nil {
		fmt.Println(err)
		return
	}
	values, err := loaded.Load(filepath.Join(dir, "cats", "cats.0.png"))
	fmt.Println(len(values), values[0], err)
	// Output:
	// {"target_size":[2,2],"color_mode":"rgb","interpolation":"default","aspect":"stretch","mode":"tf"}
	// 12 -1 <nil>
}

func ExampleCheckOptions() {
	dir := photos()
	defer os.RemoveAll(dir)
	report, err := images.Check(context.Background(), dir, images.CheckOptions{Generator: images.Generator{WidthShiftRange: 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("blocked:", report.Blocked())
	for _, f := range report.Findings {
		fmt.Printf("%v (%s): %s\n", f.Severity, f.Kind, f.Message)
	}
	// Output:
	// blocked: false
	// warning (parameter): WidthShiftRange 1 shifts by at most one pixel, not by the whole picture; fractions are below 1
}

func ExampleReport() {
	report := images.Report{Directory: "photos", Classes: []images.ClassCount{{Name: "cats", Pictures: 12, Bad: 1}, {Name: "dogs", Pictures: 11}}}
	good, bad := report.Count()
	fmt.Println(good, bad, report.Blocked())
	// Output: 23 1 false
}

func ExampleFinding() {
	text, _ := json.Marshal(images.Finding{Severity: images.Error, Kind: "classes", Message: "there are none"})
	fmt.Println(string(text))
	// Output: {"severity":"error","kind":"classes","message":"there are none"}
}

func ExampleClassCount() {
	text, _ := json.Marshal(images.ClassCount{Name: "cats", Pictures: 12, Bad: 1})
	fmt.Println(string(text))
	// Output: {"name":"cats","pictures":12,"bad":1}
}

func ExampleSeverity() {
	fmt.Println(images.Warning, images.Error)
	// Output: warning error
}

func ExampleCache() {
	dir, err := os.MkdirTemp("", "cache")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	folder := photos()
	defer os.RemoveAll(folder)

	cache := &images.Cache{Dir: dir, Limit: 1 << 30}
	_, err = images.Generator{}.FlowFromDirectory(folder, images.Flow{
		TargetSize: images.Square(10), MemoryLimit: -1, Cache: cache, // nothing in memory, all on disk
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	freed, err := cache.Clean()
	fmt.Println(freed, err)
	// Output: 1824 <nil>
}

func ExampleStatistics() {
	x, _ := tensor.Of([]float32{0, 2, 4, 6}, 1, 2, 2, 1)
	generator := images.Generator{FeaturewiseCenter: true}
	if err := generator.Fit(context.Background(), x, images.FitOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v %.3f\n", generator.Statistics.Mean, generator.Statistics.Std)
	// Output: [3] [2.236]
}

func ExampleFitOptions() {
	x, _ := tensor.Of([]float32{0, 2, 4, 6}, 1, 2, 2, 1)
	generator := images.Generator{FeaturewiseCenter: true, HorizontalFlip: true}
	err := generator.Fit(context.Background(), x, images.FitOptions{Augment: true, Rounds: 10, Seed: 1})
	fmt.Println(generator.Statistics.Mean, err) // flipping changes no mean
	// Output: [3] <nil>
}

func ExampleTransform() {
	generator := images.Generator{}
	src, dst := []float32{1, 2, 3, 4}, make([]float32, 4)
	err := generator.ApplyTransform(dst, src, images.Size{Height: 2, Width: 2}, 1, images.Transform{FlipHorizontal: true})
	fmt.Println(dst, err)
	// Output: [2 1 4 3] <nil>
}

func ExampleSize() {
	fmt.Println(images.Size{Height: 150, Width: 200}, images.Square(150))
	// Output: 150×200 150×150
}

func ExampleClassMode() {
	mode, err := images.ParseClassMode("categorical")
	fmt.Println(mode == images.Categorical, err)
	// Output: true <nil>
}

func ExampleColorMode() {
	mode, err := images.ParseColorMode("grayscale")
	fmt.Println(mode.Channels(), err)
	// Output: 1 <nil>
}

func ExampleInterpolation() {
	_, err := images.ParseInterpolation("fine")
	fmt.Println(err)
	// Output: images: unknown interpolation "fine", expected one of default, nearest, bilinear, bicubic, box, hamming, lanczos, area, lanczos3, lanczos5, gaussian, mitchellcubic
}

func ExampleFillMode() {
	mode, err := images.ParseFillMode("reflect")
	fmt.Println(mode == images.Reflect, err)
	// Output: true <nil>
}

func ExampleOrder() {
	smooth := images.Generator{RotationRange: 10, InterpolationOrder: images.Order3}
	fmt.Println(smooth.InterpolationOrder, images.Generator{}.InterpolationOrder)
	// Output: 3 1
}

func ExampleAspect() {
	fmt.Println(images.Stretch, images.Crop, images.Pad)
	// Output: stretch crop pad
}

func ExampleMode() {
	pixel := []float32{0, 127.5, 255}
	err := images.Preprocessing{Mode: images.TF}.Standardize(pixel)
	fmt.Println(pixel, err)
	// Output: [-1 0 1] <nil>
}

func ExampleSubset() {
	fmt.Println(images.Everything, images.Training, images.Validation)
	// Output: all training validation
}

func ExampleParseRescale() {
	fmt.Println(images.ParseRescale("1/255"))
	// Output: 0.00392156862745098 <nil>
}
