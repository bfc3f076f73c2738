package main

import (
	"fmt"
	"io"
	"time"

	"github.com/lince-ml/lince/applications/fetch"
)

// newFetcher returns what fetches published weights and tells, on a terminal,
// how far it is.
func newFetcher(screen io.Writer) fetch.Client {
	client := fetch.Client{}
	if !isTerminal(screen) {
		return client
	}
	const interval = 100 * time.Millisecond
	var told time.Time
	client.Progress = func(p fetch.Progress) {
		whole := p.Total > 0 && p.Done >= p.Total
		if time.Since(told) < interval && !whole {
			return
		}
		told = time.Now()
		fmt.Fprintf(screen, "\rfetching %s: %s", p.Name, formatBytes(p.Done))
		if p.Total > 0 {
			fmt.Fprintf(screen, " of %s, %d %%", formatBytes(p.Total), 100*p.Done/p.Total)
		}
		fmt.Fprint(screen, "   ")
		if whole {
			fmt.Fprintln(screen)
		}
	}
	return client
}
