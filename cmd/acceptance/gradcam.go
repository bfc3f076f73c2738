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
			bar:   "maps, divided by their largest value, within 1e-3 of those computed with TensorFlow for the same weights and pictures",
			needs: needsKerasData, sources: []string{"gradcam.py"}, rooms: []string{"explain"}, measure: measureGradCAM},
	}
}

// explained is a model whose maps are compared.
type explained struct {
	name, photos string
	// methods are compared beside both at the default layer.
	methods []explain.GradCAM
	// deep is a layer with rectifiers behind it; empty for none.
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
	r.note("The pictures that both get are prepared by Lince, the weights are those of the file that Lince saved. Scores are those before softmax or sigmoid, of the likeliest class. The head on MobileNetV2 is as it was drawn. Grad-CAM++ is compared behind rectifiers, as it is meant: it divides by 2 + g·ΣA, which comes near 0 where a layer's result A is negative. A rectifier behind the layer passes a gradient or does not; where its input lies within rounding of 0, engines and precisions decide differently, and a few maps of deep layers differ by more than rounding.")
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

// maps returns Lince's maps by a method and TensorFlow's of the given names,
// and what they are called.
func (c comparison) maps(ctx context.Context, method explain.GradCAM, names ...string) (own []float32, arrays map[string]*tensor.Tensor, what string, err error) {
	explainer, err := explain.New(ctx, c.model, method)
	if err != nil {
		return nil, nil, "", err
	}
	defer explainer.Close()
	heats, err := explainer.Batch(ctx, c.x, "")
	if err != nil {
		return nil, nil, "", err
	}
	for _, h := range heats {
		own = append(own, h.Normalized()...)
	}
	request := map[string]any{
		"model": c.path, "arrays": "pixels.npz", "layer": explainer.Layer(), "plus": method.PlusPlus, "exact": len(names) > 1, "maps": "maps.npz",
	}
	if err := c.ask(ctx, script{"gradcam.py", gradCAMScript}, "maps", request, &struct{}{}); err != nil {
		return nil, nil, "", err
	}
	called := "Grad-CAM"
	if method.PlusPlus {
		called = "Grad-CAM++"
	}
	arrays, err = readArrays(c.session.path("maps.npz"), names...)
	return own, arrays, fmt.Sprintf("%s, %s at %s, %d photos", c.name, called, explainer.Layer(), len(heats)), err
}

// within bounds the difference of all maps.
func (c comparison) within(ctx context.Context, method explain.GradCAM) error {
	own, arrays, what, err := c.maps(ctx, method, "maps")
	if err != nil {
		return err
	}
	difference, err := largestDifference(own, arrays["maps"].Float32s())
	c.result.atMost(what+": largest difference", difference, 1e-3, "")
	return err
}

// deep bounds the difference of all maps, too, and tells beside it that of the
// median photo and that of TensorFlow's own two precisions.
func (c comparison) deep(ctx context.Context, method explain.GradCAM) error {
	own, arrays, what, err := c.maps(ctx, method, "maps", "exact")
	if err != nil {
		return err
	}
	photos := c.x.Shape()[0]
	area := len(own) / photos
	middle, largest, err := spread(own, arrays["maps"].Float32s(), area)
	if err != nil {
		return err
	}
	_, theirs, err := spread(arrays["maps"].Float32s(), arrays["exact"].Float32s(), area)
	if err != nil {
		return err
	}
	c.result.atMost(what+": largest difference", largest, 1e-3, "")
	c.result.tell(what+": difference in the median photo", middle, "")
	c.result.tell(what+": largest difference of TensorFlow in float32 and float64", theirs, "")
	return nil
}

// spread returns the median and the largest of the maps' largest differences.
func spread(a, b []float32, area int) (median, largest float64, err error) {
	var differences []float64
	for ; len(a) > 0 && len(b) >= area; a, b = a[area:], b[area:] {
		difference, err := largestDifference(a[:area], b[:area])
		if err != nil {
			return 0, 0, err
		}
		differences = append(differences, difference)
	}
	if len(a) != len(b) || len(differences) == 0 {
		return 0, 0, fmt.Errorf("%d and %d values are left over of maps of %d", len(a), len(b), area)
	}
	slices.Sort(differences)
	return differences[len(differences)/2], differences[len(differences)-1], nil
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
