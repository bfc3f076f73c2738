package serve

import (
	"net/http"

	"github.com/lince-ml/lince/tensor"
)

// The Open Inference Protocol V2. The datatype of the input says what is in it:
// floats are what the network takes, UINT8 are pixels of the model's size, and
// BYTES are files of pictures.

// live answers GET /v2/health/live.
func (s *Server) live(w http.ResponseWriter, _ *http.Request, _ address) error {
	writeJSON(w, http.StatusOK, map[string]bool{"live": true})
	return nil
}

// allReady answers GET /v2/health/ready.
func (s *Server) allReady(w http.ResponseWriter, _ *http.Request, _ address) error {
	ready := s.ready.Load()
	writeJSON(w, statusOfReady(ready), map[string]bool{"ready": ready})
	return nil
}

// statusOfReady: the protocol asks for a status of 400 to 499 where something is
// not ready.
func statusOfReady(ready bool) int {
	if ready {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// modelReady answers GET /v2/models/NAME[/versions/N]/ready.
func (s *Server) modelReady(w http.ResponseWriter, _ *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		return err
	}
	defer e.users.Done()
	ready := s.ready.Load()
	writeJSON(w, statusOfReady(ready), map[string]any{"name": e.name, "ready": ready})
	return nil
}

// serverMetadata answers GET /v2.
func (s *Server) serverMetadata(w http.ResponseWriter, _ *http.Request, _ address) error {
	writeJSON(w, http.StatusOK, map[string]any{"name": "lince", "version": "2", "extensions": []string{"binary_tensor_data"}})
	return nil
}

// tensorV2 is what metadata tell of an input or an output.
type tensorV2 struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
}

func describeV2(p port, datatype string, shape tensor.Shape) tensorV2 {
	return tensorV2{p.name, datatype, append([]int{-1}, shape...)}
}

// metadataV2 answers GET /v2/models/NAME[/versions/N].
func (s *Server) metadataV2(w http.ResponseWriter, _ *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		return err
	}
	defer e.users.Done()
	var inputs, outputs []tensorV2
	for _, input := range e.inputs {
		if e.preprocessing != nil {
			inputs = append(inputs, describeV2(input, "UINT8", e.pixelShape()))
		} else {
			inputs = append(inputs, describeV2(input, "FP32", input.shape))
		}
	}
	for _, output := range e.outputs {
		outputs = append(outputs, describeV2(output, "FP32", output.shape))
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"name": e.name, "versions": []string{e.version()}, "platform": "lince_keras", "inputs": inputs, "outputs": outputs,
	})
	return nil
}

// inferV2 answers POST /v2/models/NAME[/versions/N]/infer.
func (s *Server) inferV2(w http.ResponseWriter, r *http.Request, at address) error {
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
	request, err := parseV2(body, r.Header.Get(headerLength), e, s.limits.Queue)
	if err != nil {
		return fail(http.StatusBadRequest, "%w", err)
	}
	outputs, err := s.predict(ctx, e, request.samples)
	if err != nil {
		return err
	}
	text, binary, err := e.answerV2(request, outputs)
	if err != nil {
		return err
	}
	contentType := "application/json"
	if len(binary) > 0 {
		contentType = "application/octet-stream"
		w.Header().Set(headerLength, decimal(len(text)))
	}
	writeBody(w, http.StatusOK, contentType, append(text, binary...))
	return nil
}
