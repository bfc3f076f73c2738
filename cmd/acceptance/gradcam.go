package main

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// gradCAMScript is TensorFlow's half.
//
//go:embed gradcam.py
var gradCAMScript string

// explainRows are those of explaining predictions.
func explainRows() []row {
	return []row{
		{name: "gradcam", what: "Grad-CAM and Grad-CAM++ of real photos beside TensorFlow's: cat_dog_model.keras, SqueezeNet, and a head on MobileNetV2 0.35 within",
			bar:   "maps, divided by their largest value, within 1e-3 of those computed with TensorFlow for the same weights and pictures: as both compute by default, in float32, where no rectifier or one lies behind the layer; at a deep layer both in float64, since TensorFlow's own float32 is further than the bar from its float64 there",
			needs: needsKerasData, sources: []string{"gradcam.py"}, rooms: []string{"explain"}, measure: measureGradCAM},
	}
}

// explained is a model whose maps are compared.
type explained struct {
	name, photos string
	// methods are compared beside both at the default layer.
	methods []explain.GradCAM
	// deep is a layer with many rectifiers behind it; empty for none.
	deep string
	open func(ctx context.Context, s *session) (*lince.Model, error)
}

// measureGradCAM saves each model for Keras to load, prepares photos, and
// compares the maps that both make of them.
func measureGradCAM(ctx context.Context, s *session) (*result, error) {
	r := &result{}
	for _, e := range []explained{
		{"cat_dog_model.keras", "cats-dogs/test", []explain.GradCAM{{Layer: "conv2d_10"}}, "", openPets},
		{"SqueezeNet", "imagenet-250", []explain.GradCAM{{Layer: "fire9_concat"}}, "", openSqueezeNet},
		{"MobileNetV2 0.35 within a model", "cats-dogs/test", []explain.GradCAM{{Layer: "mobilenetv2/Conv_1"}}, "mobilenetv2/block_12_add", openNested},
	} {
		if err := s.compareMaps(ctx, r, e); err != nil {
			return r, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	r.note(`The pictures that both get are prepared by Lince, the weights are those of the file that Lince saved.
		Scores are those before softmax or sigmoid, of the likeliest class. The head on MobileNetV2 is as it was drawn.
		Grad-CAM++ is compared behind rectifiers, as it is meant: it divides by 2 + g·ΣA, which comes near 0 where a layer's result A is negative.`)
	r.note(`At the deep layer float32 does not determine the map: a rectifier behind it passes a gradient or does not,
		and where its input lies within rounding of 0 that is decided by the order of sums. One decided otherwise moves
		the map by up to 3e-3. So it is for TensorFlow with its own float64, and with itself where oneDNN is switched off.
		The bar is therefore held there in float64 by both, Lince by lince explain --float64; what float32 gives is told beside it.`)
	return r, nil
}

func (s *session) compareMaps(ctx context.Context, r *result, e explained) error {
	m, err := e.open(ctx, s)
	if err != nil {
		return err
	}
	defer m.Close()
	folder, err := s.dataPath(e.photos)
	if err != nil {
		return err
	}
	x, err := s.prepared(ctx, m, folder, s.fewer(24, 4))
	if err != nil {
		return err
	}
	path := s.path("explained.keras")
	if err := m.Save(path); err != nil {
		return err
	}
	if err := writeArrays(s.path("pixels.npz"), map[string]*tensor.Tensor{"x": x}); err != nil {
		return err
	}
	c := comparison{session: s, result: r, name: e.name, model: m, path: path, x: x}
	for _, method := range append([]explain.GradCAM{{}, {PlusPlus: true}}, e.methods...) {
		if err := c.within(ctx, method); err != nil {
			return err
		}
	}
	if e.deep == "" {
		return nil
	}
	return c.deep(ctx, explain.GradCAM{Layer: e.deep})
}

// comparison is of the maps of one model, which lies at path for Keras and
// gets the pictures x, kept in pixels.npz.
type comparison struct {
	*session
	result *result
	name   string
	model  *lince.Model
	path   string
	x      *tensor.Tensor
}

// own returns Lince's maps by a method, and the path of their layer.
func (c comparison) own(ctx context.Context, method explain.GradCAM) (maps []float32, layer string, err error) {
	explainer, err := explain.New(ctx, c.model, method)
	if err != nil {
		return nil, "", err
	}
	defer explainer.Close()
	heats, err := explainer.Batch(ctx, c.x, "")
	for _, h := range heats {
		maps = append(maps, h.Normalized()...)
	}
	return maps, explainer.Layer(), err
}

// theirs returns TensorFlow's maps in float32, with oneDNN as it is by default
// or without, and in float64.
func (c comparison) theirs(ctx context.Context, method explain.GradCAM, layer string, oneDNN bool) (single, double []float32, err error) {
	request := map[string]any{
		"model": c.path, "arrays": "pixels.npz", "layer": layer, "plus": method.PlusPlus, "onednn": oneDNN, "maps": "maps.npz",
	}
	if err := c.ask(ctx, script{"gradcam.py", gradCAMScript}, "maps", request, &struct{}{}); err != nil {
		return nil, nil, err
	}
	arrays, err := readArrays(c.session.path("maps.npz"), "single", "double")
	if err != nil {
		return nil, nil, err
	}
	return arrays["single"].Float32s(), arrays["double"].Float32s(), nil
}

// called says what is compared.
func (c comparison) called(method explain.GradCAM, layer string) string {
	name := "Grad-CAM"
	if method.PlusPlus {
		name = "Grad-CAM++"
	}
	return fmt.Sprintf("%s, %s at %s, %d photos", c.name, name, layer, c.photos())
}

func (c comparison) photos() int { return c.x.Shape()[0] }

// within bounds the difference of all maps as both compute by default, and tells
// that from TensorFlow's float64.
func (c comparison) within(ctx context.Context, method explain.GradCAM) error {
	own, layer, err := c.own(ctx, method)
	if err != nil {
		return err
	}
	single, double, err := c.theirs(ctx, method, layer, true)
	if err != nil {
		return err
	}
	what := c.called(method, layer)
	difference, err := largestDifference(own, single)
	if err != nil {
		return err
	}
	c.result.atMost(what+": largest difference", difference, 1e-3, "")
	return c.tellLargest(what+", beside TensorFlow's float64", own, double)
}

// deep bounds the difference of all maps that both compute in float64, and
// tells what float32 gives: Lince's, and TensorFlow's in two ways.
func (c comparison) deep(ctx context.Context, method explain.GradCAM) error {
	own, layer, err := c.own(ctx, method)
	if err != nil {
		return err
	}
	if err := c.model.Use(reference.New()); err != nil {
		return err
	}
	exact, _, err := c.own(ctx, method)
	if err != nil {
		return err
	}
	single, double, err := c.theirs(ctx, method, layer, true)
	if err != nil {
		return err
	}
	plain, _, err := c.theirs(ctx, method, layer, false)
	if err != nil {
		return err
	}
	what := c.called(method, layer)
	difference, err := largestDifference(exact, double)
	if err != nil {
		return err
	}
	c.result.atMost(what+", both in float64: largest difference", difference, 1e-3, "")
	median, beyond, err := c.spread(own, single)
	if err != nil {
		return err
	}
	c.result.tell(what+", both in float32: median difference", median, "")
	c.result.tell(what+", both in float32: photos further than 1e-3 apart", float64(beyond), "")
	for _, pair := range []struct {
		what string
		a, b []float32
	}{
		{"both in float32", own, single},
		{"both in float32, TensorFlow without oneDNN", own, plain},
		{"TensorFlow's float32 with and without oneDNN", single, plain},
		{"TensorFlow's float32 and its float64", single, double},
		{"Lince's float32 and TensorFlow's float64", own, double},
	} {
		if err := c.tellLargest(what+", "+pair.what, pair.a, pair.b); err != nil {
			return err
		}
	}
	return nil
}

func (c comparison) tellLargest(what string, a, b []float32) error {
	difference, err := largestDifference(a, b)
	c.result.tell(what+": largest difference", difference, "")
	return err
}

// spread returns the median of the photos' largest differences, and how many of
// them are beyond the bar.
func (c comparison) spread(a, b []float32) (median float64, beyond int, err error) {
	var differences []float64
	area := len(a) / c.photos()
	for at := 0; at+area <= min(len(a), len(b)); at += area {
		difference, err := largestDifference(a[at:at+area], b[at:at+area])
		if err != nil {
			return 0, 0, err
		}
		if !(difference <= 1e-3) {
			beyond++
		}
		differences = append(differences, difference)
	}
	slices.Sort(differences)
	return differences[len(differences)/2], beyond, nil
}

// prepared returns photos of a folder, spread over it, as a model takes them.
func (s *session) prepared(ctx context.Context, m *lince.Model, folder string, count int) (*tensor.Tensor, error) {
	var files []string
	for file, err := range images.Files(folder) {
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	slices.Sort(files)
	var values []float32
	for i := range count {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		picture, err := m.Preprocessing.Load(files[i*len(files)/count])
		if err != nil {
			return nil, err
		}
		values = append(values, picture...)
	}
	return tensor.Of(values, append(tensor.Shape{count}, m.Preprocessing.Shape()...)...)
}

func openPets(_ context.Context, s *session) (*lince.Model, error) {
	path, err := s.dataPath("models/cat_dog_model.keras")
	if err != nil {
		return nil, err
	}
	m, err := lince.Load(path)
	if err != nil {
		return nil, err
	}
	m.Preprocessing = &images.Preprocessing{TargetSize: images.Square(150), Rescale: 1. / 255}
	return m, nil
}

func openSqueezeNet(ctx context.Context, s *session) (*lince.Model, error) {
	folder, err := s.dataPath("models")
	if err != nil {
		return nil, err
	}
	return applications.SqueezeNet.Model(ctx, applications.Options{Weights: filepath.Join(folder, "squeezenet_v1.0_imagenet.h5")})
}

// openNested puts a head of two classes on MobileNetV2.
func openNested(ctx context.Context, s *session) (*lince.Model, error) {
	weights, err := s.dataPath("models/mobilenet_v2_0.35_224_no_top.h5")
	if err != nil {
		return nil, err
	}
	base, err := applications.MobileNetV2.Model(ctx, applications.Options{
		NoTop: true, Alpha: pretrainedAlpha, InputShape: []int{pretrainedSize, pretrainedSize, 3}, Weights: weights,
	})
	if err != nil {
		return nil, err
	}
	if err := base.Rename("mobilenetv2"); err != nil {
		return nil, err
	}
	m, err := lince.Sequential(base, layers.GlobalAveragePooling2D{Name: "pooled"}, layers.Dense{Units: 2, Activation: activations.Softmax, Name: "decision"})
	if err != nil {
		return nil, err
	}
	m.Preprocessing = base.Preprocessing
	return m, nil
}
