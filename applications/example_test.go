package applications_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/tensor"
)

func ExampleApplication() {
	base, err := applications.InceptionV3.Model(context.Background(), applications.Options{InputShape: []int{150, 150, 3}, NoTop: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(base.Parameters(), base.OutputShape(), base.Preprocessing.Mode)
	// Output: 21802784 (None, 3, 3, 2048) tf
}

func ExampleOptions() {
	_, err := applications.ResNet50.Model(context.Background(), applications.Options{Weights: applications.ImageNet, Classes: 2})
	fmt.Println(err)
	// Output: applications: ResNet50: option Classes is 2, but the top of the published weights has 1000; leave it out, or set NoTop and add a classifier
}

func ExamplePooling() {
	m, err := applications.ResNet50.Model(context.Background(), applications.Options{NoTop: true, Pooling: applications.AveragePooling})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.OutputShape())
	// Output: (None, 2048)
}

func ExampleManifest() {
	m, err := applications.InceptionV3.Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Title, m.Size, m.Mode, m.LastSpatial)
	// Output: InceptionV3 299 tf mixed10
}

func ExampleWeightFile() {
	file, err := applications.ResNet50.WeightFile(applications.Options{NoTop: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Name, file.MD5)
	// Output: resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5 4d473c1dd8becc155b73f8504c6f6626
}

func ExampleClassIndex() {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "imagenet_class_index.json")
	content := `{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"], "2": ["n01484850", "great_white_shark"]}`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	index, err := applications.ReadClassIndex(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	predictions, err := tensor.Of([]float32{0.25, 0.625, 0.125}, 1, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	decoded, err := index.DecodePredictions(predictions, 2)
	fmt.Println(decoded, err)
	// Output: [[{{n01443537 goldfish} 1 0.625} {{n01440764 tench} 0 0.25}]] <nil>
}

func ExampleClass() {
	index := applications.ClassIndex{{ID: "n01440764", Name: "tench"}, {ID: "n01443537", Name: "goldfish"}}
	fmt.Println(index.Names())
	// Output: [tench goldfish]
}

func ExampleScoredClass() {
	best := applications.ScoredClass{Class: applications.Class{ID: "n01440764", Name: "tench"}, Score: 0.625}
	fmt.Printf("%s %.1f %%\n", best.Name, 100*best.Score)
	// Output: tench 62.5 %
}

func ExampleApplication_PreprocessInput() {
	x, err := tensor.Of([]uint8{0, 127, 255}, 1, 1, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range []applications.Application{applications.ResNet50, applications.InceptionV3, applications.DenseNet121} {
		y, err := a.PreprocessInput(x)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f\n", y.Float32s())
	}
	// Output:
	// [151.061 10.221 -123.680]
	// [-1.000 -0.004 1.000]
	// [-2.118 0.188 2.640]
}

func ExampleByName() {
	a, err := applications.ByName("InceptionV3")
	fmt.Println(a, err)
	_, err = applications.ByName("inception_v4")
	fmt.Println(err != nil)
	// Output:
	// inception_v3 <nil>
	// true
}
