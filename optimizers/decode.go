package optimizers

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/config"
)

// decoders read the classes by Keras' names in lower case.
func decoders() map[string]func(*config.Reader) Optimizer {
	return map[string]func(*config.Reader) Optimizer{
		"sgd": func(r *config.Reader) Optimizer {
			return SGD{Schedule: rate(r, 0.01), Momentum: r.Float("momentum", 0), Nesterov: r.Bool("nesterov", false), Options: options(r)}
		},
		"rmsprop": func(r *config.Reader) Optimizer {
			return RMSprop{Schedule: rate(r, 0.001), Rho: optional(r, "rho"), Momentum: r.Float("momentum", 0),
				Epsilon: r.Float("epsilon", 0), Centered: r.Bool("centered", false), Options: options(r)}
		},
		"adam":  func(r *config.Reader) Optimizer { return adam(r) },
		"adamw": func(r *config.Reader) Optimizer { return AdamW(adam(r)) },
		"adagrad": func(r *config.Reader) Optimizer {
			return Adagrad{Schedule: rate(r, 0.001), InitialAccumulator: optional(r, "initial_accumulator_value"), Epsilon: r.Float("epsilon", 0), Options: options(r)}
		},
		"adadelta": func(r *config.Reader) Optimizer {
			return Adadelta{Schedule: rate(r, 0.001), Rho: optional(r, "rho"), Epsilon: r.Float("epsilon", 0), Options: options(r)}
		},
		"adamax": func(r *config.Reader) Optimizer {
			return Adamax{Schedule: rate(r, 0.001), Beta1: optional(r, "beta_1"), Beta2: optional(r, "beta_2"), Epsilon: r.Float("epsilon", 0), Options: options(r)}
		},
		"nadam": func(r *config.Reader) Optimizer {
			return Nadam{Schedule: rate(r, 0.001), Beta1: optional(r, "beta_1"), Beta2: optional(r, "beta_2"), Epsilon: r.Float("epsilon", 0), Options: options(r)}
		},
	}
}

func adam(r *config.Reader) Adam {
	return Adam{Schedule: rate(r, 0.001), Beta1: optional(r, "beta_1"), Beta2: optional(r, "beta_2"),
		Epsilon: r.Float("epsilon", 0), AMSGrad: r.Bool("amsgrad", false), Options: options(r)}
}

// Decode reads an optimiser as Keras 3 or Keras 2 describes it. Keras 2's lr
// is the learning rate and its decay d an InverseTimeDecay, lr / (1 + d·step).
func Decode(object config.Object) (Optimizer, error) {
	decode := decoders()[strings.ToLower(object.Class)]
	if decode == nil {
		return nil, fmt.Errorf("optimizers: there is no optimizer %q, expected SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta, Adamax or Nadam", object.Class)
	}
	r := config.NewReader(object)
	o := decode(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	if err := check(o); err != nil {
		return nil, err
	}
	return o, nil
}

func options(r *config.Reader) Options {
	return Options{
		WeightDecay:    optional(r, "weight_decay"),
		ClipNorm:       r.Float("clipnorm", 0),
		GlobalClipNorm: r.Float("global_clipnorm", 0),
		ClipValue:      r.Float("clipvalue", 0),
		EMA: EMA{
			Use:            r.Bool("use_ema", false),
			Momentum:       optional(r, "ema_momentum"),
			OverwriteEvery: r.Int("ema_overwrite_frequency", 0),
		},
		AccumulationSteps: r.Int("gradient_accumulation_steps", 0),
	}
}

// optional returns a number that may be missing.
func optional(r *config.Reader, key string) *float64 {
	if !r.Has(key) {
		return nil
	}
	return new(r.Float(key, 0))
}

// rate returns the learning rate by any of its spellings; 0 stays 0.
func rate(r *config.Reader, missing float64) Schedule {
	key := "learning_rate"
	if !r.Has(key) && r.Has("lr") {
		key = "lr"
	}
	if _, nested := r.Value(key).(config.Map); nested {
		schedule, err := DecodeSchedule(r.Object(key))
		if err != nil {
			r.Fail(key, err)
		}
		return schedule
	}
	initial := r.Float(key, missing)
	if decay := r.Float("decay", 0); decay != 0 {
		return InverseTimeDecay{InitialLearningRate: initial, DecaySteps: 1, DecayRate: decay}
	}
	return Constant{initial}
}

// DecodeSchedule reads a schedule as Keras describes it.
func DecodeSchedule(object config.Object) (Schedule, error) {
	r := config.NewReader(object)
	initial := r.Float("initial_learning_rate", 0)
	steps := r.Int("decay_steps", 1)
	var schedule Schedule
	switch object.Class {
	case "Constant":
		schedule = Constant{r.Float("learning_rate", 0)}
	case "ExponentialDecay":
		schedule = ExponentialDecay{initial, steps, r.Float("decay_rate", 0), r.Bool("staircase", false)}
	case "InverseTimeDecay":
		schedule = InverseTimeDecay{initial, steps, r.Float("decay_rate", 0), r.Bool("staircase", false)}
	case "PolynomialDecay":
		schedule = PolynomialDecay{initial, steps, optional(r, "end_learning_rate"), r.Float("power", 1), r.Bool("cycle", false)}
	case "PiecewiseConstantDecay":
		boundaries, values := r.Ints("boundaries", nil), r.Floats("values", nil)
		if len(values) != len(boundaries)+1 {
			r.Fail("values", fmt.Errorf("%d values for %d boundaries, expected one value more", len(values), len(boundaries)))
		}
		schedule = PiecewiseConstantDecay{boundaries, values}
	case "CosineDecay":
		schedule = CosineDecay{initial, steps, r.Float("alpha", 0), optional(r, "warmup_target"), r.Int("warmup_steps", 0)}
	case "CosineDecayRestarts":
		steps = r.Int("first_decay_steps", 1)
		schedule = CosineDecayRestarts{initial, steps, r.Float("t_mul", 2), r.Float("m_mul", 1), r.Float("alpha", 0)}
	default:
		return nil, fmt.Errorf("optimizers: there is no schedule %q, expected ExponentialDecay, InverseTimeDecay, PolynomialDecay, PiecewiseConstantDecay, CosineDecay or CosineDecayRestarts", object.Class)
	}
	if steps <= 0 {
		r.Fail("decay_steps", fmt.Errorf("got %d, expected a positive number of steps", steps))
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return schedule, nil
}
