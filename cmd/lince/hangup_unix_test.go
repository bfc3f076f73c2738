//go:build unix

package main

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// TestHangups: a SIGHUP that comes early is kept, and stop waits for the call.
func TestHangups(t *testing.T) {
	caught := catchHangups()
	defer caught.release()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	begun, ended := make(chan struct{}), false
	stop := caught.each(func() {
		close(begun)
		time.Sleep(20 * time.Millisecond)
		ended = true
	})
	select {
	case <-begun:
	case <-time.After(20 * time.Second):
		t.Fatal("the signal is lost")
	}
	stop()
	if !ended {
		t.Error("stop leaves a call running")
	}
}
