package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/serve/internal/batching"
)

// failure is an answer that is none: a status and why.
type failure struct {
	status int
	cause  error
}

func (f *failure) Error() string { return f.cause.Error() }
func (f *failure) Unwrap() error { return f.cause }

// fail returns a failure with a reason for the client.
func fail(status int, format string, values ...any) error {
	return &failure{status, fmt.Errorf(format, values...)}
}

// statusClosed is nginx' for a client that went away before its answer.
const statusClosed = 499

// retryAfter is when a client that was refused should come again, in seconds.
const retryAfter = 1

// statusOf returns the status that tells of an error.
func statusOf(err error) int {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.status
	}
	for _, known := range []struct {
		err    error
		status int
	}{
		{batching.ErrFull, http.StatusServiceUnavailable},
		{batching.ErrClosed, http.StatusServiceUnavailable},
		{context.Canceled, statusClosed},
		{context.DeadlineExceeded, http.StatusGatewayTimeout},
		{picture.ErrTooLarge, http.StatusRequestEntityTooLarge},
		{picture.ErrEmpty, http.StatusBadRequest},
		{picture.ErrFormat, http.StatusBadRequest},
		{picture.ErrTruncated, http.StatusBadRequest},
		{picture.ErrCorrupt, http.StatusBadRequest},
	} {
		if errors.Is(err, known.err) {
			return known.status
		}
	}
	return http.StatusInternalServerError
}

// reasonOf returns what a client is told of an error. What went wrong inside
// is for the log alone.
func reasonOf(err error) string {
	switch statusOf(err) {
	case http.StatusInternalServerError:
		if _, told := errors.AsType[*failure](err); !told {
			return "the server failed; its log tells more under the request's id"
		}
	case http.StatusGatewayTimeout:
		return "the answer took too long"
	case http.StatusServiceUnavailable:
		if errors.Is(err, batching.ErrFull) {
			return "too many requests are waiting; try again later"
		}
	}
	return err.Error()
}

// refuse answers with an error, in the shape that all protocols here share.
func refuse(w http.ResponseWriter, err error) {
	status := statusOf(err)
	noteError(w, err)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	writeJSON(w, status, map[string]string{"error": reasonOf(err)})
}

// writeJSON answers with a value.
func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil { // all values are the server's own
		text, status = []byte(`{"error":"the answer cannot be written"}`), http.StatusInternalServerError
		noteError(w, err)
	}
	writeBody(w, status, "application/json", text)
}

// writeBody answers with a body. An error in writing is the client's.
func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		noteError(w, err)
	}
}
