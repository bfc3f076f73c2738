package applications_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// Keras' rules for the arguments, and what the errors say.
func TestOptionsAreChecked(t *testing.T) {
	const imagenet = applications.ImageNet
	for what, c := range map[string]struct {
		of   applications.Application
		o    applications.Options
		want []string
	}{
		"classes with the published top": {applications.InceptionV3, applications.Options{Weights: imagenet, Classes: 2}, []string{"InceptionV3", "Classes is 2", "1000", "NoTop"}},
		"size with the published top":    {applications.InceptionV3, applications.Options{Weights: imagenet, InputShape: []int{150, 150, 3}}, []string{"150×150×3", "299×299", "NoTop"}},
		"too small":                      {applications.InceptionV3, applications.Options{NoTop: true, InputShape: []int{74, 150, 3}}, []string{"74×150×3", "75×75"}},
		"too small with top":             {applications.Xception, applications.Options{InputShape: []int{70, 71, 3}}, []string{"71×71"}},
		"varying with top":               {applications.ResNet50, applications.Options{InputShape: []int{-1, -1, 3}}, []string{"?×?×3", "fixed size"}},
		"two dimensions":                 {applications.ResNet50, applications.Options{InputShape: []int{224, 224}}, []string{"height, width and channels"}},
		"channels of published weights":  {applications.ResNet50, applications.Options{Weights: imagenet, NoTop: true, InputShape: []int{224, 224, 1}}, []string{"1 channels", "3"}},
		"no channels":                    {applications.ResNet50, applications.Options{InputShape: []int{224, 224, 0}}, []string{"0 channels"}},
		"negative classes":               {applications.VGG16, applications.Options{Classes: -1}, []string{"Classes is -1"}},
		"activation":                     {applications.VGG16, applications.Options{Weights: imagenet, ClassifierActivation: activations.Sigmoid}, []string{"sigmoid", "softmax or linear"}},
		"pooling":                        {applications.VGG16, applications.Options{NoTop: true, Pooling: "mean"}, []string{`"mean"`, "avg"}},
		"alpha of one width":             {applications.VGG16, applications.Options{Alpha: 0.5}, []string{"Alpha is 0.5", "one width"}},
		"unpublished alpha":              {applications.MobileNetV2, applications.Options{Weights: imagenet, Alpha: 0.6}, []string{"Alpha is 0.6", "0.35"}},
		"dropout":                        {applications.VGG16, applications.Options{Dropout: new(0.5)}, []string{"Dropout"}},
		"minimalistic":                   {applications.VGG16, applications.Options{Minimalistic: true}, []string{"MobileNetV3"}},
		"preprocessing":                  {applications.VGG16, applications.Options{NoPreprocessing: true}, []string{"VGG16"}},
		"nothing published":              {applications.SqueezeNet, applications.Options{Weights: imagenet}, []string{"no weights are published"}},
		"nothing to fetch with":          {applications.ResNet50, applications.Options{Weights: imagenet}, []string{"resnet50_weights_tf_dim_ordering_tf_kernels.h5", "Fetch", "https://"}},
		"no such file":                   {applications.ResNet20, applications.Options{Weights: "absent.h5"}, []string{"absent.h5"}},
		"no such application":            {"inception_v4", applications.Options{}, []string{"inception_v4", "All"}},
	} {
		m, err := c.of.Model(context.Background(), c.o)
		if err == nil || m != nil || !strings.HasPrefix(err.Error(), "applications: ") {
			t.Errorf("%s: model %v, error %v", what, m, err)
			continue
		}
		for _, word := range c.want {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v, expected %q in it", what, err, word)
			}
		}
	}
}

// The published weights are asked of Fetch by their name and hash.
func TestWeightsAreFetched(t *testing.T) {
	m, err := applications.ResNet20.Model(context.Background(), applications.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	path := filepath.Join(t.TempDir(), "other.weights.h5")
	if err := m.SaveWeights(path); err != nil {
		t.Fatal(err)
	}
	var asked []applications.WeightFile
	_, err = applications.InceptionV3.Model(context.Background(), applications.Options{
		NoTop: true, Weights: applications.ImageNet,
		Fetch: func(_ context.Context, file applications.WeightFile) (string, error) {
			asked = append(asked, file)
			return path, nil
		},
	})
	if len(asked) != 1 || asked[0].MD5 != "bcbd6486424b2319ff4ef7d526e38f63" || !asked[0].NoTop {
		t.Errorf("%v was fetched", asked)
	}
	if err == nil || !strings.Contains(err.Error(), path) { // which is another network's
		t.Errorf("%v, expected an error that names %s", err, path)
	}
}

func TestPreprocessingGoesWithTheModel(t *testing.T) {
	m, err := applications.Xception.Model(context.Background(), applications.Options{InputShape: []int{96, 128, 3}, NoTop: true})
	if err != nil {
		t.Fatal(err)
	}
	if p := m.Preprocessing; p == nil || p.TargetSize != (images.Size{Height: 96, Width: 128}) || p.Mode != images.TF {
		t.Errorf("%+v", p)
	}
	if m, err = applications.Xception.Model(context.Background(), applications.Options{NoTop: true}); err != nil || m.Preprocessing != nil {
		t.Errorf("a size that varies: %v, %v", m.Preprocessing, err)
	}
}

func TestPreprocessInputRefuses(t *testing.T) {
	for _, shape := range [][]int{{3}, {2, 2, 1}, {1, 2, 2, 4}} {
		x, err := tensor.New(tensor.Float32, shape...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := applications.VGG16.PreprocessInput(x); err == nil {
			t.Errorf("pictures of shape %v are taken", shape)
		}
	}
}

func TestClassIndexRefuses(t *testing.T) {
	for want, content := range map[string]string{
		"expected {":         `["tench"]`,
		"class 1 is missing": `{"0": ["n01440764", "tench"], "2": ["n01443537", "goldfish"]}`,
	} {
		path := filepath.Join(t.TempDir(), "index.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := applications.ReadClassIndex(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", content, err)
		}
	}
	x, err := tensor.New(tensor.Float32, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (applications.ClassIndex{{}, {}}).DecodePredictions(x, 1); err == nil {
		t.Error("predictions of three classes are decoded as two")
	}
}

// What every manifest must tell.
func TestManifestsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range applications.All() {
		if m.Title == "" || m.Source == "" || m.Licence == "" || m.LastSpatial == "" || m.Size < m.Minimum || m.Minimum < 1 || m.Parameters < 1 {
			t.Errorf("%s: %+v", m.Application, m)
		}
		for _, file := range m.Weights {
			if seen[file.Name] || !strings.HasPrefix(file.URL, "https://") {
				t.Errorf("%s: file %+v", m.Application, file)
			}
			seen[file.Name] = true
			if len(file.MD5) != 32 && len(file.SHA256) != 64 && !slices.Contains([]string{"MobileNet", "MobileNetV2"}, m.Title) {
				t.Errorf("%s: %s has no checksum", m.Application, file.Name)
			}
		}
	}
}
