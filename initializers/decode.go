package initializers

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/config"
)

// Decode returns the initializer that a file describes, by the class or the
// function name of any Keras (HeNormal, he_normal). A seed in it is not used:
// the same seed draws other numbers here than in Keras.
func Decode(object config.Object) (Initializer, error) {
	r := config.NewReader(object)
	initializer := decode(strings.ToLower(strings.ReplaceAll(object.Class, "_", "")), r)
	if initializer == nil {
		return nil, fmt.Errorf("initializers: unknown initializer %q, expected one of Keras' such as glorot_uniform, he_normal or zeros", object.Class)
	}
	return initializer, r.Err()
}

func decode(name string, r *config.Reader) Initializer {
	switch name {
	case "zeros", "zero":
		return Zeros{}
	case "ones", "one":
		return Ones{}
	case "constant":
		return Constant{Value: r.Float("value", 0)}
	case "identity", "identityinitializer":
		return Identity{Gain: r.Float("gain", 1)}
	case "randomuniform", "uniform":
		return RandomUniform{Low: r.Float("minval", -0.05), High: r.Float("maxval", 0.05)}
	case "randomnormal", "normal":
		return RandomNormal{Mean: r.Float("mean", 0), Deviation: r.Float("stddev", defaultDeviation)}
	case "truncatednormal":
		return TruncatedNormal{Mean: r.Float("mean", 0), Deviation: r.Float("stddev", defaultDeviation)}
	case "orthogonal", "orthogonalinitializer":
		return Orthogonal{Gain: r.Float("gain", 1)}
	case "variancescaling":
		return VarianceScaling{
			Scale: r.Float("scale", 1),
			Mode:  choose(r, "mode", FanIn, FanOut, FanAverage), Distribution: distribution(r),
		}
	case "glorotuniform":
		return GlorotUniform{}
	case "glorotnormal":
		return GlorotNormal{}
	case "heuniform":
		return HeUniform{}
	case "henormal":
		return HeNormal{}
	case "lecununiform":
		return LecunUniform{}
	case "lecunnormal":
		return LecunNormal{}
	}
	return nil
}

// distribution reads the distribution; normal is Keras' old name of the
// truncated one.
func distribution(r *config.Reader) Distribution {
	if r.String("distribution", "") == "normal" {
		return Truncated
	}
	return choose(r, "distribution", Truncated, Untruncated, Uniform)
}

// choose returns the value that the key spells, the first if it is missing.
func choose[T fmt.Stringer](r *config.Reader, key string, values ...T) T {
	name := r.String(key, values[0].String())
	for _, value := range values {
		if value.String() == name {
			return value
		}
	}
	r.Fail(key, fmt.Errorf("got %q, expected one of %v", name, values))
	return values[0]
}
