package serve_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/lince-ml/lince/internal/restclient"
	"github.com/lince-ml/lince/serve"
)

// pixelsOf returns the pixels of a drawing as bytes, as nested lists, and as
// what the network takes.
func pixelsOf(t *testing.T, file []byte) (flat []byte, nested, scaled [][][]float32) {
	t.Helper()
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for y := range side {
		var row, scaledRow [][]float32
		for x := range side {
			r, g, b, _ := picture.At(x, y).RGBA()
			pixel := []byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}
			flat = append(flat, pixel...)
			values := []float32{float32(pixel[0]), float32(pixel[1]), float32(pixel[2])}
			row = append(row, values)
			scaledRow = append(scaledRow, []float32{values[0] / 255, values[1] / 255, values[2] / 255})
		}
		nested, scaled = append(nested, row), append(scaled, scaledRow)
	}
	return flat, nested, scaled
}

// TestProtocolsAgree: whichever way a picture takes, the outputs are those of
// Model.Classify.
func TestProtocolsAgree(t *testing.T) {
	client, _, path := started(t, nil)
	small, large := drawing(t, side, side, 5), drawing(t, 31, 20, 9)
	want := expected(t, path, small)
	wantLarge := expected(t, path, large)
	flat, nested, scaled := pixelsOf(t, small)
	ctx := t.Context()

	for signature, instance := range map[string]any{"": scaled, "serving_default": scaled, "pixels": nested, "pictures": restclient.B64(small)} {
		rows, err := client.Rows(ctx, "shapes", signature, []any{instance, instance})
		if err != nil || len(rows) != 2 {
			t.Errorf("instances, signature %q: %v %v", signature, rows, err)
			continue
		}
		near(t, "instances, signature "+signature, rows[1], want, nil)
	}
	rows, err := client.Rows(ctx, "shapes", "", []any{restclient.B64(large), scaled, map[string]any{"image_bytes": restclient.B64(large)}, map[string]any{"input_layer": scaled}})
	if err != nil || len(rows) != 4 {
		t.Fatalf("mixed instances: %v %v", rows, err)
	}
	for i, expect := range [][]float32{wantLarge, want, wantLarge, want} {
		near(t, fmt.Sprintf("mixed instances, %d", i), rows[i], expect, nil)
	}
	for what, inputs := range map[string]any{
		"a tensor": []any{scaled, scaled}, "a named tensor": map[string]any{"input_layer": []any{scaled, scaled}},
		"pictures": []any{restclient.B64(small), restclient.B64(small)},
	} {
		columns, err := client.Columns(ctx, "shapes", inputs)
		if err != nil || len(columns) != 2 {
			t.Errorf("inputs, %s: %v %v", what, columns, err)
			continue
		}
		near(t, "inputs, "+what, columns[1], want, nil)
	}

	var meta restclient.Metadata
	if err := client.Get(ctx, "/v2/models/shapes", &meta); err != nil || len(meta.Inputs) != 1 || len(meta.Outputs) != 1 {
		t.Fatalf("metadata: %+v %v", meta, err)
	}
	asTensor := func(datatype string, shape []int, data any, behind []byte) restclient.Tensor {
		return restclient.Tensor{Name: meta.Inputs[0].Name, Datatype: datatype, Shape: shape, Data: data, Binary: behind}
	}
	var single, double []byte
	for _, row := range scaled {
		for _, pixel := range row {
			for _, v := range pixel {
				single = binary.LittleEndian.AppendUint32(single, math.Float32bits(v))
				double = binary.LittleEndian.AppendUint64(double, math.Float64bits(float64(v)))
			}
		}
	}
	whole := []int{1, side, side, 3}
	for what, input := range map[string]restclient.Tensor{
		"UINT8 behind": asTensor("UINT8", whole, nil, flat), "UINT8": asTensor("UINT8", whole, nested, nil),
		"FP32 behind": asTensor("FP32", whole, nil, single), "FP32": asTensor("FP32", whole, scaled, nil),
		"FP64 behind": asTensor("FP64", whole, nil, double), "BYTES behind": asTensor("BYTES", []int{1}, nil, restclient.Bytes(small)),
		"BYTES": asTensor("BYTES", []int{1, 1}, []string{base64.StdEncoding.EncodeToString(small)}, nil),
	} {
		for _, asBinary := range []bool{false, true} {
			got, err := client.Infer(ctx, "shapes", input, asBinary)
			near(t, fmt.Sprintf("V2, %s, answered in binary %v", what, asBinary), got, want, err)
		}
	}
	got, err := client.Infer(ctx, "shapes", asTensor("BYTES", []int{2}, nil, restclient.Bytes(large, small)), true)
	near(t, "V2, two pictures", got, append(append([]float32{}, wantLarge...), want...), err)
}

// TestNumbersThatJSONCannotSay: what a float32 cannot hold is refused, NaN is
// taken, and told as each protocol can.
func TestNumbersThatJSONCannotSay(t *testing.T) {
	client, _, _ := started(t, nil)
	ctx := t.Context()
	single, double := make([]byte, 4*side*side*3), make([]byte, 8*side*side*3)
	binary.LittleEndian.PutUint32(single[40:], math.Float32bits(float32(math.NaN())))
	binary.LittleEndian.PutUint64(double[40:], math.Float64bits(1e39))
	whole := []int{1, side, side, 3}
	input := func(datatype string, behind []byte) restclient.Tensor {
		return restclient.Tensor{Name: "input_layer", Datatype: datatype, Shape: whole, Binary: behind}
	}
	_, _, err := client.Do(ctx, http.MethodPost, "/v1/models/shapes:predict", nil, []byte(`{"instances": [`+nested("1e39")+`]}`))
	refused(t, "instances", err, http.StatusBadRequest, "1e+39 is beyond what a float32 can hold")
	_, _, err = client.Do(ctx, http.MethodPost, "/v2/models/shapes/infer", nil,
		[]byte(`{"inputs": [{"name": "input_layer", "datatype": "FP32", "shape": [1, 8, 8, 3], "data": `+nested("-3.5e38")+`}]}`))
	refused(t, "V2", err, http.StatusBadRequest, "beyond what a float32 can hold")
	_, err = client.Infer(ctx, "shapes", input("FP64", double), true)
	refused(t, "V2, FP64", err, http.StatusBadRequest, "beyond what a float32 can hold")

	got, err := client.Infer(ctx, "shapes", input("FP32", single), true)
	if err != nil || len(got) != 3 || !math.IsNaN(float64(got[0])) {
		t.Errorf("NaN answered in binary: %v %v", got, err)
	}
	_, err = client.Infer(ctx, "shapes", input("FP32", single), false)
	refused(t, "NaN answered in V2's JSON", err, http.StatusInternalServerError, "ask for it as binary_data")
	_, body, err := client.Do(ctx, http.MethodPost, "/v1/models/shapes:predict", nil, []byte(`{"instances": [`+nested("NaN")+`]}`))
	if err != nil || string(body) != `{"predictions":[[NaN,NaN,NaN]]}` { // as TensorFlow Serving writes it
		t.Errorf("NaN answered by TensorFlow Serving's protocol: %s %v", body, err)
	}
}

type classification struct {
	Model, Version string
	Predictions    []struct {
		File, Error string
		Classes     []struct {
			Class       string
			Index       int
			Probability float32
		}
	}
}

func TestClassify(t *testing.T) {
	client, _, path := started(t, nil)
	content := drawing(t, 20, 30, 3)
	want := expected(t, path, content)
	for _, address := range []string{"/classify", "/classify?model=shapes", "/v1/models/shapes/classify", "/v1/models/shapes/versions/1/classify?top=0"} {
		_, body, err := client.Do(t.Context(), http.MethodPost, address, nil, content)
		var said classification
		if err != nil || json.Unmarshal(body, &said) != nil || said.Model != "shapes" || len(said.Predictions) != 1 {
			t.Fatalf("%s: %s %v", address, body, err)
		}
		got := make([]float32, len(want))
		for i, c := range said.Predictions[0].Classes {
			got[c.Index] = c.Probability
			if i > 0 && c.Probability > said.Predictions[0].Classes[i-1].Probability {
				t.Errorf("%s: the likeliest is not the first: %s", address, body)
			}
		}
		near(t, address, got, want, nil)
	}

	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	for name, file := range map[string][]byte{"good.png": content, "torn.png": content[:len(content)/2]} {
		part, err := writer.CreateFormFile("any", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	_, body, err := client.Do(t.Context(), http.MethodPost, "/classify?top=1", http.Header{"Content-Type": {writer.FormDataContentType()}}, form.Bytes())
	var said classification
	if err != nil || json.Unmarshal(body, &said) != nil || len(said.Predictions) != 2 {
		t.Fatalf("multipart: %s %v", body, err)
	}
	for _, one := range said.Predictions {
		if good := one.File == "good.png"; good != (len(one.Classes) == 1) || good != (one.Error == "") {
			t.Errorf("multipart: %+v", one)
		}
	}
}

func TestSingleUnitIsTheSecondClass(t *testing.T) {
	client, _, path := started(t, func(o *serve.Options) { save(t, o.Models[0].Path, 1) })
	content := drawing(t, side, side, 2)
	want := expected(t, path, content)
	_, body, err := client.Do(t.Context(), http.MethodPost, "/classify", nil, content)
	var said classification
	if err != nil || json.Unmarshal(body, &said) != nil || len(said.Predictions[0].Classes) != 2 {
		t.Fatalf("%s %v", body, err)
	}
	got := make([]float32, 2)
	for _, c := range said.Predictions[0].Classes {
		got[c.Index] = c.Probability
	}
	near(t, "classify", got, want, nil)
}

func TestMetadataAndHealth(t *testing.T) {
	client, _, _ := started(t, nil)
	for path, text := range map[string]string{
		"/v1/models":                            `"state":"AVAILABLE","input":{"height":8,"width":8,"channels":3},"classes":["red","green","blue"],"explain":false`,
		"/v1/models/shapes":                     `"model_version_status":[{"version":"1","state":"AVAILABLE"`,
		"/v1/models/shapes/versions/1":          `"error_code":"OK"`,
		"/v1/models/shapes/metadata":            `"method_name":"tensorflow/serving/predict"`,
		"/v1/models/shapes/versions/1/metadata": `"dtype":"DT_FLOAT"`,
		"/v2":                                   `"binary_tensor_data"`,
		"/v2/health/live":                       `"live":true`,
		"/v2/health/ready":                      `"ready":true`,
		"/v2/models/shapes":                     `"datatype":"UINT8","shape":[-1,8,8,3]`,
		"/v2/models/shapes/versions/1":          `"versions":["1"]`,
		"/v2/models/shapes/ready":               `"ready":true`,
		"/metrics":                              "lince_model_version{model=\"shapes\"} 1",
		"/openapi.json":                         `"openapi"`,
	} {
		_, body, err := client.Do(t.Context(), http.MethodGet, path, nil, nil)
		if err != nil || !strings.Contains(string(body), text) {
			t.Errorf("%s: %s %v, expected %s", path, body, err, text)
		}
		header, rest, err := client.Do(t.Context(), http.MethodHead, path, nil, nil)
		if length := header.Get("Content-Length"); err != nil || len(rest) > 0 || path != "/metrics" && length != fmt.Sprint(len(body)) {
			t.Errorf("HEAD %s: %q of length %q, %v; expected no body of length %d", path, rest, length, err, len(body))
		}
	}
}
