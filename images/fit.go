package images

import (
	"github.com/lince-ml/lince/images/augment"
)

// Statistics are the numbers of a whole set of pictures that featurewise
// standardisation needs; Generator.Fit finds them.
type Statistics struct {
	// Mean and Std are those of each channel; Std is measured around Mean.
	Mean, Std []float32
	// Whitening is set if the generator asked for ZCAWhitening.
	Whitening *augment.Whitening
}
