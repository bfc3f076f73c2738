package watch_test

import (
	"context"
	"flag"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/browser"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/watch"
)

var update = flag.Bool("update", false, "take docs/watch.png anew")

// TestScreenshot takes the picture of docs/watching.md, of a training that runs:
//
//	go test ./watch -run Screenshot -update
func TestScreenshot(t *testing.T) {
	if !*update {
		t.Skip("takes docs/watch.png anew with -update")
	}
	b := browser.Open(t)
	path := filepath.Join(t.TempDir(), "shapes.keras")
	url := start(t, watch.NewRun(path)).URL()
	desktop, phone := b.Page(t, browser.Screen{Width: 940, Height: 820}), b.Page(t, browser.Screen{Width: 360, Height: 820, Phone: true})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- trainWell(ctx, t.TempDir(), path) }()
	var shots [][]byte
	for _, page := range []*browser.Page{desktop, phone} {
		page.Go(url)
		page.Wait(points + " >= 22")
		shots = append(shots, page.Screenshot())
	}
	stop()
	<-ended
	if err := browser.WriteAlbum(filepath.Join("..", "docs", "watch.png"), shots...); err != nil {
		t.Fatal(err)
	}
}

// trainWell trains long enough for curves worth looking at.
func trainWell(ctx context.Context, folder, path string) error {
	const side = 32
	flow := images.Flow{TargetSize: images.Square(side), BatchSize: 16, NoCache: true}
	var parts [2]*images.Pictures
	for i, generator := range []images.Generator{{Rescale: 1.0 / 255, RotationRange: 90, ZoomRange: 0.2, HorizontalFlip: true}, {Rescale: 1.0 / 255}} {
		place := filepath.Join(folder, []string{"train", "validation"}[i])
		err := shapes.WriteFolder(place, 60, side, 1, 100*i)
		if err == nil {
			parts[i], err = generator.FlowFromDirectory(place, flow)
		}
		if err != nil {
			return err
		}
	}
	model, err := lince.Sequential(
		layers.Conv2D{Filters: 16, Kernel: layers.Square(3), Activation: activations.ReLU, InputShape: []int{side, side, 3}},
		layers.MaxPooling2D{},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.MaxPooling2D{},
		layers.Flatten{},
		layers.Dense{Units: 64, Activation: activations.ReLU},
		layers.Dense{Units: 4, Activation: activations.Softmax},
	)
	if err == nil {
		err = model.Compile(lince.Training{Optimizer: optimizers.Adam{LearningRate: 0.002}, Loss: losses.CategoricalCrossentropy{}, Metrics: []metrics.Metric{metrics.Accuracy{}}})
	}
	if err != nil {
		return err
	}
	_, err = model.Fit(ctx, parts[0], lince.Fit{Epochs: 40, Validation: parts[1], Callbacks: []lince.Callback{
		slow(), watch.Recorder{Path: path, Pictures: parts[0], Interval: 1},
	}})
	return err
}
