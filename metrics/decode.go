package metrics

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/losses"
)

// decoders has the classes that are no losses by Keras' names in lower case
// without underscores.
func decoders() map[string]func(*config.Reader) Metric {
	plain := func(m Metric) func(*config.Reader) Metric { return func(*config.Reader) Metric { return m } }
	thresholds := func(r *config.Reader) []float64 { return r.Floats("thresholds", nil) }
	return map[string]func(*config.Reader) Metric{
		"acc": plain(Accuracy{}),
		"binaryaccuracy": func(r *config.Reader) Metric {
			return BinaryAccuracy{Threshold: optional(r, "threshold")}
		},
		"categoricalaccuracy":       plain(CategoricalAccuracy{}),
		"sparsecategoricalaccuracy": plain(SparseCategoricalAccuracy{}),
		"topkcategoricalaccuracy": func(r *config.Reader) Metric {
			return TopKCategoricalAccuracy{K: r.Int("k", 0)}
		},
		"sparsetopkcategoricalaccuracy": func(r *config.Reader) Metric {
			return SparseTopKCategoricalAccuracy{K: r.Int("k", 0)}
		},
		"precision": func(r *config.Reader) Metric {
			return Precision{Thresholds: thresholds(r), TopK: r.Int("top_k", 0), ClassID: class(r)}
		},
		"recall": func(r *config.Reader) Metric {
			return Recall{Thresholds: thresholds(r), TopK: r.Int("top_k", 0), ClassID: class(r)}
		},
		"truepositives":  func(r *config.Reader) Metric { return TruePositives{Thresholds: thresholds(r)} },
		"truenegatives":  func(r *config.Reader) Metric { return TrueNegatives{Thresholds: thresholds(r)} },
		"falsepositives": func(r *config.Reader) Metric { return FalsePositives{Thresholds: thresholds(r)} },
		"falsenegatives": func(r *config.Reader) Metric { return FalseNegatives{Thresholds: thresholds(r)} },
		"f1score": func(r *config.Reader) Metric {
			return F1Score{Average: average(r), Threshold: optional(r, "threshold")}
		},
		"fbetascore": func(r *config.Reader) Metric {
			return FBetaScore{Average: average(r), Beta: r.Float("beta", 0), Threshold: optional(r, "threshold")}
		},
		"auc":                  func(r *config.Reader) Metric { return auc(r) },
		"confusionmatrix":      plain(ConfusionMatrix{}),
		"rootmeansquarederror": plain(RootMeanSquaredError{}),
		"cosinesimilarity":     plain(CosineSimilarity{}),
	}
}

// Decode reads a metric as Keras describes it: by its class with a
// configuration or by a name, such as accuracy or mse, that History then uses.
// A loss is a metric by its [Mean].
func Decode(object config.Object) (Metric, error) {
	r := config.NewReader(object)
	if object.Class == "MeanMetricWrapper" { // how tf.keras 2 describes a function, by its name
		object.Class = r.String("name", "")
	}
	metric, err := decode(r, object)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return nil, err
	}
	name := metric.Name()
	if object.Class == strings.ToLower(object.Class) {
		name = object.Class
	}
	if name = r.String("name", name); name != metric.Name() {
		return Named{metric, name}, nil
	}
	return metric, nil
}

func decode(r *config.Reader, object config.Object) (Metric, error) {
	switch object.Class { // the class is not what the name is short for
	case "Accuracy":
		return ExactAccuracy{}, nil
	case "accuracy":
		return Accuracy{}, nil
	case "LogCoshError":
		return Mean{Loss: losses.LogCosh{}}, nil
	}
	if decode := decoders()[strings.ReplaceAll(strings.ToLower(object.Class), "_", "")]; decode != nil {
		return decode(r), nil
	}
	loss, err := losses.Decode(object)
	if err != nil {
		return nil, fmt.Errorf("metrics: there is no metric %q, expected a name of Keras such as accuracy, auc, precision, recall or that of a loss: %w", object.Class, err)
	}
	return Mean{Loss: loss}, nil
}

func auc(r *config.Reader) AUC {
	m := AUC{
		NumThresholds: r.Int("num_thresholds", 0), Thresholds: r.Floats("thresholds", nil),
		MultiLabel: r.Bool("multi_label", false), LabelWeights: r.Floats("label_weights", nil), FromLogits: r.Bool("from_logits", false),
	}
	if m.Thresholds != nil {
		m.NumThresholds = 0
	}
	switch curve := r.String("curve", "ROC"); curve {
	case "ROC":
	case "PR":
		m.Curve = PR
	default:
		r.Fail("curve", fmt.Errorf("got %q, expected ROC or PR", curve))
	}
	m.Summation = Summation(choice(r, "summation_method", summations[:]))
	return m
}

func average(r *config.Reader) Average { return Average(choice(r, "average", averages[:])) }

// choice returns the place of a text among the names, 0 if it is missing.
func choice(r *config.Reader, key string, names []string) int {
	name := r.String(key, names[0])
	at := slices.Index(names, name)
	if at < 0 {
		r.Fail(key, fmt.Errorf("got %q, expected one of %q", name, names))
		return 0
	}
	return at
}

func class(r *config.Reader) *int {
	if !r.Has("class_id") {
		return nil
	}
	return new(r.Int("class_id", 0))
}

func optional(r *config.Reader, key string) *float64 {
	if !r.Has(key) {
		return nil
	}
	return new(r.Float(key, 0))
}
