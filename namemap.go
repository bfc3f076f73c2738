package lince

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/layers"
)

// NameMap says what a file of arrays by name calls a model's weights, and how
// it lays them out. A name is that of the layer and of the weight; between
// them, and within, dots, slashes and underscores are the same, so that
// fire2.conv1x1_1.weight is the weight of the layer fire2_conv1x1_1.
//
// The zero value is for files that Lince wrote: conv2d/kernel.
type NameMap struct {
	// Layers are the file's names of layers, by the model's; one that is not
	// here has the same name. A layer within a model that is used as a layer
	// is called model/layer.
	Layers map[string]string
	// Weights are the file's names of weights, by the model's: "weight" for
	// "kernel".
	Weights map[string]string
	// Ignored are names of weights that the model has no place for.
	Ignored []string
	// OutputFirst is for files that lay kernels out as PyTorch and Caffe do:
	// (output, input, height, width) for convolutions and (output, input) for
	// dense layers, with the inputs behind a Flatten in the order channel,
	// row, column.
	OutputFirst bool
}

// TorchNames returns how PyTorch names and lays out the weights of its
// Conv2d, ConvTranspose2d, Linear, BatchNorm, Embedding and PReLU, which other
// programs that keep Caffe's or PyTorch's weights follow.
func TorchNames() NameMap {
	return NameMap{
		Weights: map[string]string{
			"kernel": "weight", "gamma": "weight", "beta": "bias", "embeddings": "weight", "alpha": "weight",
			"moving_mean": "running_mean", "moving_variance": "running_var",
		},
		Ignored:     []string{"num_batches_tracked"},
		OutputFirst: true,
	}
}

// name returns what the file calls a weight of the layer at a path, as the
// names of arrays are compared.
func (n NameMap) name(path, weight string) string {
	if other, found := n.Layers[path]; found {
		path = other
	}
	if other, found := n.Weights[weight]; found {
		weight = other
	}
	return folded(path + "/" + weight)
}

func (n NameMap) ignores(name string) bool {
	for _, weight := range n.Ignored {
		if name == folded(weight) || strings.HasSuffix(name, "_"+folded(weight)) {
			return true
		}
	}
	return false
}

// folded brings names together that differ in separators alone.
func folded(name string) string {
	return strings.NewReplacer(".", "_", "/", "_").Replace(name)
}

// foldedNames finds the names of a file by what they are compared by.
func foldedNames(names []string) (map[string]string, error) {
	byName := make(map[string]string, len(names))
	for _, name := range names {
		if other, twice := byName[folded(name)]; twice {
			return nil, fmt.Errorf("the arrays %q and %q differ in separators alone", other, name)
		}
		byName[folded(name)] = name
	}
	return byName, nil
}

// lack is the error for a weight that a file does not have.
func lack(instance *layers.Instance, weight, name string) error {
	return fmt.Errorf("the file has no array for the weight %s of layer %q: looked for %s, in which _ stands for a dot or slash, too; NameMap says what files call weights", weight, instance.Name(), name)
}
