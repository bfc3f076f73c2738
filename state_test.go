package lince

import (
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// refusing is an initializer that draws nothing.
type refusing struct{}

func (refusing) Object() config.Object { return config.Object{Class: "refusing"} }

func (refusing) Fill([]float32, tensor.Shape, *random.Stream) error {
	return errors.New("nothing drawn")
}

// The first values are the same however many processors draw them.
func TestFirstValuesOnAnyProcessors(t *testing.T) {
	drawn := func(processors int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		stack := []layers.Layer{layers.Input{Shape: []int{8}}}
		for range 20 {
			stack = append(stack, layers.Dense{Units: 8})
		}
		m := must[*Model](t)(Sequential(stack...))
		var all []float32
		for _, instance := range m.Layers()[1:] {
			all = append(all, weights(t, m, instance.Name())...)
		}
		return all
	}
	one := drawn(1)
	for _, processors := range []int{2, 5} {
		if !slices.Equal(one, drawn(processors)) {
			t.Errorf("%d processors draw other values than one", processors)
		}
	}
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{8}}, layers.Dense{Units: 8}, layers.Dense{Units: 2, Name: "last", KernelInitializer: refusing{}}))
	_, err := m.Weights("last")
	errorHas(t, err, "first value of last/kernel", "nothing drawn")
}
