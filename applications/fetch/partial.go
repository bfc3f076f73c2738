package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/renameio/v2/maybe"
)

// partial is what has come of a file so far. It stays when a download is
// given up, so that the next one goes on from there.
type partial struct {
	path  string
	file  *os.File
	sums  *sums
	size  int64
	limit int64
	origin
}

// origin says where the bytes of a partial come from, in NAME.partial.json.
type origin struct {
	Address string `json:"address"`
	// Validator is the strong entity tag, or the date of the last change, by
	// which the server tells versions apart.
	Validator string `json:"validator"`
}

func (c Client) openPartial(ctx context.Context, file File) (*partial, error) {
	path := filepath.Join(c.folder(), file.Name+".partial")
	opened, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	p := &partial{path: path, file: opened, sums: newSums(), limit: c.MaxBytes}
	if p.limit == 0 {
		p.limit = 4 << 30
	}
	if content, err := os.ReadFile(p.originPath()); err != nil || json.Unmarshal(content, &p.origin) != nil {
		p.origin = origin{}
	}
	p.size, err = io.Copy(p.sums, stoppable{ctx, opened})
	if err == nil && p.Address == "" {
		err = p.reset()
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return p, nil
}

func (p *partial) originPath() string { return p.path + ".json" }

// reset drops all bytes.
func (p *partial) reset() error {
	p.sums, p.size, p.origin = newSums(), 0, origin{}
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	_, err := p.file.Seek(0, io.SeekStart)
	return err
}

// begin drops all bytes and notes where the next ones come from.
func (p *partial) begin(from origin) error {
	if err := p.reset(); err != nil {
		return err
	}
	p.origin = from
	content, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return maybe.WriteFile(p.originPath(), content, 0o644)
}

// Write appends. Failures of the disk are permanent.
func (p *partial) Write(b []byte) (int, error) {
	if int64(len(b)) > p.limit-p.size {
		return 0, permanent{p.tooLarge()}
	}
	n, err := p.file.Write(b)
	p.sums.Write(b[:n])
	p.size += int64(n)
	if err != nil {
		err = permanent{err}
	}
	return n, err
}

func (p *partial) tooLarge() error {
	return fmt.Errorf("it is larger than the %d bytes that are accepted", p.limit)
}

func (p *partial) close() error { return p.file.Close() }

// finish gives the file its name, on the disk before it has it.
func (p *partial) finish(path string) error {
	if err := errors.Join(p.file.Sync(), p.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(p.path, path); err != nil {
		return err
	}
	if err := os.Remove(p.originPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a renamed file outlive a loss of power.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which has no handle on folders to sync
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
