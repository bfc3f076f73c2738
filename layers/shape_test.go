package layers_test

import (
	"testing"

	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

func TestShapeOfValues(t *testing.T) {
	photos := layers.NewInput(layers.Input{Shape: []int{33, 20, 3}})
	varying := layers.NewInput(layers.Input{Shape: []int{-1, 20, 3}})
	halved := layers.Conv2D{Filters: 8, Kernel: layers.Square(3), Strides: layers.Square(2), Padding: layers.Same}
	mistaken := layers.Apply(layers.Dense{}, layers.Apply(layers.Flatten{}, photos))
	for name, test := range map[string]struct {
		value layers.Value
		want  tensor.Shape
	}{
		"input":          {photos, tensor.Shape{-1, 33, 20, 3}},
		"convolution":    {layers.Apply(halved, photos), tensor.Shape{-1, 17, 10, 8}},
		"varying":        {layers.Apply(halved, varying), tensor.Shape{-1, -1, 10, 8}},
		"varying pooled": {layers.Apply(layers.GlobalAveragePooling2D{}, varying), tensor.Shape{-1, 3}},
		"two inputs":     {layers.Apply(layers.Concatenate{}, photos, photos), tensor.Shape{-1, 33, 20, 6}},
		"open":           {layers.NewInput(layers.Input{}), nil},
		"mistake":        {mistaken, nil},
		"behind mistake": {layers.Apply(layers.ReLU{}, mistaken), nil},
		"zero":           {layers.Value{}, nil},
		"of zero":        {layers.Apply(layers.ReLU{}, layers.Value{}), nil},
	} {
		if got := test.value.Shape(); !got.Equal(test.want) || (got == nil) != (test.want == nil) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// Asking for shapes makes no weights.
func TestShapeLeavesInstancesAlone(t *testing.T) {
	instance := layers.Share(layers.Dense{Units: 2})
	y := instance.Apply(layers.NewInput(layers.Input{Shape: []int{3}}))
	if y.Shape() == nil || len(instance.Weights()) != 0 {
		t.Errorf("shape %v, weights %v", y.Shape(), instance.Weights())
	}
}
