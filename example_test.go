package lince_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// The network of the courses, trained on folders of photos with augmentation,
// saved and used.
func Example() {
	model, err := lince.Sequential(
		layers.Input{Shape: []int{150, 150, 3}},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 64, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 128, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Conv2D{Filters: 128, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)},
		layers.Flatten{},
		layers.Dense{Units: 512, Activation: activations.ReLU},
		layers.Dense{Units: 1, Activation: activations.Sigmoid},
	)
	if err != nil {
		log.Fatal(err)
	}
	err = model.Compile(lince.Training{
		Optimizer: optimizers.RMSprop{LearningRate: 1e-4},
		Loss:      losses.BinaryCrossentropy{},
		Metrics:   []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		log.Fatal(err)
	}

	flow := images.Flow{TargetSize: images.Size{Height: 150, Width: 150}, BatchSize: 20}
	train, err := images.Generator{
		Rescale: 1. / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2,
		ShearRange: 0.2, ZoomRange: 0.2, HorizontalFlip: true, FillMode: images.Nearest,
	}.FlowFromDirectory("photos/train", flow)
	if err != nil {
		log.Fatal(err)
	}
	validation, err := images.Generator{Rescale: 1. / 255}.FlowFromDirectory("photos/test", flow)
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	history, err := model.Fit(ctx, train, lince.Fit{
		Epochs: 15, Validation: validation,
		Callbacks: []lince.Callback{callbacks.Progress{Writer: os.Stdout}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Last("val_accuracy"))
	if err := model.Save("pets.keras"); err != nil {
		log.Fatal(err)
	}
	for p, err := range model.Classify(ctx, "cat.jpg", "photos/new") {
		if err != nil {
			log.Print(err)
			continue
		}
		fmt.Println(p.File, p.Class, p.Probability)
	}
}

// grays returns pictures of 2×2 gray pixels, dark and bright in turn, with the
// classes dark and bright.
func grays(samples int) data.Source {
	pixels, classes := make([]float32, 4*samples), make([]float32, samples)
	for i := range samples {
		classes[i] = float32(i % 2)
		for p := range 4 {
			pixels[4*i+p] = 0.1 + 0.8*classes[i] + 0.05*float32((i+p)%3)
		}
	}
	x, err := tensor.Of(pixels, samples, 2, 2, 1)
	y, err2 := tensor.Of(classes, samples)
	if err := errors.Join(err, err2); err != nil {
		log.Fatal(err)
	}
	source, err := data.FromArrays(data.Arrays{
		Inputs: []*tensor.Tensor{x}, Targets: []*tensor.Tensor{y},
		BatchSize: 8, Classes: []string{"dark", "bright"},
	})
	if err != nil {
		log.Fatal(err)
	}
	return source
}

// judge returns a compiled model that tells the grays apart once trained.
func judge() *lince.Model {
	model, err := lince.Sequential(
		layers.Input{Shape: []int{2, 2, 1}},
		layers.Flatten{},
		layers.Dense{Units: 1, Activation: activations.Sigmoid},
	)
	if err != nil {
		log.Fatal(err)
	}
	err = model.Compile(lince.Training{
		Optimizer: optimizers.Adam{LearningRate: 0.1},
		Loss:      losses.BinaryCrossentropy{},
		Metrics:   []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return model
}

func ExampleModel() {
	ctx := context.Background()
	model := judge()
	if _, err := model.Fit(ctx, grays(32), lince.Fit{Epochs: 25}); err != nil {
		log.Fatal(err)
	}
	pictures, err := tensor.Of([]float32{0.1, 0.2, 0.1, 0.1, 0.9, 0.9, 0.8, 0.9}, 2, 2, 2, 1)
	if err != nil {
		log.Fatal(err)
	}
	outputs, err := model.PredictOnBatch(ctx, pictures)
	if err != nil {
		log.Fatal(err)
	}
	for _, probability := range outputs[0].Float32s() {
		fmt.Println("bright:", probability > 0.5)
	}
	// Output:
	// bright: false
	// bright: true
}

// Two inputs side by side, and a layer that is applied to both.
func ExampleNewModel() {
	left := layers.NewInput(layers.Input{Shape: []int{8}})
	right := layers.NewInput(layers.Input{Shape: []int{8}})
	look := layers.Share(layers.Dense{Units: 4, Activation: activations.ReLU})
	both := layers.Apply(layers.Concatenate{}, look.Apply(left), look.Apply(right))
	same := layers.Apply(layers.Dense{Units: 1, Activation: activations.Sigmoid}, both)

	model, err := lince.NewModel(lince.Inputs(left, right), lince.Outputs(same))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Parameters(), "weights")
	// Output: 45 weights
}

func ExampleTraining() {
	model, err := lince.Sequential(
		layers.Input{Shape: []int{4}},
		layers.Dense{Units: 3, Activation: activations.Softmax},
	)
	if err != nil {
		log.Fatal(err)
	}
	err = model.Compile(lince.Training{
		Optimizer: optimizers.SGD{LearningRate: 0.01, Momentum: 0.9},
		Loss:      losses.SparseCategoricalCrossentropy{},
		Metrics:   []metrics.Metric{metrics.Accuracy{}},
		Seed:      7,
	})
	fmt.Println(err, model.LearningRate())
	// Output: <nil> 0.01
}

func ExampleFit() {
	history, err := judge().Fit(context.Background(), grays(32), lince.Fit{
		Epochs: 3, Validation: grays(8), ClassWeights: map[int]float64{0: 1, 1: 2},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Epochs, history.Names)
	// Output: [0 1 2] [loss accuracy val_loss val_accuracy]
}

func ExampleHistory() {
	history := lince.NewHistory()
	err := history.UnmarshalJSON([]byte(`{
		"epochs": [0, 1, 2],
		"names": ["loss", "val_loss"],
		"history": {"loss": [0.7, 0.4, 0.2], "val_loss": [0.7, 0.5, 0.6]}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	epoch, loss := history.Best("val_loss", true)
	fmt.Println(epoch, loss)
	// Output: 1 0.5
}

func ExampleLogs() {
	ctx := context.Background()
	model := judge()
	if _, err := model.Fit(ctx, grays(32), lince.Fit{Epochs: 25}); err != nil {
		log.Fatal(err)
	}
	logs, err := model.Evaluate(ctx, grays(16))
	if err != nil {
		log.Fatal(err)
	}
	accuracy, measured := logs.Get("accuracy")
	fmt.Println(accuracy, measured)
	// Output: 1 true
}

func ExampleLog() {
	logs := lince.Logs{{Name: "loss", Value: 0.25}, {Name: "accuracy", Value: 0.9}}
	for _, log := range logs {
		fmt.Println(log.Name, log.Value)
	}
	// Output:
	// loss 0.25
	// accuracy 0.9
}

func ExamplePrediction() {
	ctx := context.Background()
	model := judge()
	if _, err := model.Fit(ctx, grays(32), lince.Fit{Epochs: 25}); err != nil {
		log.Fatal(err)
	}
	model.Preprocessing = &images.Preprocessing{
		TargetSize: images.Size{Height: 2, Width: 2}, ColorMode: images.Grayscale, Rescale: 1. / 255,
	}
	folder, err := os.MkdirTemp("", "lince-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	paint(filepath.Join(folder, "night.png"), 20)
	paint(filepath.Join(folder, "snow.png"), 240)

	for p, err := range model.Classify(ctx, folder) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(filepath.Base(p.File), p.Class, p.Probability > 0.5)
	}
	// Output:
	// night.png dark true
	// snow.png bright true
}

// paint writes a picture of one gray.
func paint(path string, level uint8) {
	picture := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range picture.Pix {
		picture.Pix[i] = level
	}
	file, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, picture), file.Close()); err != nil {
		log.Fatal(err)
	}
}

func ExampleSummaryOptions() {
	model := judge()
	model.Freeze()
	fmt.Print(model.SummaryWith(lince.SummaryOptions{LineLength: 70, ShowTrainable: true}))
	// Output:
	// Model: "sequential"
	// ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━┓
	// ┃ Layer (type)              ┃ Output Shape        ┃   Param # ┃ Tra… ┃
	// ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━┩
	// │ flatten (Flatten)         │ (None, 4)           │         0 │  -   │
	// ├───────────────────────────┼─────────────────────┼───────────┼──────┤
	// │ dense (Dense)             │ (None, 1)           │         5 │  N   │
	// └───────────────────────────┴─────────────────────┴───────────┴──────┘
	//  Total params: 5 (20.00 B)
	//  Trainable params: 0 (0.00 B)
	//  Non-trainable params: 5 (20.00 B)
}

func ExampleSnapshot() {
	ctx := context.Background()
	model := judge()
	before, err := model.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	first, err := model.Evaluate(ctx, grays(16))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := model.Fit(ctx, grays(32), lince.Fit{Epochs: 5}); err != nil {
		log.Fatal(err)
	}
	if err := model.Restore(before); err != nil {
		log.Fatal(err)
	}
	again, err := model.Evaluate(ctx, grays(16))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first[0] == again[0])
	// Output: true
}

// Gain multiplies every channel by a number that training finds.
type Gain struct {
	// Initial is the number before training.
	Initial float64
}

// Call multiplies.
func (l Gain) Call(c *layers.Context, inputs ...*graph.Node) (*graph.Node, error) {
	x := inputs[0]
	gain := c.Weight("gain", tensor.Shape{x.Extent(-1)}, initializers.Constant{Value: l.Initial})
	return x.Mul(gain), nil
}

// Describe lets models with the layer be saved.
func (l Gain) Describe() layers.Description {
	return layers.Description{Class: "Gain", Config: config.Map{"initial": l.Initial}}
}

// A layer of one's own: used, saved, and loaded again.
func ExampleLoadOptions() {
	model, err := lince.Sequential(layers.Input{Shape: []int{4}}, Gain{Initial: 2})
	if err != nil {
		log.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "lince-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "gain.keras")
	if err := model.Save(path); err != nil {
		log.Fatal(err)
	}

	loaded, err := lince.LoadWith(path, lince.LoadOptions{
		Custom: map[string]func(*config.Reader) layers.Layer{
			"Gain": func(r *config.Reader) layers.Layer { return Gain{Initial: r.Float("initial", 1)} },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	weights, err := loaded.Weights("gain")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(weights[0].Float32s())
	// Output: [2 2 2 2]
}
