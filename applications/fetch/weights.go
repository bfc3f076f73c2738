package fetch

import (
	"context"
	"os"
	"strings"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/format/hdf5"
)

// Weights is Get for an application's weights; it is made for
// [applications.Options.Fetch].
func (c Client) Weights(ctx context.Context, file applications.WeightFile) (string, error) {
	return c.Get(ctx, Published(file))
}

// Published returns an application's file of weights as what Get takes. Those
// without a checksum are whole where their HDF5 header says so.
func Published(file applications.WeightFile) File {
	published := File{Name: file.Name, URL: file.URL, MD5: file.MD5, SHA256: file.SHA256}
	if strings.HasSuffix(file.Name, ".h5") {
		published.Whole = wholeHDF5
	}
	return published
}

// wholeHDF5 reads the file's header, which holds its size.
func wholeHDF5(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	_, err = hdf5.Open(file, info.Size())
	return err
}
