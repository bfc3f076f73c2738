package fetch

import (
	"context"
	"fmt"
	"time"
)

// watch ends a request that brings nothing for a while.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	stall  time.Duration
}

func (c Client) watch(ctx context.Context) (context.Context, *watch) {
	stall := c.Stall
	if stall == 0 {
		stall = 30 * time.Second
	}
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{ctx: ctx, cancel: cancel, stall: stall}
	w.timer = time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	return ctx, w
}

func (w *watch) seen() { w.timer.Reset(w.stall) }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// cause returns why a request failed: the watch's reason if it ended it.
func (w *watch) cause(err error) error {
	if reason := context.Cause(w.ctx); reason != nil {
		return reason
	}
	return err
}
