package callbacks_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// fit trains a model on 32 numbers, which are large or small, with the same
// ones for validation.
func fit(ctx context.Context, epochs int, list ...lince.Callback) (*lince.History, error) {
	x, y := make([]float32, 32), make([]float32, 32)
	for i := range x {
		x[i] = float32(i) / 16
		y[i] = float32(i / 16)
	}
	inputs, err := tensor.Of(x, 32, 1)
	if err != nil {
		return nil, err
	}
	targets, err := tensor.Of(y, 32)
	if err != nil {
		return nil, err
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{inputs}, Targets: []*tensor.Tensor{targets}, BatchSize: 8})
	if err != nil {
		return nil, err
	}
	model, err := lince.Sequential(layers.Dense{Units: 1, Activation: activations.Sigmoid, InputShape: []int{1}})
	if err != nil {
		return nil, err
	}
	err = model.Compile(lince.Training{
		Optimizer: optimizers.SGD{LearningRate: 0.5}, Loss: losses.BinaryCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
	})
	if err != nil {
		return nil, err
	}
	return model.Fit(ctx, source, lince.Fit{Epochs: epochs, Validation: source, Callbacks: list})
}

// folder returns one that is gone after the example.
func folder() (path string, remove func()) {
	path, err := os.MkdirTemp("", "lince-example-")
	if err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(path) }
}

// show prints the names of files.
func show(pattern string) {
	found, err := filepath.Glob(pattern)
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range found {
		fmt.Println(filepath.Base(path))
	}
}

func ExampleEarlyStopping() {
	history, err := fit(context.Background(), 1000, callbacks.EarlyStopping{MinDelta: 0.01, Patience: 2, RestoreBestWeights: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(history.Epochs) < 1000)
	// Output: true
}

func ExampleReduceLROnPlateau() {
	history, err := fit(context.Background(), 4, callbacks.ReduceLROnPlateau{Factor: 0.5, Patience: 1, MinDelta: new(10.0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Values["learning_rate"])
	// Output: [0.5 0.5 0.25 0.125]
}

func ExampleLearningRateScheduler() {
	history, err := fit(context.Background(), 3, callbacks.LearningRateScheduler{Schedule: func(epoch int, rate float64) float64 {
		return 0.5 * math.Pow(0.1, float64(epoch))
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", history.Values["learning_rate"])
	// Output: [0.500 0.050 0.005]
}

func ExampleModelCheckpoint() {
	path, remove := folder()
	defer remove()
	_, err := fit(context.Background(), 2, callbacks.ModelCheckpoint{Path: filepath.Join(path, "model-{epoch:02d}.keras")})
	if err != nil {
		log.Fatal(err)
	}
	show(filepath.Join(path, "*"))
	// Output:
	// model-01.keras
	// model-02.keras
}

func ExampleBackupAndRestore() {
	path, remove := folder()
	defer remove()
	backup := callbacks.BackupAndRestore{Path: filepath.Join(path, "backup.keras"), Every: 100}

	ctx, cancel := context.WithCancel(context.Background())
	interrupt := callbacks.Func{EpochBegin: func(_ *lince.Run, epoch int) error {
		if epoch == 2 {
			cancel()
		}
		return nil
	}}
	first, err := fit(ctx, 4, backup, interrupt)
	fmt.Println(first.Epochs, err)
	second, err := fit(context.Background(), 4, backup)
	fmt.Println(second.Epochs, err)
	// Output:
	// [0 1] context canceled
	// [0 1 2 3] <nil>
}

func ExampleCSVLogger() {
	path, remove := folder()
	defer remove()
	table := filepath.Join(path, "training.csv")
	if _, err := fit(context.Background(), 3, callbacks.CSVLogger{Path: table}); err != nil {
		log.Fatal(err)
	}
	content, err := os.ReadFile(table)
	if err != nil {
		log.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	fmt.Println(lines[0])
	fmt.Println(len(lines)-2, "epochs")
	// Output:
	// epoch,accuracy,loss,val_accuracy,val_loss
	// 3 epochs
}

func ExampleTensorBoard() {
	path, remove := folder()
	defer remove()
	if _, err := fit(context.Background(), 2, callbacks.TensorBoard{LogDir: path}); err != nil {
		log.Fatal(err)
	}
	show(filepath.Join(path, "*"))
	// Output:
	// train
	// validation
}

func ExampleTerminateOnNaN() {
	tooFast := callbacks.LearningRateScheduler{Schedule: func(int, float64) float64 { return math.Inf(1) }}
	_, err := fit(context.Background(), 1, tooFast, callbacks.TerminateOnNaN{RaiseError: true})
	fmt.Println(err)
	// Output: callbacks: the loss is NaN in epoch 1, batch 2; the first value that is not finite is in the weight kernel of layer "dense"
}

func ExampleFunc() {
	_, err := fit(context.Background(), 3, callbacks.Func{EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
		fmt.Println("epoch", epoch, "after", run.Step(), "steps")
		return nil
	}})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// epoch 0 after 4 steps
	// epoch 1 after 8 steps
	// epoch 2 after 12 steps
}

// Without Live, each epoch writes a line when it is done.
func ExampleProgress() {
	var text strings.Builder
	if _, err := fit(context.Background(), 1, callbacks.Progress{Writer: &text}); err != nil {
		log.Fatal(err)
	}
	begin, _, _ := strings.Cut(text.String(), "s ")
	fmt.Println(strings.Fields(begin)[:4])
	fmt.Println(strings.Contains(text.String(), " - val_accuracy: "))
	// Output:
	// [Epoch 1/1 - 4/4]
	// true
}

// Mode is needed where a value's name does not say which way is better.
func ExampleMode() {
	history, err := fit(context.Background(), 5, callbacks.EarlyStopping{Monitor: "val_loss", Mode: callbacks.Max, Patience: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Epochs) // a falling loss is no improvement
	// Output: [0 1 2]
}
