package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/watch"
)

// size is the side of the drawn pictures.
const size = 16

// drawn returns drawn pictures of four classes, augmented, in batches of 8.
func drawn(each int) (*images.Pictures, error) {
	folder, err := os.MkdirTemp("", "lince-watch-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := shapes.WriteFolder(folder, each, size, 1, 0); err != nil {
		return nil, err
	}
	generator := images.Generator{Rescale: 1.0 / 255, RotationRange: 40, HorizontalFlip: true}
	return generator.FlowFromDirectory(folder, images.Flow{TargetSize: images.Size{Height: size, Width: size}, BatchSize: 8, NoCache: true})
}

// tiny returns a network that learns from drawn pictures.
func tiny() (*lince.Model, error) {
	model, err := lince.Sequential(
		layers.Conv2D{Filters: 8, Kernel: layers.Square(3), Activation: activations.ReLU, InputShape: []int{size, size, 3}},
		layers.GlobalAveragePooling2D{},
		layers.Dense{Units: 4, Activation: activations.Softmax},
	)
	if err != nil {
		return nil, err
	}
	return model, model.Compile(lince.Training{
		Optimizer: optimizers.Adam{}, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}},
	})
}

// train trains a tiny network, its run recorded at a path.
func train(ctx context.Context, path string, epochs int, more ...lince.Callback) error {
	pictures, err := drawn(4)
	if err != nil {
		return err
	}
	model, err := tiny()
	if err != nil {
		return err
	}
	list := append(more, watch.Recorder{Path: path, Pictures: pictures, Interval: 1})
	_, err = model.Fit(ctx, pictures, lince.Fit{Epochs: epochs, Validation: pictures, Callbacks: list})
	return err
}

// record returns the path of a run that is over.
func record(t *testing.T, epochs int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pets.keras")
	if err := train(t.Context(), path, epochs); err != nil {
		t.Fatal(err)
	}
	return path
}

// events reads what a run recorded.
func events(t *testing.T, path string) []watch.Event {
	t.Helper()
	file, err := os.Open(path[:len(path)-len("keras")] + "events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	list, err := watch.ReadEvents(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// ofKind returns the events of a kind.
func ofKind(list []watch.Event, kind watch.Kind) []watch.Event {
	var found []watch.Event
	for _, event := range list {
		if event.Kind == kind {
			found = append(found, event)
		}
	}
	return found
}
