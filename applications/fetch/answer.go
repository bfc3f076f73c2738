package fetch

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// accept prepares the partial for what an answer brings: the rest of the
// bytes, all of them, or (whole) nothing more.
func (p *partial) accept(address string, answer *http.Response) (whole bool, err error) {
	switch answer.StatusCode {
	case http.StatusOK:
		if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind == "text/html" {
			return false, permanent{errors.New("the server sends a page instead of the file")}
		}
		return false, p.begin(origin{address, validator(answer.Header)})
	case http.StatusPartialContent:
		first, total, err := contentRange(answer.Header.Get("Content-Range"))
		if err == nil && first == p.size && (total < 0 || total <= p.limit) {
			return false, nil
		}
		if err == nil && total > p.limit {
			return false, permanent{p.tooLarge()}
		}
		if err == nil {
			err = fmt.Errorf("the server sends bytes from %d on, asked for were those from %d", first, p.size)
		}
		return false, errors.Join(err, p.reset())
	case http.StatusRequestedRangeNotSatisfiable:
		_, total, err := contentRange(answer.Header.Get("Content-Range"))
		if err == nil && total == p.size && p.size > 0 {
			return true, nil
		}
		return false, errors.Join(fmt.Errorf("the server has no bytes from %d on", p.size), p.reset())
	}
	return false, statusError(answer)
}

// validator returns what a later request can name this version of the file by.
func validator(header http.Header) string {
	if tag := header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return header.Get("Last-Modified")
}

// contentRange reads "bytes 5-9/10" and "bytes */10"; total is -1 for "*".
func contentRange(text string) (first, total int64, err error) {
	failure := fmt.Errorf("the server's range is %q", text)
	rest, ok := strings.CutPrefix(text, "bytes ")
	span, size, found := strings.Cut(rest, "/")
	if !ok || !found {
		return 0, 0, failure
	}
	total = -1
	if size != "*" {
		if total, err = strconv.ParseInt(size, 10, 64); err != nil || total < 0 {
			return 0, 0, failure
		}
	}
	if span == "*" {
		return 0, total, nil
	}
	from, _, found := strings.Cut(span, "-")
	if first, err = strconv.ParseInt(from, 10, 64); err != nil || !found || first < 0 {
		return 0, 0, failure
	}
	return first, total, nil
}
