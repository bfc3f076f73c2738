package serve_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/internal/restclient"
	"github.com/lince-ml/lince/serve"
)

// explaining is an Explainer by a function.
type explaining struct {
	model   *lince.Model
	explain func(ctx context.Context, m *lince.Model, picture []byte, class int) ([]byte, error)
}

func (e explaining) Explain(ctx context.Context, picture []byte, class int) ([]byte, error) {
	return e.explain(ctx, e.model, picture, class)
}

func (explaining) Close() error { return nil }

func explainsBy(explain func(context.Context, *lince.Model, []byte, int) ([]byte, error)) func(context.Context, *lince.Model) (serve.Explainer, error) {
	return func(_ context.Context, m *lince.Model) (serve.Explainer, error) { return explaining{m, explain}, nil }
}

func TestExplain(t *testing.T) {
	client, _, _ := started(t, func(o *serve.Options) {
		o.Explain = explainsBy(func(_ context.Context, m *lince.Model, picture []byte, class int) ([]byte, error) {
			return fmt.Appendf(nil, "%s of %d bytes", m.ClassName(max(0, class)), len(picture)), nil
		})
	})
	content := drawing(t, 9, 9, 1)
	header, body, err := client.Do(t.Context(), http.MethodPost, "/v1/models/shapes/explain?class=2", nil, content)
	if err != nil || string(body) != fmt.Sprintf("blue of %d bytes", len(content)) || header.Get("Content-Type") != "image/png" {
		t.Errorf("%q %v", body, err)
	}
	_, _, err = client.Do(t.Context(), http.MethodPost, "/v1/models/shapes/explain?class=3", nil, content)
	refused(t, "a class too many", err, http.StatusBadRequest, "last class is 2")
	_, _, err = client.Do(t.Context(), http.MethodPost, "/v1/models/shapes/explain", nil, content[:20])
	refused(t, "a torn picture", err, http.StatusBadRequest, "")
}

// counted is an Explainer that tells how many are open.
type counted struct {
	*explain.Explainer
	open *atomic.Int32
}

func (c counted) Explain(ctx context.Context, picture []byte, _ int) ([]byte, error) {
	heat, err := c.Picture(ctx, picture, "")
	return []byte(heat.Class), err
}

func (c counted) Close() error {
	c.open.Add(-1)
	return c.Explainer.Close()
}

// TestExplainersAreKept: a model has one, made by its first picture and closed
// with it; one that could not be made is tried again.
func TestExplainersAreKept(t *testing.T) {
	var made, open atomic.Int32
	client, server, path := started(t, func(o *serve.Options) {
		o.Explain = func(ctx context.Context, m *lince.Model) (serve.Explainer, error) {
			if made.Add(1) == 1 {
				return nil, errors.New("not yet")
			}
			explainer, err := explain.New(ctx, m, explain.GradCAM{})
			open.Add(1)
			return counted{explainer, &open}, err
		}
	})
	ask := func() error {
		_, _, err := client.Do(t.Context(), http.MethodPost, "/v1/models/shapes/explain", nil, drawing(t, 9, 9, 1))
		return err
	}
	refused(t, "an explainer that cannot be made", ask(), http.StatusInternalServerError, "its log tells more")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := ask(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if made.Load() != 2 || open.Load() != 1 {
		t.Errorf("%d made and %d open after four pictures, expected 2 and 1", made.Load(), open.Load())
	}
	save(t, path, 3)
	if err := server.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the former model's explainer is closed", func() bool { return open.Load() == 0 })
	if err := ask(); err != nil || made.Load() != 3 {
		t.Errorf("after a reload: %v, %d made", err, made.Load())
	}
	if err := server.Close(t.Context()); err != nil || open.Load() != 0 {
		t.Errorf("after the end: %v, %d open", err, open.Load())
	}
}

// TestLateAnswersAreTold: who waits for what takes too long is told so, while
// the connection is still there.
func TestLateAnswersAreTold(t *testing.T) {
	client, _ := listening(t, serve.Options{
		Limits: serve.Limits{Answer: time.Second},
		Explain: explainsBy(func(ctx context.Context, _ *lince.Model, _ []byte, _ int) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}),
	})
	_, _, err := client.Do(t.Context(), http.MethodPost, "/v1/models/shapes/explain", nil, drawing(t, 9, 9, 1))
	refused(t, "a late answer", err, http.StatusGatewayTimeout, "too long")
}

// TestExplainsAreBounded: few requests wait for their picture to be explained;
// more are refused at once.
func TestExplainsAreBounded(t *testing.T) {
	finish := make(chan struct{})
	client, _, _ := started(t, func(o *serve.Options) {
		o.Explain = explainsBy(func(context.Context, *lince.Model, []byte, int) ([]byte, error) {
			<-finish
			return []byte("PNG"), nil
		})
	})
	content := drawing(t, 9, 9, 1)
	const asked = 12
	answers := make(chan error, asked)
	for range asked {
		go func() {
			_, _, err := client.Do(context.Background(), http.MethodPost, "/v1/models/shapes/explain", nil, content)
			answers <- err
		}()
	}
	timeout := time.After(20 * time.Second)
	for range asked - 4 {
		select {
		case err := <-answers:
			refusal, ok := errors.AsType[*restclient.Refusal](err)
			if !ok || refusal.Status != http.StatusServiceUnavailable || refusal.RetryAfter != "1" {
				t.Errorf("%v, expected a refusal", err)
			}
		case <-timeout:
			close(finish)
			t.Fatal("requests wait without bound")
		}
	}
	close(finish)
	for range 4 {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
}
