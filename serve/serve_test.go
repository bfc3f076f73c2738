package serve_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/restclient"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/serve"
	"github.com/lince-ml/lince/tensor"
)

const side = 8

// network returns a small network for pictures of 8 by 8 pixels that tells
// three classes apart, or two by a single unit.
func network(units int) (*lince.Model, error) {
	last := layers.Dense{Units: units, Activation: activations.Softmax}
	classes := []string{"red", "green", "blue"}
	if units == 1 {
		last.Activation = activations.Sigmoid
		classes = classes[:2]
	}
	model, err := lince.Sequential(
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Activation: activations.ReLU, InputShape: []int{side, side, 3}},
		layers.Flatten{}, last)
	if err != nil {
		return nil, err
	}
	zeros, err := tensor.New(tensor.Float32, 1, side, side, 3)
	if err != nil {
		return nil, err
	}
	if _, err := model.PredictOnBatch(context.Background(), zeros); err != nil { // gives the weights their values
		return nil, err
	}
	model.Classes = classes
	model.Preprocessing = &images.Preprocessing{TargetSize: images.Square(side), Rescale: 1.0 / 255}
	return model, nil
}

// save writes a model's file.
func save(tb testing.TB, path string, units int) {
	tb.Helper()
	model, err := network(units)
	if err != nil {
		tb.Fatal(err)
	}
	defer model.Close()
	if err := model.Save(path); err != nil {
		tb.Fatal(err)
	}
}

// drawing returns a PNG whose pixels depend on seed.
func drawing(tb testing.TB, width, height, seed int) []byte {
	tb.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.Set(x, y, color.NRGBA{uint8(x*31 + seed*97), uint8(y*17 + seed*3), uint8(x * y * seed), 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// started returns a client of a server of the model "shapes", its Server and the
// model's file.
func started(t *testing.T, change func(*serve.Options)) (restclient.Client, *serve.Server, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shapes.keras")
	save(t, path, 3)
	o := serve.Options{Models: []serve.Model{{Name: "shapes", Path: path}}}
	if change != nil {
		change(&o)
	}
	server, err := serve.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		web.Close()
		if err := server.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return restclient.Client{Base: web.URL, HTTP: web.Client()}, server, path
}

// expected returns what lince predict says of a picture's file.
func expected(t *testing.T, model string, content []byte) []float32 {
	t.Helper()
	m, err := lince.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	file := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	var values []float32
	for said, err := range m.Classify(t.Context(), file) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range said.Probabilities {
			values = append(values, float32(p))
		}
	}
	return values
}

// near compares outputs.
func near(t *testing.T, what string, got, want []float32, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if len(got) != len(want) {
		t.Errorf("%s: %v, expected %v", what, got, want)
		return
	}
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > 1e-6 {
			t.Errorf("%s: %v, expected %v", what, got, want)
			return
		}
	}
}

// refused expects an answer of a status whose reason has a text in it.
func refused(t *testing.T, what string, err error, status int, text string) {
	t.Helper()
	refusal, ok := errors.AsType[*restclient.Refusal](err)
	if !ok || refusal.Status != status || !bytes.Contains([]byte(refusal.Reason), []byte(text)) {
		t.Errorf("%s: %v, expected status %d with %q", what, err, status, text)
	}
}

// eventually waits for what another goroutine brings about.
func eventually(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for range 1000 {
		if reached() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("never came to pass: " + what)
}
