package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/lince-ml/lince/applications"
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

// fetchesOr returns what fetches a published file and, where it cannot, tells
// what does without.
func fetchesOr(client fetch.Client, instead string) func(context.Context, applications.WeightFile) (string, error) {
	return func(ctx context.Context, file applications.WeightFile) (string, error) {
		path, err := client.Weights(ctx, file)
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w\n%s", err, instead)
		}
		return path, err
	}
}

// fileInstead is what does without fetching weights.
const fileInstead = "--weights takes a FILE that is here; lince models fetch takes it --from a FOLDER or a --mirror"
