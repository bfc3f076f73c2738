package keras_test

import (
	"bytes"
	"fmt"

	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/tensor"
)

func ExampleFile() {
	kernel, err := tensor.Of([]float32{1, 2, 3, 4}, 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	f := &keras.File{
		Metadata: keras.Metadata{KerasVersion: "3.15.1"},
		Config:   map[string]any{"module": "keras", "class_name": "Sequential", "config": map[string]any{"name": "pets"}},
		Layers: []keras.Layer{
			{Path: "layers/dense", Name: "dense_7", Variables: []keras.Variable{{Value: kernel}}},
		},
		Extras: map[string][]byte{keras.ExtraMember: []byte(`{"classes":["cat","dog"]}`)},
	}
	var file bytes.Buffer
	if err := keras.Write(&file, f); err != nil {
		fmt.Println(err)
		return
	}
	f, err = keras.Read(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Format, f.Config["class_name"], f.Metadata.KerasVersion)
	fmt.Println(string(f.Extras[keras.ExtraMember]))
	dense := f.Layer("layers/dense")
	fmt.Println(dense.Name, dense.Variables[0].Name, dense.Variables[0].Value)
	// Output:
	// .keras Sequential 3.15.1
	// {"classes":["cat","dog"]}
	// dense_7 0 float32(4, 1)
}

// A file of Keras 2 names each weight; one of Keras 3 numbers them.
func ExampleLayer() {
	f, err := keras.Open("testdata/keras2.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range f.Layers[0].Variables {
		fmt.Println(v.Name, v.Value.Shape())
	}
	fmt.Println(f.Optimizer[0].Path, f.Optimizer[0].Variables[0].Name)
	// Output:
	// dense_20/kernel:0 (2, 1)
	// dense_20/bias:0 (1,)
	// optimizer training/SGD/iter:0
}

func ExampleVariable() {
	f, err := keras.Open("testdata/cnn.weights.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range f.Layer("layers/conv2d_1").Variables {
		fmt.Println(v.Name, v.Value)
	}
	// Output:
	// 0 float32(2, 2, 2, 2)
}

func ExampleFormat() {
	for _, name := range []string{"testdata/cnn.keras", "testdata/cnn.weights.h5", "testdata/cnn.h5"} {
		f, err := keras.Open(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f.Format, f.Config != nil, len(f.Layers))
	}
	// Output:
	// .keras true 9
	// .weights.h5 false 9
	// .h5 true 8
}

func ExampleMetadata() {
	f, err := keras.Open("testdata/keras2.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Metadata.KerasVersion, f.Metadata.Backend)
	// Output:
	// 2.4.0 tensorflow
}

func ExampleGroupNames() {
	fmt.Println(keras.GroupNames([]string{"Conv2D", "MaxPooling2D", "Conv2D", "ReLU"}))
	// Output:
	// [conv2d max_pooling2d conv2d_1 re_lu]
}
