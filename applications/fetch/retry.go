package fetch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// permanent is a failure that trying again does not mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// refused is a status that may pass.
type refused struct {
	status string
	after  time.Duration // how long the server asks to wait, 0 if it does not
}

func (r refused) Error() string { return "the server answers " + r.status }

const (
	maxWait  = 30 * time.Second
	maxAfter = 2 * time.Minute // longer waits that servers ask for are failures
)

// lasting reports whether there is no use in asking again.
func lasting(err error) bool {
	if _, ok := errors.AsType[permanent](err); ok {
		return true
	}
	name, ok := errors.AsType[*net.DNSError](err)
	return ok && name.IsNotFound
}

// statusError is what an answer without content means.
func statusError(answer *http.Response) error {
	switch answer.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		after := retryAfter(answer.Header.Get("Retry-After"), time.Now())
		if after > maxAfter {
			return permanent{fmt.Errorf("the server answers %s and asks to wait %v", answer.Status, after.Round(time.Second))}
		}
		return refused{answer.Status, after}
	}
	return permanent{fmt.Errorf("the server answers %s", answer.Status)}
}

// retryAfter reads a number of seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

// backOff waits after the given number of failures in a row: between nothing
// and twice the mean, so that many clients do not come back at once.
func (c Client) backOff(ctx context.Context, failures int, err error) error {
	mean := c.Wait
	if mean == 0 {
		mean = 500 * time.Millisecond
	}
	for range failures - 1 {
		mean = min(2*mean, maxWait)
	}
	wait := rand.N(2 * mean)
	if r, ok := errors.AsType[refused](err); ok {
		wait = max(wait, r.after)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
