// Command lince recognises pictures: it trains networks on folders of
// pictures, one folder per class, and uses them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// What the program ends with.
const (
	succeeded   = 0
	failed      = 1
	misused     = 2
	interrupted = 130 // what shells give a program that Ctrl-C ended
)

// debugVariable, when set, lets a panic end the program with its stack.
const debugVariable = "LINCE_DEBUG"

// run carries out a command line and returns the exit status.
func run(ctx context.Context, args []string, out, screen io.Writer) int {
	out, screen = printable{out}, printable{screen}
	return guarded(screen, func() int {
		root := newRoot(out, screen)
		root.SetArgs(args)
		return tell(screen, root.ExecuteContext(ctx))
	})
}

// guarded turns a panic into an error that asks to report it.
func guarded(screen io.Writer, call func() int) (status int) {
	if os.Getenv(debugVariable) != "" {
		return call()
	}
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(screen, "lince: a mistake in Lince itself: %v\nplease report it with the command that you gave; %s=1 in the environment shows where it happened\n", cause, debugVariable)
			status = failed
		}
	}()
	return call()
}

// usageError is a mistake in how the program was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// silentError ends the program with an error that was already told.
type silentError struct{ error }

func (e silentError) Unwrap() error { return e.error }

// tell writes the error, if any, and returns the exit status for it.
func tell(screen io.Writer, err error) int {
	_, silent := errors.AsType[silentError](err)
	_, usage := errors.AsType[usageError](err)
	stopped := errors.Is(err, context.Canceled)
	switch {
	case err == nil:
		return succeeded
	case silent:
	case stopped:
		fmt.Fprintln(screen, "lince: interrupted")
	default:
		fmt.Fprintln(screen, withProgramName(err.Error()))
	}
	switch {
	case stopped:
		return interrupted
	case usage:
		return misused
	}
	return failed
}
