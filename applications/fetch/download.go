package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
)

// goodProgress are the bytes that make up for the failures before them.
const goodProgress = 64 << 10

// download asks the addresses in turn and returns the path of the file.
func (c Client) download(ctx context.Context, file File) (string, error) {
	addresses, err := c.addresses(file)
	if err != nil {
		return "", err
	}
	p, err := c.openPartial(ctx, file)
	if err != nil {
		return "", err
	}
	defer p.close()
	if c.HTTP == nil {
		c.HTTP = NewHTTP()
	}
	known := c.record(file)
	var failures []error
	for _, address := range addresses {
		err := c.from(ctx, file, address, p, known)
		if err == nil {
			return c.keep(file, p)
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		failures = append(failures, fmt.Errorf("%s: %w", address, err))
	}
	return "", errors.Join(failures...)
}

// keep gives what was fetched its name.
func (c Client) keep(file File, p *partial) (string, error) {
	path := filepath.Join(c.folder(), file.Name)
	if err := p.finish(path); err != nil {
		return "", err
	}
	return path, c.remember(file, path, p.sums)
}

// from fetches the rest of the file from one address. It returns without an
// error when all of it is there and right.
func (c Client) from(ctx context.Context, file File, address string, p *partial, known record) error {
	attempts := c.Attempts
	if attempts == 0 {
		attempts = 5
	}
	fresh := false // what is there has been dropped for being wrong
	for failures := 0; ; {
		before := p.size
		err := c.transfer(ctx, file, address, p)
		if err == nil {
			if err = file.whole(p.path); err == nil {
				err = file.matches(p.sums.sha256(), p.sums.md5(), known)
			}
			if err == nil {
				return nil
			}
			if dropped := p.reset(); dropped != nil {
				return dropped
			}
			if before == 0 || fresh {
				return err
			}
			fresh = true // the bytes of before may have been another file's
			continue
		}
		if ctx.Err() != nil || lasting(err) {
			return err
		}
		if p.size-before >= goodProgress {
			failures = 0
		}
		if failures++; failures >= attempts {
			return fmt.Errorf("%d failures in a row, the last: %w", failures, err)
		}
		if err := c.backOff(ctx, failures, err); err != nil {
			return err
		}
	}
}

// transfer sends one request and appends what comes.
func (c Client) transfer(ctx context.Context, file File, address string, p *partial) error {
	watched, watch := c.watch(ctx)
	defer watch.stop()
	request, err := http.NewRequestWithContext(watched, http.MethodGet, address, nil)
	if err != nil {
		return permanent{err}
	}
	request.Header.Set("Accept-Encoding", "identity") // ranges and sums are of the file itself
	same := p.Address == address && p.Validator != ""
	if p.size > 0 && (same || file.published()) {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
		if same {
			request.Header.Set("If-Range", p.Validator)
		}
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return watch.cause(err)
	}
	defer answer.Body.Close()
	whole, err := p.accept(address, answer)
	if err != nil || whole {
		return err
	}
	return c.receive(file.Name, address, answer, p, watch)
}

// receive appends an answer's content.
func (c Client) receive(name, address string, answer *http.Response, p *partial, watch *watch) error {
	progress := Progress{Name: name, Address: address}
	if answer.ContentLength >= 0 {
		progress.Total = p.size + answer.ContentLength
	}
	if progress.Total > p.limit {
		return permanent{p.tooLarge()}
	}
	buffer := make([]byte, 64<<10)
	for {
		n, err := answer.Body.Read(buffer)
		watch.seen()
		if _, failed := p.Write(buffer[:n]); failed != nil {
			return failed
		}
		if progress.Done = p.size; c.Progress != nil {
			c.Progress(progress)
		}
		switch {
		case err == nil:
		case err == io.EOF && p.size > 0:
			return nil
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("the connection ended at byte %d of %d", p.size, progress.Total)
		default:
			return watch.cause(err)
		}
	}
}
