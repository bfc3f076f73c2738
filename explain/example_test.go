package explain_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
)

// dayAndNight returns a model that calls bright pictures day: its only
// convolution passes the levels on, and the mean of them decides.
func dayAndNight() *lince.Model {
	one := initializers.Constant{Value: 1}
	m, err := lince.Sequential(
		layers.Conv2D{Filters: 1, Kernel: layers.Square(1), KernelInitializer: one, Activation: activations.ReLU, Name: "pass", InputShape: []int{4, 4, 1}},
		layers.GlobalAveragePooling2D{Name: "mean"},
		layers.Dense{Units: 1, KernelInitializer: one, Activation: activations.Sigmoid, Name: "decide"},
	)
	if err != nil {
		panic(err)
	}
	m.Classes = []string{"night", "day"}
	m.Preprocessing = &images.Preprocessing{TargetSize: images.Square(4), ColorMode: images.Grayscale, Rescale: 1. / 255}
	return m
}

// lamp returns the file of a dark picture with one bright pixel, in the second
// row on the right.
func lamp() []byte {
	picture := image.NewGray(image.Rect(0, 0, 4, 4))
	picture.SetGray(3, 1, color.Gray{255})
	content, err := encoded(picture)
	if err != nil {
		panic(err)
	}
	return content
}

func encoded(picture image.Image) ([]byte, error) {
	var content bytes.Buffer
	err := png.Encode(&content, picture)
	return content.Bytes(), err
}

// show explains the picture by a method.
func show(method explain.Method) {
	ctx := context.Background()
	e, err := explain.New(ctx, dayAndNight(), method)
	if err != nil {
		fmt.Println(err)
		return
	}
	heat, err := e.Picture(ctx, lamp(), "day")
	if err != nil {
		fmt.Println(err)
		return
	}
	for row := range heat.Height {
		fmt.Printf("%.2f\n", heat.Normalized()[row*heat.Width:][:heat.Width])
	}
}

func ExampleGradCAM() {
	show(explain.GradCAM{PlusPlus: true})
	// Output:
	// [0.00 0.00 0.00 0.00]
	// [0.00 0.00 0.00 1.00]
	// [0.00 0.00 0.00 0.00]
	// [0.00 0.00 0.00 0.00]
}

// With noise on the picture some pixels are above 0, where the convolution
// rectifies, in each of the copies.
func ExampleSaliency() {
	show(explain.Saliency{Samples: 4, Noise: 0.01, Seed: 1})
	// Output:
	// [0.75 0.50 0.25 0.75]
	// [0.25 0.50 0.75 1.00]
	// [0.50 0.25 0.75 0.50]
	// [0.00 0.50 0.25 0.25]
}

func ExampleOcclusion() {
	show(explain.Occlusion{Patch: 2, Stride: 2})
	// Output:
	// [0.00 0.00 1.00 1.00]
	// [0.00 0.00 1.00 1.00]
	// [0.00 0.00 0.00 0.00]
	// [0.00 0.00 0.00 0.00]
}

// Any of the three methods serves where a Method is asked for.
func ExampleMethod() {
	ctx := context.Background()
	for _, method := range []explain.Method{explain.GradCAM{}, explain.Saliency{}, explain.Occlusion{}} {
		e, err := explain.New(ctx, dayAndNight(), method)
		if err != nil {
			fmt.Println(err)
			return
		}
		heat, err := e.Picture(ctx, lamp(), "")
		fmt.Printf("%T %q %s %v\n", method, heat.Layer, heat.Class, err)
	}
	// Output:
	// explain.GradCAM "pass" day <nil>
	// explain.Saliency "" day <nil>
	// explain.Occlusion "" day <nil>
}

// The heat over the photo, as a picture to be shown.
func ExampleExplainer() {
	ctx := context.Background()
	e, err := explain.New(ctx, dayAndNight(), explain.GradCAM{Layer: "pass"})
	if err != nil {
		fmt.Println(err)
		return
	}
	heat, err := e.Picture(ctx, lamp(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	photo, err := e.Photo(lamp())
	if err != nil {
		fmt.Println(err)
		return
	}
	shown := explain.Overlay{Colors: explain.Jet}.Draw(photo, heat)
	fmt.Printf("%s %.0f %%, layer %s, %v\n", heat.Class, 100*heat.Probability, e.Layer(), shown.Bounds().Size())
	// Output: day 52 %, layer pass, (256,256)
}

func ExampleHeat() {
	heat := explain.Heat{Height: 1, Width: 4, Values: []float32{-1, 0, 2, 8}}
	fmt.Println(heat.Normalized())
	// Output: [0 0 0.25 1]
}

func ExampleOverlay() {
	photo := image.NewUniform(color.White)
	heat := explain.Heat{Height: 1, Width: 2, Values: []float32{0, 1}}
	shown := explain.Overlay{Colors: explain.Gray, Opacity: 1}.Draw(&cut{photo, image.Rect(0, 0, 4, 1)}, heat)
	for x := range 4 {
		fmt.Print(shown.RGBAAt(x, 0).R, " ")
	}
	// Output: 0 64 191 255
}

// cut is a picture with other bounds.
type cut struct {
	image.Image
	bounds image.Rectangle
}

func (c *cut) Bounds() image.Rectangle { return c.bounds }

func ExampleColors() {
	for _, colors := range []explain.Colors{explain.Viridis, explain.Jet, explain.Gray} {
		fmt.Println(colors, colors.At(0), colors.At(0.5), colors.At(1))
	}
	// Output:
	// viridis {68 1 84 255} {35 144 140 255} {253 231 37 255}
	// jet {0 0 128 255} {128 255 128 255} {128 0 0 255}
	// gray {0 0 0 255} {128 128 128 255} {255 255 255 255}
}

func ExampleFeatures() {
	ctx := context.Background()
	features, err := explain.NewFeatures(ctx, dayAndNight(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	maps, err := features.Picture(ctx, lamp())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(maps.Layer, maps.Height, maps.Width, maps.Channels, maps.Values)
	// Output: pass 4 4 1 [0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0]
}

func ExampleMaps() {
	maps := explain.Maps{Height: 1, Width: 2, Channels: 4, Values: []float32{0, 0, 0, 0, 1, 2, 3, 0}}
	fmt.Println(maps.Image(explain.Gray).Bounds())
	// Output: (0,0)-(134,70)
}

func ExampleFilters() {
	filters, err := explain.FirstFilters(dayAndNight())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filters.Layer, filters.Height, filters.Width, filters.Channels, filters.Count, filters.Values)
	fmt.Println(filters.Image().Bounds())
	// Output:
	// pass 1 1 1 1 [1]
	// (0,0)-(36,36)
}

// What the model takes for day at its best is white.
func ExampleMaximize() {
	still := 0
	pictures, err := explain.Maximize{Steps: 60, Jitter: &still, Decay: new(0.0)}.Run(context.Background(), dayAndNight(), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pictures[0].At(0, 0), pictures[0].At(3, 3))
	// Output: {255 255 255 255} {255 255 255 255}
}
