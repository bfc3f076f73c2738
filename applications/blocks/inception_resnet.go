package blocks

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/layers"
)

// InceptionResNet is an Inception block whose branches, joined and brought to
// the input's channels by a convolution of 1×1, are added to the input
// (Szegedy et al., 2016):
//
//	y = ReLU(x + Scale · W·[branches of x])
//
// The shape stays as it is.
type InceptionResNet struct {
	// Branches are the chains of convolutions; required.
	Branches [][]Convolution
	// Scale is how much of the branches is added; 1 when 0. The published
	// networks take 0.1 to 0.2, without which many filters do not learn.
	Scale float64
	// Linear leaves the rectifier at the end out.
	Linear bool
	// Name begins the layers' names: Name_mixed, Name_conv, Name_ac.
	Name string
}

// Apply appends the block to x.
func (b InceptionResNet) Apply(x layers.Value) layers.Value {
	var branches []layers.Value
	for _, chain := range b.Branches {
		branch := x
		for _, convolution := range chain {
			branch = convolution.Apply(branch)
		}
		branches = append(branches, branch)
	}
	mixed := layers.Apply(layers.Concatenate{Name: part(b.Name, "_mixed")}, branches...)
	up := layers.Apply(layers.Conv2D{Filters: Channels(x), Kernel: layers.Square(1), Name: part(b.Name, "_conv")}, mixed)
	scale := b.Scale
	if scale == 0 {
		scale = 1
	}
	y := layers.Apply(layers.ScaledAdd{Scale: scale}, x, up)
	if b.Linear {
		return y
	}
	return layers.Apply(layers.Activation{Of: activations.ReLU, Name: part(b.Name, "_ac")}, y)
}
