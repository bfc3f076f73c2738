package losses

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/config"
)

// decoder reads the fields of a class.
type decoder func(*config.Reader) Loss

func plain(l Loss) decoder { return func(*config.Reader) Loss { return l } }

// decoders has every class by Keras' names in lower case without underscores,
// so that BinaryCrossentropy and binary_crossentropy are one.
func decoders() map[string]decoder {
	all := map[string]decoder{
		"binarycrossentropy": func(r *config.Reader) Loss {
			return BinaryCrossentropy{r.Bool("from_logits", false), r.Float("label_smoothing", 0)}
		},
		"binaryfocalcrossentropy": func(r *config.Reader) Loss {
			return BinaryFocalCrossentropy{r.Bool("apply_class_balancing", false), r.Float("alpha", 0), optional(r, "gamma"),
				r.Bool("from_logits", false), r.Float("label_smoothing", 0)}
		},
		"categoricalcrossentropy": func(r *config.Reader) Loss {
			return CategoricalCrossentropy{r.Bool("from_logits", false), r.Float("label_smoothing", 0)}
		},
		"categoricalfocalcrossentropy": func(r *config.Reader) Loss {
			return CategoricalFocalCrossentropy{r.Floats("alpha", nil), optional(r, "gamma"),
				r.Bool("from_logits", false), r.Float("label_smoothing", 0)}
		},
		"sparsecategoricalcrossentropy": func(r *config.Reader) Loss {
			l := SparseCategoricalCrossentropy{FromLogits: r.Bool("from_logits", false)}
			if r.Has("ignore_class") {
				l.IgnoreClass = new(r.Int("ignore_class", 0))
			}
			return l
		},
		"huber":                       func(r *config.Reader) Loss { return Huber{r.Float("delta", 0)} },
		"meansquarederror":            plain(MeanSquaredError{}),
		"meanabsoluteerror":           plain(MeanAbsoluteError{}),
		"meanabsolutepercentageerror": plain(MeanAbsolutePercentageError{}),
		"meansquaredlogarithmicerror": plain(MeanSquaredLogarithmicError{}),
		"logcosh":                     plain(LogCosh{}),
		"poisson":                     plain(Poisson{}),
		"hinge":                       plain(Hinge{}),
		"squaredhinge":                plain(SquaredHinge{}),
		"categoricalhinge":            plain(CategoricalHinge{}),
		"kldivergence":                plain(KLDivergence{}),
		"cosinesimilarity":            plain(CosineSimilarity{}),
	}
	for short, name := range map[string]string{
		"mse": "meansquarederror", "mae": "meanabsoluteerror", "mape": "meanabsolutepercentageerror",
		"msle": "meansquaredlogarithmicerror", "kld": "kldivergence", "kullbackleiblerdivergence": "kldivergence",
		"bce": "binarycrossentropy", "huberloss": "huber",
	} {
		all[short] = all[name]
	}
	return all
}

// Decode reads a loss as Keras describes it: by its class with a
// configuration, or by the name of its function or a short name (mse).
func Decode(object config.Object) (Loss, error) {
	decode := decoders()[strings.ReplaceAll(strings.ToLower(object.Class), "_", "")]
	if decode == nil {
		return nil, fmt.Errorf("losses: there is no loss %q, expected a name of Keras such as binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy or mean_squared_error", object.Class)
	}
	r := config.NewReader(object)
	loss := decode(r)
	by := reductionOf(r)
	if axis := r.Int("axis", -1); axis != -1 {
		r.Fail("axis", fmt.Errorf("got %d, expected -1, the last dimension", axis))
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	if by != SumOverBatchSize {
		return Reduced{loss, by}, nil
	}
	return loss, nil
}

// reductionOf reads the reduction; Keras 2's auto is the usual one.
func reductionOf(r *config.Reader) Reduction {
	switch name := r.String("reduction", "mean"); name {
	case "sum_over_batch_size", "mean", "auto":
	case "sum":
		return Sum
	case "mean_with_sample_weight":
		return WeightedMean
	default:
		r.Fail("reduction", fmt.Errorf("got %q, expected sum_over_batch_size, sum or mean_with_sample_weight", name))
	}
	return SumOverBatchSize
}

func optional(r *config.Reader, key string) *float64 {
	if !r.Has(key) {
		return nil
	}
	return new(r.Float(key, 0))
}
