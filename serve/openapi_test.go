package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// TestOpenAPIDescribesTheRoutes: every address of the description leads to a
// handler, and every handler is described.
func TestOpenAPIDescribesTheRoutes(t *testing.T) {
	var description struct {
		Paths map[string]map[string]struct {
			Summary  string
			Security *[]any
		}
	}
	if err := json.Unmarshal(openAPI, &description); err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), Options{Models: []Model{{Name: "m", Path: stored(t)}}, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	routes := map[string]bool{}
	for path, methods := range description.Paths {
		for method, operation := range methods {
			address := strings.NewReplacer("{name}", "m", "{version}", "1").Replace(path)
			recorder := httptest.NewRecorder()
			request := httptest.NewRequest(strings.ToUpper(method), address, nil)
			a := newAnswer(recorder, request)
			s.routes().ServeHTTP(a, request)
			if strings.Contains(recorder.Body.String(), "Malformed request") || recorder.Code == http.StatusMethodNotAllowed {
				t.Errorf("%s %s is described but leads nowhere", method, path)
			}
			routes[a.route] = true
			if isOpen := operation.Security != nil; isOpen != open(address) {
				t.Errorf("%s: described as open to all: %v, it is: %v", path, isOpen, open(address))
			}
		}
	}
	for _, route := range []string{
		"models", "classify", "explain", "v1-status", "v1-metadata", "v1-predict", "v1-classify", "v1-regress",
		"v2-server", "v2-metadata", "v2-ready", "v2-infer", "health", "openapi",
	} {
		if !routes[route] {
			t.Errorf("no described address leads to the route %s", route)
		}
	}
}

// stored returns the file of a model that takes no pictures, with two inputs
// and two outputs.
func stored(t *testing.T) string {
	t.Helper()
	first := layers.NewInput(layers.Input{Shape: []int{2}, Name: "first"})
	second := layers.NewInput(layers.Input{Shape: []int{3}, Name: "second"})
	joined := layers.Apply(layers.Concatenate{}, first, second)
	sum := layers.Apply(layers.Dense{Units: 1, Name: "sum"}, joined)
	share := layers.Apply(layers.Dense{Units: 2, Name: "share", Activation: activations.Softmax}, joined)
	model, err := lince.NewModel(lince.Inputs(first, second), lince.Outputs(sum, share))
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	one, _ := tensor.New(tensor.Float32, 1, 2)
	two, _ := tensor.New(tensor.Float32, 1, 3)
	if _, err := model.PredictOnBatch(t.Context(), one, two); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.keras")
	if err := model.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSeveralInputsAndOutputs: they go by their names.
func TestSeveralInputsAndOutputs(t *testing.T) {
	path := stored(t)
	s, err := New(t.Context(), Options{Models: []Model{{Name: "m", Path: path}}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	model, err := lince.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	one, _ := tensor.Of([]float32{1, 2, 3, 4}, 2, 2)
	two, _ := tensor.Of([]float32{5, 6, 7, 8, 9, 10}, 2, 3)
	want, err := model.PredictOnBatch(t.Context(), one, two)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, body string, into any) int {
		t.Helper()
		recorder := httptest.NewRecorder()
		s.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(body)))
		if err := json.Unmarshal(recorder.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %v", recorder.Body, err)
		}
		return recorder.Code
	}
	near := func(what string, got, want float32) {
		t.Helper()
		if d := got - want; d > 1e-6 || d < -1e-6 {
			t.Errorf("%s: %v, expected %v", what, got, want)
		}
	}
	var rows struct {
		Predictions []struct{ Sum, Share []float32 }
	}
	if code := ask("/v1/models/m:predict", `{"instances": [{"first": [1,2], "second": [5,6,7]}, {"second": [8,9,10], "first": [3,4]}]}`, &rows); code != 200 || len(rows.Predictions) != 2 {
		t.Fatalf("rows: %d %+v", code, rows)
	}
	near("rows", rows.Predictions[1].Sum[0], want[0].Float32s()[1])
	var columns struct {
		Outputs struct{ Sum, Share [][]float32 }
	}
	if code := ask("/v1/models/m:predict", `{"inputs": {"first": [[1,2],[3,4]], "second": [[5,6,7],[8,9,10]]}}`, &columns); code != 200 || len(columns.Outputs.Share) != 2 {
		t.Fatalf("columns: %d %+v", code, columns)
	}
	near("columns", columns.Outputs.Share[1][0], want[1].Float32s()[2])
	var inferred struct {
		Outputs []struct {
			Name string
			Data []float32
		}
	}
	body := `{"inputs": [{"name": "second", "datatype": "FP32", "shape": [2,3], "data": [5,6,7,8,9,10]}, {"name": "first", "datatype": "FP32", "shape": [2,2], "data": [[1,2],[3,4]]}], "outputs": [{"name": "share"}]}`
	if code := ask("/v2/models/m/infer", body, &inferred); code != 200 || len(inferred.Outputs) != 1 || len(inferred.Outputs[0].Data) != 4 {
		t.Fatalf("V2: %d %+v", code, inferred)
	}
	near("V2", inferred.Outputs[0].Data[3], want[1].Float32s()[3])
	var refusal struct{ Error string }
	for _, body := range []string{
		`{"instances": [[1,2]]}`, `{"instances": [{"first": [1,2]}]}`, `{"instances": [{"b64": "aGk="}]}`, `{"inputs": {"first": [[1,2]], "second": [[1,2,3],[4,5,6]]}}`,
		`{"inputs": {"first": [[1,2]]}}`, `{"signature_name": "pixels", "instances": []}`,
	} {
		if code := ask("/v1/models/m:predict", body, &refusal); code != 400 || refusal.Error == "" {
			t.Errorf("%s: %d %+v", body, code, refusal)
		}
	}
	twice := `{"inputs": [{"name": "first", "datatype": "FP32", "shape": [1,2], "data": [1,2]}, {"name": "first", "datatype": "FP32", "shape": [1,2], "data": [1,2]}]}`
	for path, body := range map[string]string{"/v2/models/m/infer": twice, "/classify": "x"} {
		if code := ask(path, body, &refusal); code != 400 {
			t.Errorf("%s: %d %+v", path, code, refusal)
		}
	}
}
