package lince

import (
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
)

// picturing is a source that knows how its pictures are prepared.
type picturing interface {
	Preprocessing() images.Preprocessing
}

// adopt makes the model remember what its training data says about classes
// and preprocessing, so that both travel with it.
func (m *Model) adopt(source data.Source) {
	if classes := source.Spec().Classes; classes != nil {
		m.Classes = slices.Clone(classes)
	}
	if p, ok := source.(picturing); ok {
		preprocessing := p.Preprocessing()
		m.Preprocessing = &preprocessing
	}
}
