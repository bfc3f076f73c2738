//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// onHangup calls a function at every SIGHUP until stopped.
func onHangup(call func()) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangups:
				call()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(done)
	}
}
