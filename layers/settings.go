package layers

import (
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
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
		list, ok := s.Value(key).([]any)
		if !ok || len(list) == 0 {
			continue
		}
		shape := make([]int, len(list)-1)
		for i, extent := range list[1:] {
			shape[i] = -1
			if number, ok := extent.(float64); ok {
				shape[i] = int(number)
			}
		}
		return shape
	}
	return nil
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
	if a == nil {
		return "linear"
	}
	return a.Name()
}

func initializerConfig(i, missing initializers.Initializer) any {
	return initializerOr(i, missing).Object().Serialized("keras.initializers")
}

func regularizerConfig(r regularizers.Regularizer) any {
	if r == nil {
		return nil
	}
	return r.Object().Serialized("keras.regularizers")
}

func initializerOr(i, missing initializers.Initializer) initializers.Initializer {
	if i == nil {
		return missing
	}
	return i
}

func activate(a activations.Activation, x *graph.Node) *graph.Node {
	if a == nil {
		return x
	}
	return a.Apply(x)
}
