package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

// session is the measuring of one row.
type session struct {
	*office
	row   row
	state string
	// folder is for files that nobody needs afterwards.
	folder string
	// saved is how many seconds the parts took that an earlier session measured.
	saved float64
}

func (s *session) path(name string) string { return filepath.Join(s.folder, name) }

// fewer returns all, or little of it in a rehearsal.
func (s *session) fewer(all, little int) int {
	if s.quick {
		return little
	}
	return all
}

// dataPath returns the path of something among the test data.
func (s *session) dataPath(name string) (string, error) {
	path := filepath.Join(s.data, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		return "", missing{needsData + ": " + name + " is not there"}
	}
	return path, nil
}

// part measures a part of the session's row, or returns what an earlier
// session measured of it in the same state.
func part[T any](ctx context.Context, s *session, name, state string, measure func() (T, error)) (T, error) {
	known, err := ledger.ReadPart[T](s.ledger, s.row.name, name, state)
	if err != nil {
		var zero T
		return zero, err
	}
	if known != nil {
		s.saved += known.Seconds
		return known.Result, nil
	}
	if err := ctx.Err(); err != nil {
		var zero T
		return zero, err
	}
	s.say("  %s ...", name)
	fresh := &ledger.Part[T]{Stamp: s.stamp(state)}
	if fresh.Result, err = measure(); err != nil {
		return fresh.Result, err
	}
	fresh.Seconds = time.Since(fresh.Begun).Seconds()
	return fresh.Result, ledger.RecordPart(s.ledger, s.row.name, name, fresh)
}
