package serve

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// small is what the parsers know of a model for pictures of 2 by 2 pixels.
func small() *edition {
	return &edition{
		name: "small", number: 1, preprocessing: &images.Preprocessing{TargetSize: images.Square(2)},
		inputs:  []port{{"input", tensor.Shape{2, 2, 3}, 12}},
		outputs: []port{{"output", tensor.Shape{2}, 2}},
	}
}

// whole makes sure that a sample is in one of its three forms, of the size that
// the model takes.
func whole(t *testing.T, samples []sample, most int) {
	t.Helper()
	if len(samples) > most {
		t.Fatalf("%d samples, at most %d are taken", len(samples), most)
	}
	for i, s := range samples {
		forms := 0
		if s.picture != nil {
			forms++
		}
		if s.pixels != nil {
			forms++
			if len(s.pixels) != 12 {
				t.Fatalf("sample %d has %d pixels", i, len(s.pixels))
			}
		}
		if s.values != nil {
			forms++
			if len(s.values) != 1 || len(s.values[0]) != 12 {
				t.Fatalf("sample %d has other values than the network takes", i)
			}
		}
		if forms != 1 {
			t.Fatalf("sample %d is given in %d ways", i, forms)
		}
	}
}

func FuzzPredictV1(f *testing.F) {
	for _, body := range []string{
		`{"instances": [[[[1,2,3],[4,5,6]],[[1,2,3],[4,5,6]]]]}`, `{"inputs": {"input": [[[[1,2,3],[4,5,6]],[[1,2,3],[4,5,6]]]]}}`,
		`{"signature_name": "pixels", "instances": [{"pixels": [[[1,2,3],[4,5,6]],[[1,2,3],[4,5,6]]]}]}`,
		`{"signature_name": "pictures", "inputs": [{"b64": "aGk="}]}`, `{"instances": [{"b64": "aGk="}, {"x_bytes": {"b64": ""}}]}`,
		`{"inputs": {"b64": "aGk="}}`, `{"inputs": {"x_bytes": {"b64": "aGk="}}}`, `{"instances": [{}]}`, `{"inputs": []}`,
	} {
		f.Add([]byte(body))
	}
	e := small()
	f.Fuzz(func(t *testing.T, body []byte) {
		if request, err := parseV1(body, e, 3); err == nil {
			whole(t, request.samples, 3)
		}
	})
}

func FuzzInferV2(f *testing.F) {
	add := func(body, length string) { f.Add([]byte(body), length) }
	add(`{"inputs": [{"name": "input", "datatype": "FP32", "shape": [1,2,2,3], "data": [1,2,3,4,5,6,7,8,9,10,11,12]}]}`, "")
	add(`{"inputs": [{"name": "input", "datatype": "UINT8", "shape": [1,2,2,3], "data": [[1,2,3],[4,5,6],[7,8,9],[10,11,12]]}]}`, "")
	binary := `{"id": "a", "inputs": [{"name": "input", "datatype": "UINT8", "shape": [1,2,2,3], "parameters": {"binary_data_size": 12}}], "outputs": [{"name": "output", "parameters": {"binary_data": true}}]}`
	add(binary+"123456789012", decimal(len(binary)))
	pictures := `{"inputs": [{"name": "input", "datatype": "BYTES", "shape": [2], "parameters": {"binary_data_size": 10}}]}`
	add(pictures+"\x01\x00\x00\x00a\x01\x00\x00\x00b", decimal(len(pictures)))
	add(`{"inputs": [{"name": "input", "datatype": "BYTES", "shape": [1], "data": ["aGk="]}]}`, "")
	e := small()
	f.Fuzz(func(t *testing.T, body []byte, length string) {
		if request, err := parseV2(body, length, e, 3); err == nil {
			whole(t, request.samples, 3)
			outputs := make([][][]float32, len(request.samples))
			for i := range outputs {
				outputs[i] = [][]float32{{1, 2}}
			}
			if _, _, err := e.answerV2(request, outputs); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzFiles(f *testing.F) {
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nhi\r\n--x--\r\n"))
	f.Add("image/png", []byte("hi"))
	f.Add("multipart/form-data", []byte("--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/classify", nil)
		r.Header.Set("Content-Type", kind)
		files, err := filesOf(r, body, 3)
		if err == nil && (len(files) == 0 || len(files) > 3) {
			t.Fatalf("%d files", len(files))
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, path := range []string{"m", "m:predict", "m/versions/3", "m/versions/3:predict", "m/metadata", "m/versions/3/infer", "", "/", "m:", "m/versions/"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if at, ok := splitAddress(path, ":/"); ok && at.name == "" {
			t.Fatalf("%q names no model", path)
		}
	})
}
