package fetch

import (
	"context"

	"github.com/lince-ml/lince/applications"
)

// Weights is Get for an application's weights; it is made for
// [applications.Options.Fetch].
func (c Client) Weights(ctx context.Context, file applications.WeightFile) (string, error) {
	return c.Get(ctx, Published(file))
}

// Published returns an application's file of weights as what Get takes.
func Published(file applications.WeightFile) File {
	return File{Name: file.Name, URL: file.URL, MD5: file.MD5, SHA256: file.SHA256}
}
