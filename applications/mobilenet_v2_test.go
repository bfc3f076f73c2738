package applications_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// sharedData holds photos and real weights, which the project does not carry.
const sharedData = "../../shared/data"

// photoFeatures is a case of testdata/mobilenet_v2.json.
type photoFeatures struct {
	Photo   string    `json:"photo"`
	Largest float64   `json:"largest"`
	At      []int     `json:"at"`
	Values  []float64 `json:"values"`
	Means   []float64 `json:"means"` // of every 40th channel
}

// Real weights give Keras' features of two photos: from either layout of file,
// by the layers' order and by their names.
func TestMobileNetV2Features(t *testing.T) {
	text, err := os.ReadFile("testdata/mobilenet_v2.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []photoFeatures
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"mobilenet_v2_0.35_224_no_top.h5", "mobilenet_v2_0.35_224_no_top.weights.h5"} {
		path := filepath.Join(sharedData, "models", file)
		if _, err := os.Stat(path); err != nil {
			t.Skip("real weights and photos are absent: no ../shared/data beside the project")
		}
		for _, byName := range []bool{false, true} {
			m, err := applications.MobileNetV2.Model(context.Background(), applications.Options{InputShape: []int{224, 224, 3}, NoTop: true, Alpha: 0.35})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.LoadWeightsWith(path, lince.WeightsOptions{ByName: byName}); err != nil {
				t.Fatal(err)
			}
			for _, want := range cases {
				equalFeatures(t, m, want)
			}
		}
	}
}

func equalFeatures(t *testing.T, m *lince.Model, want photoFeatures) {
	t.Helper()
	preprocessing := *m.Preprocessing
	preprocessing.Interpolation = images.NearestNeighbor // load_img's default
	pixels, err := preprocessing.Load(filepath.Join(sharedData, want.Photo))
	if err != nil {
		t.Fatal(err)
	}
	photo, err := tensor.Of(pixels, 1, 224, 224, 3)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := m.PredictOnBatch(context.Background(), photo)
	if err != nil {
		t.Fatal(err)
	}
	got := outputs[0].Float32s()
	tolerance := 1e-4 * want.Largest
	for i, at := range want.At {
		if math.Abs(float64(got[at])-want.Values[i]) > tolerance {
			t.Errorf("%s: feature %d is %v, want %v", want.Photo, at, got[at], want.Values[i])
		}
	}
	const channels = 1280
	for i, mean := range want.Means {
		sum := 0.0
		for at := 40 * i; at < len(got); at += channels {
			sum += float64(got[at])
		}
		if sum /= float64(len(got) / channels); math.Abs(sum-mean) > tolerance {
			t.Errorf("%s: the mean of channel %d is %v, want %v", want.Photo, 40*i, sum, mean)
		}
	}
}
