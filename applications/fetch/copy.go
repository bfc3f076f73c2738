package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// copyFrom takes the file from the folder From, by its name in the cache or
// the one at the publisher.
func (c Client) copyFrom(ctx context.Context, file File) (string, error) {
	names := []string{file.Name}
	if official, err := parseAddress(file.URL); err == nil && lastPart(official) != file.Name {
		names = append(names, lastPart(official))
	}
	for _, name := range names {
		source := filepath.Join(c.From, name)
		if _, err := os.Stat(source); errors.Is(err, os.ErrNotExist) {
			continue
		}
		return c.copyFile(ctx, file, source)
	}
	if _, err := os.Stat(c.From); err != nil {
		return "", err
	}
	return "", fmt.Errorf("the folder %s has no file called %s", c.From, strings.Join(names, " or "))
}

// copyFile copies a file from another folder into the cache, if it is right.
func (c Client) copyFile(ctx context.Context, file File, source string) (string, error) {
	from, err := os.Open(source)
	if err != nil {
		return "", err
	}
	defer from.Close()
	p, err := c.openPartial(ctx, file)
	if err != nil {
		return "", err
	}
	defer p.close()
	if err := p.reset(); err != nil {
		return "", err
	}
	if _, err := io.Copy(p, stoppable{ctx, from}); err != nil {
		return "", err
	}
	if err := file.whole(p.path); err != nil {
		return "", fmt.Errorf("%s: %w", source, err)
	}
	if err := file.matches(p.sums.sha256(), p.sums.md5(), c.record(file)); err != nil {
		return "", fmt.Errorf("%s: %w", source, err)
	}
	return c.keep(file, p)
}
