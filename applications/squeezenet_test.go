package applications_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

// The real weights, in three formats, give Keras' probabilities.
func TestSqueezeNetProbabilities(t *testing.T) {
	file, err := os.Open(filepath.Join(sharedData, "models", "squeezenet_v1.0_reference_10.npz"))
	if err != nil {
		t.Skip("real weights are absent: no ../shared/data beside the project")
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := npz.OpenArchive(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	x, err := archive.Read("x")
	if err != nil {
		t.Fatal(err)
	}
	want, err := archive.Read("prob")
	if err != nil {
		t.Fatal(err)
	}
	for name, names := range map[string]lince.NameMap{
		"squeezenet_v1.0_imagenet.h5": {}, "squeezenet_v1.0_imagenet.weights.h5": {}, "squeezenet_v1.0_imagenet.safetensors": lince.TorchNames(),
	} {
		m, err := applications.SqueezeNet.Model(context.Background(), applications.Options{Weights: filepath.Join(sharedData, "models", name), Names: names})
		if err != nil {
			t.Error(err)
			continue
		}
		compareProbabilities(t, name, m, x, want)
	}
}

func compareProbabilities(t *testing.T, name string, m *lince.Model, x, want *tensor.Tensor) {
	t.Helper()
	defer m.Close()
	outputs, err := m.PredictOnBatch(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, p := range outputs[0].Float32s() {
		worst = max(worst, math.Abs(float64(p-want.Float32s()[i])))
	}
	if worst > 1e-4 {
		t.Errorf("%s: a probability differs by %g from Keras'", name, worst)
	}
}
