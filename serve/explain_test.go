package serve_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/internal/restclient"
	"github.com/lince-ml/lince/serve"
)

// TestLateAnswersAreTold: who waits for what takes too long is told so, while
// the connection is still there.
func TestLateAnswersAreTold(t *testing.T) {
	client, _ := listening(t, serve.Options{
		Limits: serve.Limits{Answer: time.Second},
		Explain: func(ctx context.Context, _ *lince.Model, _ []byte, _ int) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	})
	_, _, err := client.Do(t.Context(), http.MethodPost, "/v1/models/shapes/explain", nil, drawing(t, 9, 9, 1))
	refused(t, "a late answer", err, http.StatusGatewayTimeout, "too long")
}

// TestExplainsAreBounded: few requests wait for their picture to be explained;
// more are refused at once.
func TestExplainsAreBounded(t *testing.T) {
	finish := make(chan struct{})
	client, _, _ := started(t, func(o *serve.Options) {
		o.Explain = func(context.Context, *lince.Model, []byte, int) ([]byte, error) {
			<-finish
			return []byte("PNG"), nil
		}
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
