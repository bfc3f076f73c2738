package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2/maybe"
)

// record is what the cache knows of a file, in NAME.json beside it.
type record struct {
	// SHA256 and MD5 are those of what was fetched or found first.
	SHA256 string `json:"sha256"`
	MD5    string `json:"md5"`
	// Path, Size and Modified are those of the file whose sums were taken
	// last: while they are the same, so are the sums.
	Path     string    `json:"path"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

func (c Client) recordPath(file File) string { return filepath.Join(c.folder(), file.Name+".json") }

// record returns what is known of the file; nothing where there is no record
// or none that can be read.
func (c Client) record(file File) record {
	var r record
	content, err := os.ReadFile(c.recordPath(file))
	if err != nil || json.Unmarshal(content, &r) != nil {
		return record{}
	}
	return r
}

// remember records the sums of the file at a path. Where nothing can be
// written the sums are taken again the next time.
func (c Client) remember(file File, path string, s *sums) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(record{s.sha256(), s.md5(), path, info.Size(), info.ModTime()}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.folder(), 0o755); err != nil {
		return err
	}
	return maybe.WriteFile(c.recordPath(file), append(content, '\n'), 0o644)
}

// verify compares the file at a path with its published checksum or, without
// one, with what was there first.
func (c Client) verify(ctx context.Context, file File, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", path)
	}
	known := c.record(file)
	if err := file.whole(path); err != nil {
		if known.Path == path { // it was taken for the right one
			err = errors.Join(err, os.Remove(c.recordPath(file)))
		}
		return err
	}
	if known.Path == path && known.Size == info.Size() && known.Modified.Equal(info.ModTime()) {
		return file.matches(known.SHA256, known.MD5, known)
	}
	s, err := sumsOf(ctx, path)
	if err != nil {
		return err
	}
	if err := file.matches(s.sha256(), s.md5(), known); err != nil {
		return err
	}
	if err := c.remember(file, path, s); err != nil && !file.published() {
		return err
	}
	return nil
}

// whole reports what a file without a published checksum lacks.
func (f File) whole(path string) error {
	if f.published() || f.Whole == nil {
		return nil
	}
	return f.Whole(path)
}

// matches compares sums with those that are published or known.
func (f File) matches(sha256, md5 string, known record) error {
	kind, got, want := "SHA-256", sha256, f.SHA256
	switch {
	case f.SHA256 != "":
	case f.MD5 != "":
		kind, got, want = "MD5", md5, f.MD5
	case known.SHA256 != "":
		if got != known.SHA256 {
			return fmt.Errorf("its SHA-256 is %s, what was fetched first had %s; remove %s.json from the cache if the publisher has changed it", got, known.SHA256, f.Name)
		}
		return nil
	default:
		return nil
	}
	if !strings.EqualFold(got, want) {
		return fmt.Errorf("its %s is %s, published is %s: these are not its bytes", kind, got, want)
	}
	return nil
}

// sums are the checksums of what was written to them.
type sums struct{ wide, short hash.Hash }

func newSums() *sums { return &sums{sha256.New(), md5.New()} }

func (s *sums) Write(p []byte) (int, error) {
	s.wide.Write(p)
	return s.short.Write(p)
}

func (s *sums) sha256() string { return hex.EncodeToString(s.wide.Sum(nil)) }
func (s *sums) md5() string    { return hex.EncodeToString(s.short.Sum(nil)) }

func sumsOf(ctx context.Context, path string) (*sums, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s := newSums()
	_, err = io.Copy(s, stoppable{ctx, file})
	return s, err
}

// stoppable reads until its context ends.
type stoppable struct {
	ctx context.Context
	io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}
