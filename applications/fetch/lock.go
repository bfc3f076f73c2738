package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// lock is held by one process, and within it by one goroutine. The operating
// system ends it with the process, so none is ever left behind. Its file
// stays: to remove it would let two in at once.
type lock struct{ file *os.File }

const lockPoll = 50 * time.Millisecond

// acquire waits for the lock of a file.
func acquire(ctx context.Context, path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		held, err := tryLock(file)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), file.Close())
		}
		if held {
			return &lock{file}, nil
		}
		select {
		case <-time.After(lockPoll):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		}
	}
}

// release gives the lock to the next; closing its file does.
func (l *lock) release() error { return l.file.Close() }
