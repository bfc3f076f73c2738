package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// applicationsScript is Keras' half.
//
//go:embed applications.py
var applicationsScript string

// variant is an application as Keras and Lince are told to build it.
type variant struct {
	application applications.Application
	// what tells it from the application with its default settings.
	what string
	// arguments are Keras', options Lince's.
	arguments map[string]any
	options   applications.Options
	// last is the last spatial layer if it is not the manifest's.
	last string
}

// variants are settings that change an application's layers.
func variants() []variant {
	return []variant{
		{application: applications.EfficientNetB0, what: "with the scaling of the published weights",
			arguments: map[string]any{"weights": "imagenet"}, options: applications.Options{ImageNetScaling: true}},
		{application: applications.MobileNet, what: "0.25 wide",
			arguments: map[string]any{"alpha": 0.25}, options: applications.Options{Alpha: 0.25}},
		{application: applications.MobileNetV2, what: "0.35 wide",
			arguments: map[string]any{"alpha": 0.35}, options: applications.Options{Alpha: 0.35}},
		{application: applications.MobileNetV2, what: "1.4 wide",
			arguments: map[string]any{"alpha": 1.4}, options: applications.Options{Alpha: 1.4}},
		{application: applications.MobileNetV3Large, what: "0.75 wide",
			arguments: map[string]any{"alpha": 0.75}, options: applications.Options{Alpha: 0.75}},
		{application: applications.MobileNetV3Small, what: "minimalistic", last: "re_lu_22",
			arguments: map[string]any{"minimalistic": true}, options: applications.Options{Minimalistic: true}},
		{application: applications.EfficientNetV2B0, what: "without preprocessing",
			arguments: map[string]any{"include_preprocessing": false}, options: applications.Options{NoPreprocessing: true}},
	}
}

// likeness is how an application compares with Keras'.
type likeness struct {
	// Logits and Features are the largest differences of a value, to the
	// largest value, over the files it was loaded from.
	Logits, Features float64
	// Layers are those whose name or class is another, Parameters by how many
	// the numbers of weights differ.
	Layers, Parameters int
}

// kerasNetwork is what Keras says of an application.
type kerasNetwork struct {
	Layers, Classes []string
	Parameters      int
}

// measureApplications compares every application with Keras', its weights
// random and loaded from both of Keras' formats.
func measureApplications(ctx context.Context, s *session) (*result, error) {
	if s.python == "" {
		return nil, missing{needsKeras}
	}
	var all []variant
	for _, m := range applications.All() {
		all = append(all, variant{application: m.Application})
	}
	all = append(all, variants()...)
	if s.quick {
		all = slices.DeleteFunc(all, func(v variant) bool {
			return v.what == "" && !slices.Contains([]applications.Application{applications.ResNet20, applications.SqueezeNet, applications.EfficientNetB0}, v.application)
		})
	}
	r := &result{}
	different, parameters := 0, 0
	found := make([]likeness, len(all))
	err := s.inPairs(ctx, len(all), func(ctx context.Context, own *session, i int) (err error) {
		name := all[i].name()
		found[i], err = part(ctx, own, name, own.state, func() (likeness, error) { return own.compareApplication(ctx, all[i], i+1) })
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	for i, v := range all {
		name, l := v.name(), found[i]
		r.atMost(name+": logits", l.Logits, 1e-4, "")
		r.atMost(name+": last spatial layer", l.Features, 1e-4, "")
		different += l.Layers
		parameters += l.Parameters
	}
	r.equals("layers of another name or class than Keras'", float64(different), 0, "")
	r.equals("weights more or less than Keras has", float64(parameters), 0, "")
	r.note(`Two pictures of the default size; all weights, batch normalisations' gamma, beta, mean and variance included, drawn by
		Keras and loaded from a legacy .h5, by order, and from a .keras, as weights and as a whole model. A difference is that
		of a value to the largest value of its kind.`)
	return r, nil
}

func (v variant) name() string {
	if v.what == "" {
		return string(v.application)
	}
	return string(v.application) + ", " + v.what
}

// compareApplication lets Keras make the files of an application and loads
// them.
func (s *session) compareApplication(ctx context.Context, v variant, seed int) (l likeness, err error) {
	known, err := v.application.Manifest()
	if err != nil {
		return l, err
	}
	if v.last == "" {
		v.last = known.LastSpatial
	}
	x, err := noisyPictures(v.application, known)
	if err != nil {
		return l, err
	}
	if err := writeArrays(s.path("pictures.npz"), map[string]*tensor.Tensor{"x": x}); err != nil {
		return l, err
	}
	legacy, archive := s.path("application.h5"), s.path("application.keras")
	request := map[string]any{
		"networks": filepath.Join(s.root, "applications", "testdata"), "title": known.Title, "arguments": v.arguments, "seed": seed,
		"last": v.last, "pictures": "pictures.npz", "results": "results.npz", "legacy": legacy, "archive": archive,
	}
	var keras kerasNetwork
	if err := s.ask(ctx, script{"applications.py", applicationsScript}, "make", request, &keras); err != nil {
		return l, err
	}
	arrays, err := readArrays(s.path("results.npz"), "features", "logits")
	if err != nil {
		return l, err
	}
	for _, weights := range []string{legacy, archive} {
		v.options.Weights, v.options.ClassifierActivation = weights, activations.Linear
		m, err := v.application.Model(ctx, v.options)
		if err != nil {
			return l, err
		}
		l.compareLayers(m, keras)
		if err := l.compareOutputs(ctx, m, v.last, x, arrays); err != nil {
			return l, err
		}
	}
	m, err := lince.LoadWith(archive, lince.LoadOptions{NoCompile: true})
	if err != nil {
		return l, err
	}
	return l, l.compareOutputs(ctx, m, v.last, x, arrays)
}

// noisyPictures returns two pictures of noise as an application takes them.
func noisyPictures(a applications.Application, known applications.Manifest) (*tensor.Tensor, error) {
	channels := cmp.Or(known.Channels, 3)
	stream := random.NewStream(1)
	pixels := make([]float32, 2*known.Size*known.Size*channels)
	for i := range pixels {
		pixels[i] = float32(stream.Intn(256))
	}
	x, err := tensor.Of(pixels, 2, known.Size, known.Size, channels)
	if err != nil {
		return nil, err
	}
	return a.PreprocessInput(x)
}

func (l *likeness) compareLayers(m *lince.Model, keras kerasNetwork) {
	l.Layers, l.Parameters = 0, max(m.Parameters(), keras.Parameters)-min(m.Parameters(), keras.Parameters)
	instances := m.Layers()
	for i := range max(len(instances), len(keras.Layers)) {
		if i >= min(len(instances), len(keras.Layers)) || instances[i].Name() != keras.Layers[i] || instances[i].Class() != keras.Classes[i] {
			l.Layers++
		}
	}
}

// compareOutputs runs a model, which it closes.
func (l *likeness) compareOutputs(ctx context.Context, m *lince.Model, name string, x *tensor.Tensor, arrays map[string]*tensor.Tensor) error {
	defer m.Close()
	last := m.Layer(name)
	if last == nil {
		return fmt.Errorf("there is no layer %q", name)
	}
	both, err := lince.NewModel(m.Inputs(), lince.Outputs(last.Output(), m.Outputs()[0]))
	if err != nil {
		return err
	}
	defer both.Close()
	outputs, err := both.PredictOnBatch(ctx, x)
	if err != nil {
		return err
	}
	for i, worst := range []*float64{&l.Features, &l.Logits} {
		keras := arrays[[]string{"features", "logits"}[i]].Float32s()
		difference, err := largestDifference(outputs[i].Float32s(), keras)
		if err != nil {
			return err
		}
		*worst = math.Max(*worst, difference/largestOf(keras))
	}
	return nil
}

// largestOf returns the largest |value|.
func largestOf(values []float32) float64 {
	largest := 0.0
	for _, value := range values {
		largest = math.Max(largest, math.Abs(float64(value)))
	}
	return largest
}
