//go:build unix

package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// hangups are the SIGHUPs of this process.
type hangups chan os.Signal

// catchHangups keeps a SIGHUP from ending the process; one that comes before
// each is called waits for it.
func catchHangups() hangups {
	caught := make(hangups, 1)
	signal.Notify(caught, syscall.SIGHUP)
	return caught
}

// release gives SIGHUP back its usual meaning.
func (h hangups) release() { signal.Stop(h) }

// each calls a function at every SIGHUP until stopped; stop waits for a call
// that runs.
func (h hangups) each(call func()) (stop func()) {
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-h:
				call()
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		group.Wait()
	}
}
