package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestInPairs(t *testing.T) {
	s := &session{folder: t.TempDir()}
	var guard sync.Mutex
	done := map[int]int{}
	folders := map[string]bool{}
	measure := func(_ context.Context, own *session, number int) error {
		own.saved++
		guard.Lock()
		defer guard.Unlock()
		done[number]++
		folders[own.folder] = true
		return os.WriteFile(own.path("picture"), nil, 0o600)
	}
	if err := s.inPairs(t.Context(), 7, measure); err != nil {
		t.Fatal(err)
	}
	if len(done) != 7 || len(folders) != 7 || s.saved != 7 {
		t.Errorf("measured %v in %d folders, saved %v", done, len(folders), s.saved)
	}
	if left, err := filepath.Glob(s.path("*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	wrong := errors.New("wrong")
	calls := 0
	err := s.inPairs(t.Context(), 1000, func(context.Context, *session, int) error {
		guard.Lock()
		defer guard.Unlock()
		calls++
		return wrong
	})
	if !errors.Is(err, wrong) || calls > 10 {
		t.Errorf("%d calls end with %v", calls, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := s.inPairs(stopped, 3, measure); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before: %v", err)
	}
}
