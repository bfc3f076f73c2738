package page_test

import (
	"bytes"
	"context"
	"flag"
	"image/png"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/browser"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/serve"
)

var update = flag.Bool("update", false, "take docs/serve.png anew")

// TestScreenshot takes the picture of docs/watching.md, of a network that
// learnt to tell shapes apart:
//
//	go test ./serve/page -run Screenshot -update
func TestScreenshot(t *testing.T) {
	if !*update {
		t.Skip("takes docs/serve.png anew with -update")
	}
	path := filepath.Join(t.TempDir(), "shapes.keras")
	if err := learn(t.Context(), t.TempDir(), path); err != nil {
		t.Fatal(err)
	}
	url := served(t, func(o *serve.Options) {
		o.Models = []serve.Model{{Name: "shapes", Path: path}}
		o.Explain = openGradCAM
	})
	b := browser.Open(t)
	var shots [][]byte
	for _, screen := range []browser.Screen{{Width: 900, Height: 660}, {Width: 360, Height: 660, Phone: true, Dark: true}} {
		tab := b.Page(t, screen)
		tab.Go(url)
		tab.Wait(`document.querySelectorAll("#model option").length === 1 && document.querySelector("#about").innerText !== ""`)
		tab.Drop("#drop", "star.png", "image/png", drawn(t, 2))
		tab.Wait(`document.querySelector("#best").innerText !== ""`)
		if !screen.Phone {
			tab.Click("#explain")
			tab.Wait(`document.querySelector("#why").naturalWidth > 0`)
		}
		tab.Wait(`new Promise((done) => setTimeout(() => done(true), 500))`) // bars and switches move
		shots = append(shots, tab.Screenshot())
	}
	if err := browser.WriteAlbum(filepath.Join("..", "..", "docs", "serve.png"), shots...); err != nil {
		t.Fatal(err)
	}
}

// learn leaves a network that tells shapes apart.
func learn(ctx context.Context, folder, path string) error {
	const size = 48
	if err := shapes.WriteFolder(folder, 150, size, 7, 0); err != nil {
		return err
	}
	generator := images.Generator{Rescale: 1.0 / 255, RotationRange: 90, HorizontalFlip: true}
	pictures, err := generator.FlowFromDirectory(folder, images.Flow{TargetSize: images.Square(size), BatchSize: 20, NoCache: true})
	if err != nil {
		return err
	}
	model, err := lince.Sequential(
		layers.Conv2D{Filters: 16, Kernel: layers.Square(3), Activation: activations.ReLU, InputShape: []int{size, size, 3}},
		layers.MaxPooling2D{},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.MaxPooling2D{},
		layers.Conv2D{Filters: 32, Kernel: layers.Square(3), Activation: activations.ReLU},
		layers.Flatten{},
		layers.Dense{Units: 64, Activation: activations.ReLU},
		layers.Dense{Units: 4, Activation: activations.Softmax},
	)
	if err == nil {
		err = model.Compile(lince.Training{Optimizer: optimizers.Adam{LearningRate: 0.002}, Loss: losses.CategoricalCrossentropy{}})
	}
	if err == nil {
		_, err = model.Fit(ctx, pictures, lince.Fit{Epochs: 30})
	}
	if err != nil {
		return err
	}
	preprocessing := pictures.Preprocessing()
	model.Classes, model.Preprocessing = pictures.ClassNames(), &preprocessing
	return model.Save(path)
}

// gradCAM explains as lince serve does.
type gradCAM struct{ *explain.Explainer }

func openGradCAM(ctx context.Context, model *lince.Model) (serve.Explainer, error) {
	explainer, err := explain.New(ctx, model, explain.GradCAM{})
	return gradCAM{explainer}, err
}

func (g gradCAM) Explain(ctx context.Context, picture []byte, _ int) ([]byte, error) {
	heat, err := g.Picture(ctx, picture, "")
	if err != nil {
		return nil, err
	}
	photo, err := g.Photo(picture)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	err = png.Encode(&file, explain.Overlay{}.Draw(photo, heat))
	return file.Bytes(), err
}
