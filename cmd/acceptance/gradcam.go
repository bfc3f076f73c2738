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
	open    func(ctx context.Context, s *session) (*lince.Model, error)
}

// measureGradCAM saves each model for Keras to load, prepares photos, and
// compares the maps that both make of them.
func measureGradCAM(ctx context.Context, s *session) (*result, error) {
	r := &result{}
	for _, e := range []explained{
		{"cat_dog_model.keras", "cats-dogs/test", []explain.GradCAM{{Layer: "conv2d_10"}}, openPets},
		{"SqueezeNet", "imagenet-250", []explain.GradCAM{{Layer: "fire9_concat"}}, openSqueezeNet},
		{"MobileNetV2 0.35 within a model", "cats-dogs/test", []explain.GradCAM{{Layer: "mobilenetv2/Conv_1"}, {Layer: "mobilenetv2/block_12_add"}}, openNested},
	} {
		if err := s.compareMaps(ctx, r, e); err != nil {
			return r, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	r.note("The pictures that both get are prepared by Lince, the weights are those of the file that Lince saved. Scores are those before softmax or sigmoid, of the likeliest class. The head on MobileNetV2 is as it was drawn. Grad-CAM++ is compared behind rectifiers, as it is meant: it divides by 2 + g·ΣA, which comes near 0 where a layer's result A is negative.")
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
	for _, method := range append([]explain.GradCAM{{}, {PlusPlus: true}}, e.methods...) {
		if err := s.compareMethod(ctx, r, e.name, m, method, path, x); err != nil {
			return err
		}
	}
	return nil
}

// compareMethod compares the maps of one method, which Keras computes of the
// model at path for the same pictures, kept in pixels.npz.
func (s *session) compareMethod(ctx context.Context, r *result, name string, m *lince.Model, method explain.GradCAM, path string, x *tensor.Tensor) error {
	explainer, err := explain.New(ctx, m, method)
	if err != nil {
		return err
	}
	defer explainer.Close()
	heats, err := explainer.Batch(ctx, x, "")
	if err != nil {
		return err
	}
	request := map[string]any{"model": path, "arrays": "pixels.npz", "layer": explainer.Layer(), "plus": method.PlusPlus, "maps": "maps.npz"}
	if err := s.ask(ctx, script{"gradcam.py", gradCAMScript}, "maps", request, &struct{}{}); err != nil {
		return err
	}
	arrays, err := readArrays(s.path("maps.npz"), "maps")
	if err != nil {
		return err
	}
	var own []float32
	for _, h := range heats {
		own = append(own, h.Normalized()...)
	}
	difference, err := largestDifference(own, arrays["maps"].Float32s())
	if err != nil {
		return err
	}
	called := "Grad-CAM"
	if method.PlusPlus {
		called = "Grad-CAM++"
	}
	r.atMost(fmt.Sprintf("%s, %s at %s: largest difference over %d photos", name, called, explainer.Layer(), len(heats)), difference, 1e-3, "")
	return nil
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
