package serve

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
)

// available is the state of a model that answers.
const available = "AVAILABLE"

// listed is a model in the answer of GET /v1/models.
type listed struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	State   string   `json:"state"`
	Input   *extents `json:"input,omitempty"`
	Classes []string `json:"classes,omitempty"`
	Explain bool     `json:"explain"`
}

type extents struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"`
}

// listModels answers GET /v1/models.
func (s *Server) listModels(w http.ResponseWriter, _ *http.Request, _ address) error {
	list := []listed{}
	for _, model := range s.options.Models {
		e, err := s.acquire(model.Name, "")
		if err != nil {
			continue // the server is closing
		}
		one := listed{Name: e.name, Version: e.version(), State: available, Classes: e.classes, Explain: e.explains()}
		if shape := e.pixelShape(); shape != nil {
			one.Input = &extents{shape[0], shape[1], shape[2]}
		}
		e.users.Done()
		list = append(list, one)
	}
	writeJSON(w, http.StatusOK, map[string]any{"models": list})
	return nil
}

// file is a picture as it was sent.
type file struct {
	name    string
	content []byte
}

// classified is what is said of one file.
type classified struct {
	File    string  `json:"file"`
	Classes []class `json:"classes,omitempty"`
	Error   string  `json:"error,omitempty"`
}

type class struct {
	Class       string  `json:"class"`
	Index       int     `json:"index"`
	Probability float64 `json:"probability"`
}

// classify answers POST /classify?model=NAME and POST /v1/models/NAME/classify.
func (s *Server) classify(w http.ResponseWriter, r *http.Request, at address) error {
	query := r.URL.Query()
	top, err := number(query.Get("top"), "top", 0)
	if err != nil {
		return err
	}
	name := cmp.Or(at.name, query.Get("model"), s.options.Models[0].Name)
	e, err := s.acquire(name, at.version)
	if err != nil {
		return err
	}
	defer e.users.Done()
	if e.preprocessing == nil {
		return e.noPictures()
	}
	if !e.classification {
		return fail(http.StatusBadRequest, "the model %s tells no classes apart: its output is %v", e.name, e.outputs[0].shape)
	}
	if err := e.checkBusy(); err != nil {
		return err
	}
	ctx, body, release, err := s.readBody(w, r)
	defer release()
	if err != nil {
		return err
	}
	files, err := filesOf(r, body, s.limits.Queue)
	if err != nil {
		return err
	}
	said, err := s.classifyFiles(ctx, e, files, top)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{"model": e.name, "version": e.version(), "predictions": said})
	return nil
}

// classifyFiles says of every file what is on it. The error is that of the
// first one where none can be told.
func (s *Server) classifyFiles(ctx context.Context, e *edition, files []file, top int) ([]classified, error) {
	samples := make([]sample, len(files))
	for i, f := range files {
		samples[i].picture = f.content
	}
	outputs, errs, err := s.predictEach(ctx, e, samples)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(errs, nil) {
		return nil, errs[0]
	}
	said := make([]classified, len(files))
	for i, f := range files {
		said[i].File = f.name
		if errs[i] == nil {
			said[i].Classes, errs[i] = e.rank(outputs[i][0], top)
		}
		if errs[i] != nil {
			said[i].Error = reasonOf(errs[i])
		}
	}
	return said, nil
}

// rank returns the likeliest classes, all if top is 0. A single output is the
// probability of the second of two classes.
func (e *edition) rank(row []float32, top int) ([]class, error) {
	var list []class
	if len(row) == 1 {
		list = append(list, class{e.model.ClassName(0), 0, 1 - float64(row[0])})
	}
	for _, value := range row {
		if math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
			return nil, fail(http.StatusInternalServerError, "the model's output is not a number; its weights may have been spoilt in training")
		}
		list = append(list, class{e.model.ClassName(len(list)), len(list), float64(value)})
	}
	slices.SortStableFunc(list, func(a, b class) int { return cmp.Compare(b.Probability, a.Probability) })
	if top > 0 && len(list) > top {
		list = list[:top]
	}
	return list, nil
}

// number reads a number of 0 or more from a query.
func number(text, name string, otherwise int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 {
		return 0, fail(http.StatusBadRequest, "%s=%.40s, expected a number of 0 or more", name, text)
	}
	return value, nil
}

// filesOf returns the pictures of a body: the body itself, or the files of a
// multipart body.
func filesOf(r *http.Request, body []byte, most int) ([]file, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return []file{{content: body}}, nil
	}
	var files []file
	parts := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fail(http.StatusBadRequest, "the multipart body is damaged: %w", err)
		}
		if part.FileName() == "" {
			continue // a field of a form
		}
		if len(files) == most {
			return nil, fail(http.StatusBadRequest, "more than %d pictures in one request", most)
		}
		content, err := io.ReadAll(part) // of a body that is in memory
		if err != nil {
			return nil, fail(http.StatusBadRequest, "the multipart body is damaged: %w", err)
		}
		files = append(files, file{part.FileName(), content})
	}
	if len(files) == 0 {
		return nil, fail(http.StatusBadRequest, "there are no files in the multipart body")
	}
	return files, nil
}
