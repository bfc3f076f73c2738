package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os/exec"

	"github.com/lince-ml/lince/internal/restclient"
)

// measureREST compares what the protocols answer with what lince predict prints.
func measureREST(ctx context.Context, s *session) (*result, error) {
	server, err := s.serveExample(ctx)
	if err != nil {
		return nil, err
	}
	files, paths, err := s.testPictures(s.fewer(40, 4))
	if err != nil {
		return nil, err
	}
	predicted, err := s.predictedBy(ctx, paths)
	if err != nil {
		return nil, err
	}
	model, err := s.servedModel()
	if err != nil {
		return nil, err
	}
	defer model.Close()
	worst := map[string]float64{}
	for i, file := range files {
		values, err := model.Preprocessing.Decode(file)
		if err != nil {
			return nil, err
		}
		answers, err := everyWay(ctx, server.Client, file, values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", paths[i], err)
		}
		for way, probability := range answers {
			worst[way] = math.Max(worst[way], math.Abs(probability-predicted[i]))
		}
	}
	r := &result{}
	for _, way := range []string{"rows of numbers", "columns of numbers", "rows of b64 pictures", "V2, FP32 in JSON", "V2, BYTES in binary", "classify"} {
		r.atMost("largest difference, "+way, worst[way], 1e-5, "")
	}
	wrong, cases, err := badRequests(ctx, server.Client)
	if err != nil {
		return nil, err
	}
	r.equals(fmt.Sprintf("of %d bad requests, those not answered in TensorFlow Serving's shape", cases), float64(wrong), 0, "")
	r.note("%d pictures. Probabilities of the second class.", len(files))
	return r, server.stop()
}

// predictedBy returns the second class' probabilities that lince predict prints.
func (s *session) predictedBy(ctx context.Context, paths []string) ([]float64, error) {
	arguments := append([]string{"predict", s.path(servedName + ".keras"), "--json"}, paths...)
	output, err := exec.CommandContext(ctx, s.path("lince"), arguments...).Output()
	if err != nil {
		return nil, fmt.Errorf("lince predict: %w", err)
	}
	var answers []struct {
		Predictions []struct {
			Index       int
			Probability float64
		}
	}
	if err := json.Unmarshal(output, &answers); err != nil {
		return nil, err
	}
	predicted := make([]float64, len(answers))
	for i, a := range answers {
		for _, p := range a.Predictions {
			if p.Index == 1 {
				predicted[i] = p.Probability
			}
		}
	}
	return predicted, nil
}

// everyWay asks for a picture's second class through all protocols.
func everyWay(ctx context.Context, client restclient.Client, file []byte, values []float32) (map[string]float64, error) {
	nested := make([][][]float32, exampleSize)
	for y := range nested {
		for x := range exampleSize {
			at := 3 * (y*exampleSize + x)
			nested[y] = append(nested[y], values[at:at+3])
		}
	}
	answers := map[string]float64{}
	note := func(way string, got []float32, err error) error {
		if err == nil && len(got) != 1 {
			err = fmt.Errorf("%d values", len(got))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", way, err)
		}
		answers[way] = float64(got[0])
		return nil
	}
	first := func(rows [][]float32, err error) ([]float32, error) {
		if err != nil || len(rows) != 1 {
			return nil, errors.Join(err, fmt.Errorf("%d rows", len(rows)))
		}
		return rows[0], nil
	}
	rows, err := first(client.Rows(ctx, servedName, "", []any{nested}))
	err = note("rows of numbers", rows, err)
	columns, failed := first(client.Columns(ctx, servedName, []any{nested}))
	err = errors.Join(err, note("columns of numbers", columns, failed))
	pictures, failed := first(client.Rows(ctx, servedName, "", []any{restclient.B64(file)}))
	err = errors.Join(err, note("rows of b64 pictures", pictures, failed))
	tensor := restclient.Tensor{Name: inputName, Datatype: "FP32", Shape: []int{1, exampleSize, exampleSize, 3}, Data: values}
	inferred, failed := client.Infer(ctx, servedName, tensor, false)
	err = errors.Join(err, note("V2, FP32 in JSON", inferred, failed))
	tensor = restclient.Tensor{Name: inputName, Datatype: "BYTES", Shape: []int{1}, Binary: restclient.Bytes(file)}
	inferred, failed = client.Infer(ctx, servedName, tensor, true)
	err = errors.Join(err, note("V2, BYTES in binary", inferred, failed))
	classified, failed := secondClass(ctx, client, file)
	return answers, errors.Join(err, note("classify", classified, failed))
}

func secondClass(ctx context.Context, client restclient.Client, file []byte) ([]float32, error) {
	_, body, err := client.Do(ctx, http.MethodPost, "/v1/models/"+servedName+"/classify", nil, file)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Predictions []struct {
			Classes []struct {
				Index       int
				Probability float32
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	for _, c := range answer.Predictions[0].Classes {
		if c.Index == 1 {
			return []float32{c.Probability}, nil
		}
	}
	return nil, fmt.Errorf("no second class in %s", body)
}

// badRequests counts the bad requests that are not refused by the status that
// TensorFlow Serving has for them, with {"error": …}.
func badRequests(ctx context.Context, client restclient.Client) (wrong, cases int, err error) {
	predict := "/v1/models/" + servedName + ":predict"
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", predict, `{`, 400}, {"POST", predict, `[]`, 400}, {"POST", predict, `{}`, 400}, {"POST", predict, ``, 400},
		{"POST", predict, `{"instances": []}`, 400}, {"POST", predict, `{"instances": 5}`, 400}, {"POST", predict, `{"instances": [[1, 2]]}`, 400},
		{"POST", predict, `{"instances": [[1, 2], [3]]}`, 400}, {"POST", predict, `{"instances": ["x"]}`, 400},
		{"POST", predict, `{"instances": [{"b64": "***"}]}`, 400}, {"POST", predict, `{"instances": [{"b64": "` + base64.StdEncoding.EncodeToString([]byte("no picture")) + `"}]}`, 400},
		{"POST", predict, `{"instances": [{"other": 1}]}`, 400}, {"POST", predict, `{"instances": [1], "inputs": [1]}`, 400},
		{"POST", predict, `{"signature_name": "other", "instances": [1]}`, 400},
		{"POST", "/v1/models/absent:predict", `{"instances": [1]}`, 404}, {"POST", "/v1/models/" + servedName + "/versions/99:predict", `{"instances": [1]}`, 404},
		{"GET", "/v1/models/absent", ``, 404}, {"GET", "/v1/models/absent/metadata", ``, 404},
		{"GET", predict, ``, 400}, {"POST", "/v1/models/" + servedName + ":other", `{}`, 400},
		{"POST", "/v1/models/" + servedName + ":classify", `{"examples": [{"x": 1}]}`, 400}, {"POST", "/v1/models/" + servedName + ":regress", `{"examples": [{"x": 1}]}`, 400},
	} {
		cases++
		_, _, err := client.Do(ctx, c.method, c.path, nil, []byte(c.body))
		if ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
		if refusal, ok := errors.AsType[*restclient.Refusal](err); !ok || refusal.Status != c.status || refusal.Reason == "" {
			wrong++
		}
	}
	return wrong, cases, nil
}
