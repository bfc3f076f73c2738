package applications

import (
	"context"
	"errors"
	"fmt"
)

// WeightFile is a file of published weights.
type WeightFile struct {
	// Name is what it is called in the cache.
	Name string
	// URL is its official address.
	URL string
	// MD5 and SHA256 are its checksums in hexadecimal; empty where none was
	// published.
	MD5, SHA256 string
	// NoTop is whether it is without the classifier.
	NoTop bool
	// Variant tells it from the application's other files, such as
	// "0.35_224" by width and size; empty where there is no choice.
	Variant string
}

// storage is where Keras keeps published weights.
const storage = "https://storage.googleapis.com/tensorflow/keras-applications/"

// unstated is what Keras says of the licence of weights that it publishes.
const unstated = "none stated by the publisher of the weights; trained on ImageNet, whose pictures are for research that is not commercial"

// pair returns the two files of an application of one variant, which differ
// in an ending.
func pair(folder, stem, md5, md5NoTop string) []WeightFile {
	const kernels = "_weights_tf_dim_ordering_tf_kernels"
	top, noTop := stem+kernels+".h5", stem+kernels+"_notop.h5"
	return []WeightFile{
		{Name: top, URL: storage + folder + "/" + top, MD5: md5},
		{Name: noTop, URL: storage + folder + "/" + noTop, MD5: md5NoTop, NoTop: true},
	}
}

// WeightFile returns the published file of weights that options ask for.
func (a Application) WeightFile(o Options) (WeightFile, error) {
	d, err := a.definition()
	if err != nil {
		return WeightFile{}, err
	}
	if o, err = d.resolve(o); err != nil {
		return WeightFile{}, fmt.Errorf("applications: %s: %w", d.Title, err)
	}
	file, err := d.weightFile(o)
	if err != nil {
		return file, fmt.Errorf("applications: %s: %w", d.Title, err)
	}
	return file, nil
}

func (d definition) weightFile(o Options) (WeightFile, error) {
	variant := ""
	if d.variant != nil {
		variant = d.variant(o)
	}
	for _, file := range d.Weights {
		if file.NoTop == o.NoTop && file.Variant == variant {
			return file, nil
		}
	}
	if variant != "" {
		return WeightFile{}, fmt.Errorf("no weights are published for the variant %s", variant)
	}
	return WeightFile{}, errors.New("no weights are published; leave Weights out, or give the path of a file")
}

// weightsPath returns the file that options ask for, fetched if need be;
// empty for random weights.
func (d definition) weightsPath(ctx context.Context, o Options) (string, error) {
	if o.Weights != ImageNet {
		return o.Weights, nil
	}
	file, err := d.weightFile(o)
	if err != nil {
		return "", err
	}
	if o.Fetch == nil {
		return "", fmt.Errorf("the weights %s are not here: give the path of the file as Weights, or set Fetch, to fetch.Client{}.Weights for one, to get it from %s", file.Name, file.URL)
	}
	return o.Fetch(ctx, file)
}
