// Package restclient asks for predictions as the public descriptions of two
// protocols say, TensorFlow Serving's RESTful API and the Open Inference
// Protocol V2 with its binary extension, and knows nothing of Lince: what works
// with it works with clients of others. Tests and measurements use it.
package restclient

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
)

// Client asks one server.
type Client struct {
	// Base is the server's address: http://127.0.0.1:8501.
	Base string
	// HTTP sends the requests; nil is http.DefaultClient.
	HTTP *http.Client
	// Token, if not empty, goes with every request.
	Token string
}

// Refusal is an answer with a status other than 200.
type Refusal struct {
	Status     int
	Reason     string // of {"error": …}
	RetryAfter string // the header
}

func (r *Refusal) Error() string { return fmt.Sprintf("status %d: %s", r.Status, r.Reason) }

// Do sends a request and returns its answer.
func (c Client) Do(ctx context.Context, method, path string, header http.Header, body []byte) (http.Header, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for key, values := range header {
		request.Header[key] = values
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	sender := c.HTTP
	if sender == nil {
		sender = http.DefaultClient
	}
	response, err := sender.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode == http.StatusOK {
		return response.Header, content, nil
	}
	refusal := &Refusal{Status: response.StatusCode, RetryAfter: response.Header.Get("Retry-After")}
	var shape struct {
		Error *string `json:"error"`
	}
	if err := json.Unmarshal(content, &shape); err != nil || shape.Error == nil {
		return nil, nil, fmt.Errorf(`status %d with %.200q, expected {"error": …}`, response.StatusCode, content)
	}
	refusal.Reason = *shape.Error
	return nil, nil, refusal
}

// Get reads the JSON at a path.
func (c Client) Get(ctx context.Context, path string, into any) error {
	_, content, err := c.Do(ctx, http.MethodGet, path, nil, nil)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(content, into)
}

// Post sends JSON to a path and reads the JSON that it answers.
func (c Client) Post(ctx context.Context, path string, value, into any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, content, err := c.Do(ctx, http.MethodPost, path, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}

// B64 is how TensorFlow Serving's JSON holds bytes.
func B64(content []byte) map[string]string {
	return map[string]string{"b64": base64.StdEncoding.EncodeToString(content)}
}

// Rows asks TensorFlow Serving's :predict for a row per instance.
func (c Client) Rows(ctx context.Context, model, signature string, instances any) ([][]float32, error) {
	request := map[string]any{"instances": instances}
	if signature != "" {
		request["signature_name"] = signature
	}
	var answer struct {
		Predictions [][]float32 `json:"predictions"`
	}
	return answer.Predictions, c.Post(ctx, "/v1/models/"+model+":predict", request, &answer)
}

// Columns asks TensorFlow Serving's :predict in the column format.
func (c Client) Columns(ctx context.Context, model string, inputs any) ([][]float32, error) {
	var answer struct {
		Outputs [][]float32 `json:"outputs"`
	}
	return answer.Outputs, c.Post(ctx, "/v1/models/"+model+":predict", map[string]any{"inputs": inputs}, &answer)
}

// Tensor is one of the Open Inference Protocol. Either Data are sent as JSON, or
// Binary behind it.
type Tensor struct {
	Name       string         `json:"name"`
	Datatype   string         `json:"datatype"`
	Shape      []int          `json:"shape"`
	Parameters map[string]any `json:"parameters,omitempty"`
	Data       any            `json:"data,omitempty"`
	Binary     []byte         `json:"-"`
}

// Metadata are those of a model.
type Metadata struct {
	Name     string
	Versions []string
	Platform string
	Inputs   []Tensor
	Outputs  []Tensor
}

// Infer sends an input to infer and returns the values of the first output;
// asBinary asks for them behind the JSON.
func (c Client) Infer(ctx context.Context, model string, input Tensor, asBinary bool) ([]float32, error) {
	request := map[string]any{"id": "42", "inputs": []*Tensor{&input}}
	if input.Binary != nil {
		input.Parameters = map[string]any{"binary_data_size": len(input.Binary)}
	}
	if asBinary {
		request["parameters"] = map[string]any{"binary_data_output": true}
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	header.Set("Inference-Header-Content-Length", strconv.Itoa(len(text)))
	if input.Binary == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	answered, content, err := c.Do(ctx, http.MethodPost, "/v2/models/"+model+"/infer", header, append(text, input.Binary...))
	if err != nil {
		return nil, err
	}
	return firstOutput(answered, content)
}

// firstOutput reads the answer of infer.
func firstOutput(header http.Header, content []byte) ([]float32, error) {
	text, behind := content, []byte(nil)
	if length := header.Get("Inference-Header-Content-Length"); length != "" {
		n, err := strconv.Atoi(length)
		if err != nil || n > len(content) {
			return nil, fmt.Errorf("a header of %q bytes in an answer of %d", length, len(content))
		}
		text, behind = content[:n], content[n:]
	}
	var answer struct {
		ID      string
		Outputs []struct {
			Datatype   string
			Shape      []int
			Data       []float32
			Parameters struct {
				Size *int `json:"binary_data_size"`
			}
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	if len(answer.Outputs) == 0 || answer.ID != "42" || answer.Outputs[0].Datatype != "FP32" {
		return nil, fmt.Errorf("the answer %.200s has another id, no output, or one that is not FP32", text)
	}
	first := answer.Outputs[0]
	values := first.Data
	if size := first.Parameters.Size; size != nil {
		if *size > len(behind) {
			return nil, fmt.Errorf("%d bytes announced, %d there", *size, len(behind))
		}
		for i := 0; i+4 <= *size; i += 4 {
			values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(behind[i:])))
		}
	}
	expected := 1
	for _, extent := range first.Shape {
		expected *= extent
	}
	if len(values) != expected {
		return nil, fmt.Errorf("%d values of shape %v", len(values), first.Shape)
	}
	return values, nil
}

// Bytes is the binary form of a BYTES tensor.
func Bytes(elements ...[]byte) []byte {
	var form []byte
	for _, e := range elements {
		form = append(binary.LittleEndian.AppendUint32(form, uint32(len(e))), e...)
	}
	return form
}
