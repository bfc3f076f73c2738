package lince

import (
	"context"
	"testing"

	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// TestMixedBFloat16 trains a network whose convolutions are products of rounded
// numbers: its losses follow those of float32, and its weights are float32 that
// bfloat16 could not hold.
func TestMixedBFloat16(t *testing.T) {
	losses, weights := trainedIn(t, cpu.Options{Threads: 2, NoWinograd: true})
	rounded, mixed := trainedIn(t, cpu.Options{Threads: 2, NoWinograd: true, BFloat16: true})
	differs := false
	for i, want := range losses {
		if difference := rounded[i] - want; difference > 0.02*losses[0] || -difference > 0.02*losses[0] {
			t.Errorf("epoch %d: the loss is %v in mixed_bfloat16 and %v in float32", i, rounded[i], want)
		} else if difference != 0 {
			differs = true
		}
	}
	if last := len(rounded) - 1; rounded[last] > rounded[0]/2 {
		t.Errorf("the loss went from %v to %v in %d epochs", rounded[0], rounded[last], last)
	}
	if !differs {
		t.Error("nothing was rounded")
	}
	finer := false
	for i, w := range mixed {
		finer = finer || tensor.BrainOf(w).Float32() != w
		if d := w - weights[i]; d > 0.05 || d < -0.05 {
			t.Fatalf("weight %d is %v in mixed_bfloat16 and %v in float32", i, w, weights[i])
		}
	}
	if !finer {
		t.Error("the weights hold no more than bfloat16")
	}
}

// trainedIn returns the losses of some epochs on pictures that one convolution
// can tell apart, and the first kernel after them.
func trainedIn(t *testing.T, options cpu.Options) (epochs []float64, kernel []float32) {
	t.Helper()
	engine, err := cpu.New(options)
	if err != nil {
		t.Skip(err)
	}
	defer engine.Close()
	const pictures, size, channels = 64, 8, 6
	r := random.NewStream(3)
	pixels, labels := make([]float32, pictures*size*size*channels), make([]float32, pictures)
	for i := range pixels {
		picture := i / (size * size * channels)
		labels[picture] = float32(picture % 2)
		pixels[i] = float32(r.Float64()) + labels[picture]*float32(i%channels)/channels/2
	}
	m := must[*Model](t)(Sequential(
		layers.Input{Shape: []int{size, size, channels}},
		layers.Conv2D{Filters: 16, Kernel: layers.Square(5), Padding: layers.Same}, layers.BatchNormalization{},
		layers.Conv2D{Filters: 24, Kernel: layers.Square(1)}, layers.GlobalAveragePooling2D{}, layers.Dense{Units: 1},
	))
	compiled(t, m, Training{Loss: losses.BinaryCrossentropy{FromLogits: true}, Optimizer: optimizers.SGD{LearningRate: 0.1}, Backend: engine, Seed: 5})
	x := must[*tensor.Tensor](t)(tensor.Of(pixels, pictures, size, size, channels))
	history := must[*History](t)(m.Fit(context.Background(), arrays(t, 16, x, column(t, labels...)), Fit{Epochs: 6}))
	kernel = must[[]float32](t)(tensor.Values[float32](must[[]*tensor.Tensor](t)(m.Weights("conv2d"))[0]))
	return history.Values["loss"], kernel
}
