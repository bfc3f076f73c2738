package serve

import (
	"context"
	"fmt"
	"net/http"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/serve/internal/batching"
)

// Explainer tells what in pictures speaks for the classes of one model.
type Explainer interface {
	// Explain returns a PNG of a picture and what in it speaks for a class; a
	// negative class is the likeliest. picture is the content of its file. Calls
	// come one at a time.
	Explain(ctx context.Context, picture []byte, class int) (png []byte, err error)
	// Close frees what the Explainer holds, before its model is closed.
	Close() error
}

// mostToExplain is how many requests to explain a picture are taken at the same
// time: those that wait behind more would hardly be answered in time.
const mostToExplain = 4

// explanations are those that an edition's model gives.
type explanations struct {
	open func(context.Context, *lince.Model) (Explainer, error) // nil for none
	made Explainer                                              // by the first picture; of who has the turn
	turn chan struct{}                                          // a place for the one picture that is explained
	room chan struct{}                                          // places for it and those that wait for it
}

func newExplanations(open func(context.Context, *lince.Model) (Explainer, error)) explanations {
	return explanations{open: open, turn: make(chan struct{}, 1), room: make(chan struct{}, mostToExplain)}
}

// explain lets one picture at a time be explained: it takes about as long as a
// training step, and has memory of its own.
func (x *explanations) explain(ctx context.Context, model *lince.Model, picture []byte, class int) (png []byte, err error) {
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if x.made == nil {
		if x.made, err = x.open(ctx, model); err != nil {
			x.made = nil // the next picture may have more time
			return nil, err
		}
	}
	return x.made.Explain(ctx, picture, class)
}

// close frees the explainer, unless ctx is done while it is still at work.
func (x *explanations) close(ctx context.Context) error {
	select {
	case x.turn <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	if x.made == nil {
		return nil
	}
	return x.made.Close()
}

// explains reports whether pictures can be explained by a model.
func (e *edition) explains() bool {
	return e.explanations.open != nil && e.preprocessing != nil && e.classification
}

// explain answers POST /v1/models/NAME/explain.
func (s *Server) explain(w http.ResponseWriter, r *http.Request, at address) error {
	e, err := s.acquire(at.name, at.version)
	if err != nil {
		return err
	}
	defer e.users.Done()
	if !e.explains() {
		return fail(http.StatusNotImplemented, "the server does not explain pictures by the model %s", e.name)
	}
	chosen, err := number(r.URL.Query().Get("class"), "class", -1)
	if err != nil {
		return err
	}
	if classes := max(2, e.outputs[0].length); chosen >= classes {
		return fail(http.StatusBadRequest, "class=%d, but the model's last class is %d", chosen, classes-1)
	}
	select {
	case e.explanations.room <- struct{}{}:
		defer func() { <-e.explanations.room }()
	default:
		return batching.ErrFull
	}
	ctx, body, release, err := s.readBody(w, r)
	defer release()
	if err != nil {
		return err
	}
	files, err := filesOf(r, body, 1)
	if err != nil {
		return err
	}
	if err := s.checkPicture(e, files[0].content); err != nil {
		return err
	}
	png, err := e.explanations.explain(ctx, e.model, files[0].content, chosen)
	if err != nil {
		return fmt.Errorf("explaining: %w", err)
	}
	writeBody(w, http.StatusOK, "image/png", png)
	return nil
}
