package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lince-ml/lince/serve/internal/jsontensor"
	"github.com/lince-ml/lince/tensor"
)

// The signatures of TensorFlow Serving's REST. The first takes what the network
// takes, as a model that Keras exports does; the others take what is to be
// preprocessed. Pictures as {"b64": …} are taken by all.
const (
	servingDefault = "serving_default"
	pixelsOnly     = "pixels"
	picturesOnly   = "pictures"
)

// modelStatus answers GET /v1/models/NAME[/versions/N].
func (s *Server) modelStatus(w http.ResponseWriter, _ *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		if statusOf(err) == http.StatusNotFound {
			return fail(http.StatusNotFound, "Could not find any versions of model %.128s", at.name)
		}
		return err
	}
	defer e.users.Done()
	type status struct {
		Code    string `json:"error_code"`
		Message string `json:"error_message"`
	}
	type version struct {
		Version string `json:"version"`
		State   string `json:"state"`
		Status  status `json:"status"`
	}
	writeJSON(w, http.StatusOK, map[string]any{"model_version_status": []version{{e.version(), available, status{Code: "OK"}}}})
	return nil
}

// modelMetadata answers GET /v1/models/NAME[/versions/N]/metadata.
func (s *Server) modelMetadata(w http.ResponseWriter, _ *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		return err
	}
	defer e.users.Done()
	type object = map[string]any
	describe := func(dtype, name string, shape tensor.Shape) object {
		dims := []object{{"size": "-1", "name": ""}}
		for _, extent := range shape {
			dims = append(dims, object{"size": fmt.Sprint(extent), "name": ""})
		}
		return object{"dtype": dtype, "name": name, "tensor_shape": object{"dim": dims, "unknown_rank": false}}
	}
	outputs, network := object{}, object{}
	for _, output := range e.outputs {
		outputs[output.name] = describe("DT_FLOAT", output.name, output.shape)
	}
	for _, input := range e.inputs {
		network[input.name] = describe("DT_FLOAT", input.name, input.shape)
	}
	signature := func(inputs object) object {
		return object{"inputs": inputs, "outputs": outputs, "method_name": "tensorflow/serving/predict"}
	}
	signatures := object{servingDefault: signature(network)}
	if e.preprocessing != nil {
		signatures[pixelsOnly] = signature(object{pixelsOnly: describe("DT_UINT8", pixelsOnly, e.pixelShape())})
		signatures[picturesOnly] = signature(object{"picture_bytes": describe("DT_STRING", "picture_bytes", nil)})
	}
	writeJSON(w, http.StatusOK, object{
		"model_spec": object{"name": e.name, "signature_name": "", "version": e.version()},
		"metadata":   object{"signature_def": object{"signature_def": signatures}},
	})
	return nil
}

// unsupportedV1 answers :classify and :regress, which Keras' models do not
// have: their only signatures are for predict.
func (s *Server) unsupportedV1(_ http.ResponseWriter, _ *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		return err
	}
	e.users.Done()
	method := strings.TrimPrefix(at.verb, ":")
	return fail(http.StatusBadRequest, "Expected %s signature method_name to be tensorflow/serving/%s. Was: tensorflow/serving/predict", map[string]string{"classify": "classification", "regress": "regression"}[method], method)
}

// predictV1 answers POST /v1/models/NAME[/versions/N]:predict.
func (s *Server) predictV1(w http.ResponseWriter, r *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		return err
	}
	defer e.users.Done()
	if err := e.checkBusy(); err != nil {
		return err
	}
	ctx, body, release, err := s.readBody(w, r)
	defer release()
	if err != nil {
		return err
	}
	request, err := parseV1(body, e, s.limits.Queue)
	if err != nil {
		return fail(http.StatusBadRequest, "%w", err)
	}
	outputs, err := s.predict(ctx, e, request.samples)
	if err != nil {
		return err
	}
	writeBody(w, http.StatusOK, "application/json", e.answerV1(outputs, request.columns))
	return nil
}

// requestV1 is what a body of :predict asks.
type requestV1 struct {
	samples []sample
	columns bool // {"inputs": …} rather than {"instances": …}
}

// parseV1 reads the body of :predict. The signature decides what numbers mean,
// but may stand behind them: it is looked for first.
func parseV1(body []byte, e *edition, most int) (requestV1, error) {
	signature, err := signatureV1(body)
	if err != nil {
		return requestV1{}, err
	}
	if signature != servingDefault && e.preprocessing == nil {
		return requestV1{}, e.noPictures()
	}
	p := parserV1{Scanner: jsontensor.New(body), edition: e, most: most, pixels: signature == pixelsOnly, picturesAlone: signature == picturesOnly}
	var request requestV1
	given := false
	err = p.Object(func(key string) (err error) {
		if key != "instances" && key != "inputs" {
			return p.Skip()
		}
		if given {
			return p.Errorf("'inputs' and 'instances' given, or one of them twice; expected one")
		}
		given, request.columns = true, key == "inputs"
		if request.columns {
			request.samples, err = p.inputs()
		} else {
			request.samples, err = p.instances()
		}
		return err
	})
	if err == nil && !given {
		err = p.Errorf("Missing 'inputs' or 'instances' key")
	}
	if err == nil {
		err = p.End()
	}
	for i := 0; i < len(request.samples) && err == nil; i++ {
		err = p.complete(request.samples[i])
	}
	return request, err
}

// signatureV1 reads the name of the signature.
func signatureV1(body []byte) (string, error) {
	scanner, name := jsontensor.New(body), servingDefault
	if !bytes.Contains(body, []byte(`"signature_name"`)) {
		return name, nil
	}
	err := scanner.Object(func(key string) (err error) {
		if key != "signature_name" {
			return scanner.Skip()
		}
		name, err = scanner.String()
		return err
	})
	if err == nil && name == "" {
		name = servingDefault
	}
	if known := []string{servingDefault, pixelsOnly, picturesOnly}; err == nil && !slices.Contains(known, name) {
		err = fmt.Errorf("the signature %.100q is not known, expected one of %s", name, strings.Join(known, ", "))
	}
	return name, err
}

// answerV1 writes outputs as rows (a value per sample) or columns (a value per
// output). The names of outputs are told where there are several.
func (e *edition) answerV1(outputs [][][]float32, columns bool) []byte {
	text := make([]byte, 0, 64+16*len(outputs)*e.outputs[0].length)
	if !columns {
		text = append(text, `{"predictions":[`...)
		for i, values := range outputs {
			text = e.appendRow(separated(text, i), values)
		}
		return append(text, "]}"...)
	}
	text = append(text, `{"outputs":`...)
	if len(e.outputs) > 1 {
		text = append(text, '{')
	}
	for o, output := range e.outputs {
		if len(e.outputs) > 1 {
			text = append(appendString(separated(text, o), output.name), ':')
		}
		text = append(text, '[')
		for i, values := range outputs {
			text, _ = jsontensor.Append(separated(text, i), values[o], output.shape)
		}
		text = append(text, ']')
	}
	if len(e.outputs) > 1 {
		text = append(text, '}')
	}
	return append(text, '}')
}

func (e *edition) appendRow(text []byte, values [][]float32) []byte {
	if len(e.outputs) == 1 {
		text, _ = jsontensor.Append(text, values[0], e.outputs[0].shape)
		return text
	}
	text = append(text, '{')
	for o, output := range e.outputs {
		text = append(appendString(separated(text, o), output.name), ':')
		text, _ = jsontensor.Append(text, values[o], output.shape)
	}
	return append(text, '}')
}

// appendString writes a string with its quotes.
func appendString(text []byte, value string) []byte {
	quoted, _ := json.Marshal(value) // no string fails
	return append(text, quoted...)
}

// separated adds a comma before every element but the first.
func separated(text []byte, index int) []byte {
	if index > 0 {
		text = append(text, ',')
	}
	return text
}
