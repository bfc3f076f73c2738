package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
)

// saved returns the file of a small model.
func saved(t *testing.T) string {
	t.Helper()
	model, err := lince.Sequential(
		layers.Input{Shape: []int{16, 16, 3}}, layers.Flatten{}, layers.Dense{Units: 4, Activation: activations.Softmax},
	)
	if err != nil {
		t.Fatal(err)
	}
	model.Classes, model.Preprocessing = shapes.Classes(), &images.Preprocessing{TargetSize: images.Square(16), Rescale: 1. / 255}
	path := filepath.Join(t.TempDir(), "model.keras")
	if err := model.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	if err := shapes.WriteFolder(folder, 1, 16, 1, 0); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "star", "000.png"))
	if err != nil {
		t.Fatal(err)
	}
	model := saved(t)
	ctx, stop := context.WithCancel(t.Context())
	addresses, done := make(chan net.Addr, 1), make(chan error, 1)
	go func() { done <- run(ctx, model, "127.0.0.1:0", func(a net.Addr) { addresses <- a }) }()
	select {
	case address := <-addresses:
		ask(t, "http://"+address.String(), content)
	case err := <-done:
		t.Fatal(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func ask(t *testing.T, address string, picture []byte) {
	t.Helper()
	response, err := http.Post(address+"/classify?top=1", "image/png", bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Predictions []struct {
			Classes []struct{ Class string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || len(answer.Predictions) != 1 || len(answer.Predictions[0].Classes) != 1 {
		t.Errorf("status %d, %+v", response.StatusCode, answer)
	}
}
