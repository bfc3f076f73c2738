package layers

import (
	"fmt"
	"math"
	"strings"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/regularizers"
)

// settings reads a layer's configuration out of a file, whichever Keras wrote it.
type settings struct {
	*config.Reader
}

func (s *settings) name() string { return s.String("name", "") }

// inputShape returns the sample's shape that Keras 2 (batch_input_shape) or a
// Keras 3 InputLayer (batch_shape) holds, nil if there is none.
func (s *settings) inputShape() []int {
	for _, key := range []string{"batch_shape", "batch_input_shape"} {
		if shape := s.sampleShape(key); shape != nil {
			return shape
		}
	}
	return nil
}

// sampleShape returns a shape without its batch, -1 for an extent that is
// null; nil if there is none.
func (s *settings) sampleShape(key string) []int {
	list, ok := s.Value(key).([]any)
	if !ok || len(list) == 0 {
		return nil
	}
	shape := make([]int, len(list)-1)
	for i, extent := range list[1:] {
		if extent == nil {
			shape[i] = -1
			continue
		}
		number, ok := config.Number(extent)
		if !ok || number != math.Trunc(number) || number < 0 || number > 1<<31 {
			s.Fail(key, fmt.Errorf("got %v, expected a list of extents", list))
			return nil
		}
		shape[i] = int(number)
	}
	return shape
}

func (s *settings) padding() Padding {
	name := s.String("padding", "valid")
	for _, padding := range []Padding{Valid, Same} {
		if name == padding.String() {
			return padding
		}
	}
	s.Fail("padding", fmt.Errorf("got %q, expected valid or same", name))
	return Valid
}

const channelsLast = "channels_last"

// refuse fails on what a layer may hold in Keras and not here.
func (s *settings) refuse() {
	if format := s.String("data_format", channelsLast); format != channelsLast {
		s.Fail("data_format", fmt.Errorf("got %q, expected channels_last: build the model again in Keras with data_format=%q and give it the weights of this one",
			format, channelsLast))
	}
	for _, key := range s.Keys() {
		if strings.HasSuffix(key, "_constraint") && s.Has(key) {
			s.Fail(key, fmt.Errorf("constraints are unknown here: set it to None in Keras before saving; predictions do not depend on it"))
		}
	}
}

func (s *settings) activation(key string) activations.Activation {
	return decoded(s, key, activations.Decode)
}

func (s *settings) initializer(key string) initializers.Initializer {
	return decoded(s, key, initializers.Decode)
}

func (s *settings) regularizer(key string) regularizers.Regularizer {
	return decoded(s, key, regularizers.Decode)
}

func decoded[T any](s *settings, key string, decode func(config.Object) (T, error)) (value T) {
	object := s.Object(key)
	if object.Class == "" {
		return value
	}
	value, err := decode(object)
	if err != nil {
		s.Fail(key, err)
	}
	return value
}

func activationConfig(a activations.Activation) any {
	switch a := a.(type) {
	case nil:
		return "linear"
	case activations.Configured:
		return a.Object().Serialized("keras.layers")
	}
	return a.Name()
}

func initializerConfig(i initializers.Initializer) any {
	return i.Object().Serialized("keras.initializers")
}

func regularizerConfig(r regularizers.Regularizer) any {
	if r == nil {
		return nil
	}
	return r.Object().Serialized("keras.regularizers")
}

func pair(numbers [2]int) []int { return numbers[:] }
