package applications_test

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince/applications"
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
	// Output: applications: ResNet50: Classes is 2, but the top of the published weights has 1000; leave it out, or set NoTop and add a classifier
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
