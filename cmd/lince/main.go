// Command lince recognises pictures: it trains networks on folders of
// pictures, one folder per class, and uses them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := newRoot().ExecuteContext(ctx)
	stop()
	os.Exit(exitCode(err))
}

// usageError is a mistake in how the program was called.
type usageError struct{ error }

// silentError ends the program with an error that was already told.
type silentError struct{ error }

// exitCode tells the error on stderr and returns what the program ends with:
// 0 for none, 2 for wrong usage, 1 for everything else.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	var silent silentError
	if !errors.As(err, &silent) {
		fmt.Fprintln(os.Stderr, "lince:", err)
	}
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}
