package golden

import (
	"encoding/json"
	"slices"
	"testing"
)

// must returns what a set's loader returns.
func must[T any](t *testing.T) func(T, error) T {
	return func(cases T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return cases
	}
}

// names collects the keys of all cases and fails on a case that is named twice.
func names[T any](t *testing.T, cases []T, nameAndClass func(T) (name, class string)) []string {
	t.Helper()
	var seen, classes []string
	for _, c := range cases {
		name, class := nameAndClass(c)
		if slices.Contains(seen, name) {
			t.Errorf("two cases are named %q", name)
		}
		seen, classes = append(seen, name), append(classes, class)
	}
	return classes
}

func wantAll(t *testing.T, got []string, want ...string) {
	t.Helper()
	for _, class := range want {
		if !slices.Contains(got, class) {
			t.Errorf("no case of %s", class)
		}
	}
}

func wantShape(t *testing.T, what string, got, want Array) {
	t.Helper()
	if !got.Shape.Equal(want.Shape) {
		t.Errorf("%s has the shape %v, want %v", what, got.Shape, want.Shape)
	}
}

func TestLayers(t *testing.T) {
	cases := must[[]Layer](t)(Layers())
	wantAll(t, names(t, cases, func(c Layer) (string, string) { return c.Name, c.Class }),
		"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "MaxPooling2D", "AveragePooling2D",
		"GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten", "Dense", "Dropout", "SpatialDropout2D",
		"BatchNormalization", "LayerNormalization", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax",
		"ZeroPadding2D", "Cropping2D", "UpSampling2D", "Reshape", "Permute", "Rescaling", "Resizing", "Normalization",
		"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
	for _, c := range cases {
		wantShape(t, c.Name+": upstream", c.Upstream, c.Output)
		for i, gradient := range c.InputGradients {
			wantShape(t, c.Name+": input gradient", gradient, c.Inputs[i])
		}
		for _, w := range c.Weights {
			switch {
			case w.Trainable && w.Gradient != nil:
				wantShape(t, c.Name+": gradient of "+w.Path, *w.Gradient, w.Value)
			case !w.Trainable && w.After != nil:
				wantShape(t, c.Name+": "+w.Path+" afterwards", *w.After, w.Value)
			default:
				t.Errorf("%s: weight %s has neither gradient nor value afterwards", c.Name, w.Path)
			}
		}
		if !json.Valid(c.Config) || c.Config[0] != '{' {
			t.Errorf("%s: config %.20s is no object", c.Name, c.Config)
		}
	}
}

// A frozen batch normalisation keeps its statistics even in training, a live
// one moves them: the facts that the cases are there for.
func TestBatchNormalizationCases(t *testing.T) {
	moves := map[string]bool{"batch norm training": true, "batch norm inference": false, "batch norm frozen": false}
	for _, c := range must[[]Layer](t)(Layers()) {
		want, listed := moves[c.Name]
		if !listed {
			continue
		}
		mean := c.Weights[slices.IndexFunc(c.Weights, func(w Weight) bool { return w.Name == "moving_mean" })]
		if got := !slices.Equal(mean.Value.Values, mean.After.Values); got != want {
			t.Errorf("%s: moving mean moved: %v, want %v", c.Name, got, want)
		}
		delete(moves, c.Name)
	}
	if len(moves) > 0 {
		t.Errorf("cases missing: %v", moves)
	}
}

func TestAugmentations(t *testing.T) {
	cases := must[[]Augmentation](t)(Augmentations())
	wantAll(t, names(t, cases, func(c Augmentation) (string, string) { return c.Name, c.Class }),
		"RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast", "RandomBrightness")
	for _, c := range cases {
		wantShape(t, c.Name, c.Output, c.Input)
		if len(c.Drawn) == 0 || slices.Equal(c.Input.Values, c.Output.Values) {
			t.Errorf("%s: drawn %v leaves the pictures as they were", c.Name, c.Drawn)
		}
	}
}

func TestActivations(t *testing.T) {
	cases := must[[]Activation](t)(Activations())
	var got []string
	for _, c := range cases {
		got = append(got, c.Name)
		wantShape(t, c.Name+": gradient", c.Gradient, c.Input)
		wantShape(t, c.Name+": upstream", c.Upstream, c.Output)
	}
	wantAll(t, got, "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
		"hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
		"soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish",
		"tanh", "tanh_shrink", "threshold")
}

func TestLosses(t *testing.T) {
	cases := must[[]Loss](t)(Losses())
	wantAll(t, names(t, cases, func(c Loss) (string, string) { return c.Name, c.Class }),
		"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryFocalCrossentropy",
		"CategoricalFocalCrossentropy", "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
		"MeanSquaredLogarithmicError", "Huber", "LogCosh", "Hinge", "SquaredHinge", "CategoricalHinge", "KLDivergence",
		"Poisson", "CosineSimilarity")
	for _, c := range cases {
		wantShape(t, c.Name+": gradient", c.Gradient, c.Predictions)
	}
}

func TestMetrics(t *testing.T) {
	cases := must[[]Metric](t)(Metrics())
	wantAll(t, names(t, cases, func(c Metric) (string, string) { return c.Name, c.Class }),
		"Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "TopKCategoricalAccuracy",
		"SparseTopKCategoricalAccuracy", "Precision", "Recall", "TruePositives", "TrueNegatives", "FalsePositives",
		"FalseNegatives", "F1Score", "FBetaScore", "AUC", "BinaryCrossentropy", "CategoricalCrossentropy",
		"SparseCategoricalCrossentropy", "KLDivergence", "Hinge", "CategoricalHinge", "MeanSquaredError",
		"RootMeanSquaredError", "MeanAbsoluteError")
	for _, c := range cases {
		if len(c.Batches) != 3 || len(c.State) == 0 {
			t.Errorf("%s: %d batches, %d variables", c.Name, len(c.Batches), len(c.State))
		}
	}
}

func TestOptimizers(t *testing.T) {
	cases := must[[]Optimizer](t)(Optimizers())
	wantAll(t, names(t, cases, func(c Optimizer) (string, string) { return c.Name, c.Class }),
		"SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "Nadam")
	for _, c := range cases {
		if len(c.Steps) != 6 || len(c.Variables) != 3 || len(c.State) == 0 || c.State[0].Name != "iteration" {
			t.Fatalf("%s: %d steps, %d variables, state %v", c.Name, len(c.Steps), len(c.Variables), c.State)
		}
		for _, step := range c.Steps {
			for i, v := range c.Variables {
				wantShape(t, c.Name+": gradient of "+v.Name, step.Gradients[i], v.Value)
				wantShape(t, c.Name+": "+v.Name, step.Weights[i], v.Value)
			}
		}
	}
}

func TestSchedules(t *testing.T) {
	cases := must[[]Schedule](t)(Schedules())
	wantAll(t, names(t, cases, func(c Schedule) (string, string) { return c.Name, c.Class }),
		"ExponentialDecay", "InverseTimeDecay", "PolynomialDecay", "PiecewiseConstantDecay", "CosineDecay", "CosineDecayRestarts")
	for _, c := range cases {
		if len(c.Steps) != len(c.Rates.Values) {
			t.Errorf("%s: %d rates for %d steps", c.Name, len(c.Rates.Values), len(c.Steps))
		}
	}
}

func TestInitializers(t *testing.T) {
	cases := must[[]Initializer](t)(Initializers())
	wantAll(t, names(t, cases, func(c Initializer) (string, string) { return c.Name, c.Class }),
		"Zeros", "Ones", "Constant", "Identity", "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform",
		"LecunNormal", "VarianceScaling", "RandomUniform", "RandomNormal", "TruncatedNormal", "Orthogonal")
	kinds := []string{"uniform", "normal", "truncated_normal", "orthogonal"}
	for _, c := range cases {
		if len(c.Values) == 0 && len(c.Distributions) == 0 {
			t.Errorf("%s: neither values nor distributions", c.Name)
		}
		for _, d := range c.Distributions {
			if !slices.Contains(kinds, d.Kind) || d.B <= d.A && d.Kind == "uniform" {
				t.Errorf("%s: distribution %+v", c.Name, d)
			}
		}
	}
}

func TestRegularizers(t *testing.T) {
	cases := must[[]Regularizer](t)(Regularizers())
	wantAll(t, names(t, cases, func(c Regularizer) (string, string) { return c.Name, c.Class }),
		"L1", "L2", "L1L2", "OrthogonalRegularizer")
	for _, c := range cases {
		wantShape(t, c.Name, c.Gradient, c.Weights)
	}
}

func TestTrainings(t *testing.T) {
	training := must[Training](t)(Trainings())
	wantAll(t, names(t, training.Runs, func(r Run) (string, string) { return r.Name, r.Optimizer.Class }), "SGD", "RMSprop", "Adam")
	for _, run := range training.Runs {
		batches := training.Batches[run.Architecture]
		if len(batches) != 10 || len(run.Losses) != 10 {
			t.Fatalf("%s: %d batches, %d losses", run.Name, len(batches), len(run.Losses))
		}
		for i, w := range run.Initial {
			if w.Path != run.First[i].Path || w.Path != run.Final[i].Path {
				t.Errorf("%s: weight %d is %s, %s, %s", run.Name, i, w.Path, run.First[i].Path, run.Final[i].Path)
			}
			if slices.Equal(w.Value.Values, run.Final[i].Value.Values) {
				t.Errorf("%s: %s never changed", run.Name, w.Path)
			}
		}
	}
}

func TestModels(t *testing.T) {
	models := must[[]Model](t)(Models())
	wantAll(t, names(t, models, func(m Model) (string, string) { return m.Name, m.Name }), "example_cnn", "every_layer", "transfer")
	random := []string{"RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast", "RandomBrightness"}
	for _, m := range models {
		var classes []string
		parameters := 0
		for _, l := range m.Layers {
			classes = append(classes, l.Class)
			parameters += l.Parameters
		}
		if parameters != m.Parameters || len(m.Summaries) == 0 {
			t.Errorf("%s: layers have %d parameters, the model %d; %d summaries", m.Name, parameters, m.Parameters, len(m.Summaries))
		}
		if m.Name == "every_layer" {
			wantAll(t, classes, append(random, names(t, must[[]Layer](t)(Layers()), func(c Layer) (string, string) { return c.Name, c.Class })...)...)
		}
	}
}
