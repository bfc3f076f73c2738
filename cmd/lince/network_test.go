package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

func TestSummaryOfNetworks(t *testing.T) {
	text := succeed(t, "summary", "InceptionV3", "--input", "150x150x3", "--no-top")
	if !strings.Contains(text, "(None, 150, 150, 3)") || !strings.Contains(text, "21,802,784") || !strings.Contains(text, "mixed10") {
		t.Errorf("it says\n%s", text)
	}
	for says, args := range map[string][]string{
		"neither a file nor a known network": {"inception_v4"},
		"expected HEIGHTxWIDTHxCHANNELS":     {"inception_v3", "--input", "150x0x3"},
		"expected three numbers":             {"inception_v3", "--input", "150x150"},
	} {
		if o := call(t, append([]string{"summary"}, args...)...); o.status != misused || !strings.Contains(o.screen, says) {
			t.Errorf("%v: status %d, %s", args, o.status, o.screen)
		}
	}
	if o := call(t, "summary", "inception_v3", "--input", "10x10x3"); o.status != failed || !strings.Contains(o.screen, "at least 75") {
		t.Errorf("status %d, %s", o.status, o.screen)
	}
}

// realFile returns a file of the data beside the project.
func realFile(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("real models and photos are absent: %v", err)
	}
	return path
}

// TestPredictByName uses SqueezeNet with weights and labels from files, and a
// photo of a zebra.
func TestPredictByName(t *testing.T) {
	alone(t)
	photo := realFile(t, "imagenet-250", "n02391049_zebra.jpg")
	weights := realFile(t, "models", "squeezenet_v1.0_imagenet.h5")
	labels := realFile(t, "imagenet-250", "imagenet_class_index.json")
	answers := decode[[]answer](t, succeed(t, "predict", "squeezenet", photo, "--weights", weights, "--labels", labels, "--top", "2", "--json"))
	if len(answers) != 1 || len(answers[0].Predictions) != 2 || answers[0].Predictions[0].Class != "zebra" || answers[0].Predictions[0].Probability < 0.9 {
		t.Errorf("it says %+v", answers)
	}
	// Without labels ImageNet's are fetched.
	content, err := os.ReadFile(labels)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(content) }))
	defer server.Close()
	t.Setenv(fetch.MirrorVariable, server.URL)
	if text := succeed(t, "predict", "squeezenet", photo, "--weights", weights, "--top", "1"); !strings.Contains(text, "zebra") {
		t.Errorf("it says %s", text)
	}
}

// Weights go by name where that is asked for, and what they lack is told.
func TestPredictByNamesOfLayers(t *testing.T) {
	alone(t)
	other, err := applications.MobileNetV2.Model(t.Context(), applications.Options{Alpha: 0.35, Classes: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	weights := filepath.Join(t.TempDir(), "other.keras")
	if err := other.Save(weights); err != nil {
		t.Fatal(err)
	}
	labels := filepath.Join(t.TempDir(), "labels.txt")
	if err := os.WriteFile(labels, []byte(strings.Repeat("class\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(drawn(t, 1, "circle"), "circle")
	predict := func(more ...string) outcome {
		return call(t, append([]string{"predict", "mobilenet_v2", picture, "--labels", labels, "--weights", weights}, more...)...)
	}
	if o := predict("--alpha", "0.35", "--by-name", "--skip-mismatch"); o.status != 0 || !strings.Contains(o.screen, "1 of 105 layers") || !strings.Contains(o.screen, "predictions") {
		t.Errorf("status %d saying %s", o.status, o.screen)
	}
	if o := predict("--alpha", "0.35", "--by-name"); o.status != failed || !strings.Contains(o.screen, `"predictions"`) {
		t.Errorf("without --skip-mismatch: status %d saying %s", o.status, o.screen)
	}
	if o := predict("--alpha", "0.5"); o.status != failed || !strings.Contains(o.screen, "Alpha 0.5") {
		t.Errorf("of another width: status %d saying %s", o.status, o.screen)
	}
	if o := call(t, "predict", "squeezenet", picture, "--labels", labels, "--weights", weights, "--by-name"); o.status != failed || !strings.Contains(o.screen, "none of its layers") {
		t.Errorf("of another network: status %d saying %s", o.status, o.screen)
	}
	if o := call(t, "predict", "mobilenet_v2", picture, "--skip-mismatch"); o.status != misused || !strings.Contains(o.screen, "--weights FILE") {
		t.Errorf("without a file: status %d saying %s", o.status, o.screen)
	}
}

// A known network is measured on folders called by WordNet's numbers, and asks
// the mirror that is given.
func TestEvaluateByName(t *testing.T) {
	alone(t)
	content, err := os.ReadFile(realFile(t, "imagenet-250", "imagenet_class_index.json"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(content) }))
	defer server.Close()
	weights := filepath.Join(t.TempDir(), "squeezenet.weights.h5")
	network, err := applications.SqueezeNet.Model(t.Context(), applications.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	if err := network.SaveWeights(weights); err != nil {
		t.Fatal(err)
	}
	folder := drawn(t, 1, "circle", "star")
	for shape, number := range map[string]string{"circle": "n01440764", "star": "n01443537"} {
		if err := os.Rename(filepath.Join(folder, shape), filepath.Join(folder, number)); err != nil {
			t.Fatal(err)
		}
	}
	o := call(t, "evaluate", "squeezenet", folder, "--weights", weights, "--mirror", server.URL)
	if o.status != failed || !strings.Contains(o.screen, `"n01484850" has no folder`) {
		t.Errorf("status %d saying %s", o.status, o.screen)
	}
}
