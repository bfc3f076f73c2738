package hdf5_test

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lince-ml/lince/format/hdf5"
	"github.com/lince-ml/lince/tensor"
)

// small returns a file with one layer's weights.
func small() (*hdf5.File, error) {
	kernel, err := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	if err != nil {
		return nil, err
	}
	w := hdf5.NewWriter()
	err = errors.Join(
		w.Dataset("layers/dense/vars/0", kernel),
		w.Dataset("layers/dense/vars/1", tensor.Scalar(float32(0.5))),
		w.Strings("classes", []string{"cat", "dog"}),
		w.Attribute("layers/dense/vars", "name", "dense_3"),
		w.Attribute("layers", "names", []string{"dense_3"}),
		w.Attribute("layers", "count", 1),
	)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if _, err := w.WriteTo(&file); err != nil {
		return nil, err
	}
	return hdf5.Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
}

func ExampleFile() {
	f, err := small()
	if err != nil {
		fmt.Println(err)
		return
	}
	for o, err := range f.Objects() {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch o := o.(type) {
		case *hdf5.Group:
			fmt.Println(o.Path(), o.Children())
		case *hdf5.Dataset:
			fmt.Println(o.Path(), o.DType(), o.Shape())
		}
	}
	// Output:
	// / [classes layers]
	// /classes invalid (2,)
	// /layers [dense]
	// /layers/dense [vars]
	// /layers/dense/vars [0 1]
	// /layers/dense/vars/0 float32 (2, 3)
	// /layers/dense/vars/1 float32 ()
}

func ExampleGroup() {
	f, err := small()
	if err != nil {
		fmt.Println(err)
		return
	}
	vars, err := f.Root().Group("layers/dense/vars")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(vars.Path(), vars.Children())
	_, err = vars.Dataset("2")
	fmt.Println(err, errors.Is(err, hdf5.ErrNotFound))
	// Output:
	// /layers/dense/vars [0 1]
	// hdf5: /layers/dense/vars has no "2": not found true
}

func ExampleDataset() {
	f, err := small()
	if err != nil {
		fmt.Println(err)
		return
	}
	kernel, err := f.Root().Dataset("layers/dense/vars/0")
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := kernel.Read()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(values, values.Float32s())
	classes, err := f.Root().Dataset("classes")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(classes.Strings())
	// Output:
	// float32(2, 3) [1 2 3 4 5 6]
	// [cat dog] <nil>
}

func ExampleAttribute() {
	f, err := small()
	if err != nil {
		fmt.Println(err)
		return
	}
	layers, err := f.Root().Group("layers")
	if err != nil {
		fmt.Println(err)
		return
	}
	names, err := layers.Attribute("names")
	if err != nil {
		fmt.Println(err)
		return
	}
	count, err := layers.Attribute("count")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(names.Strings())
	fmt.Println(count.Int())
	// Output:
	// [dense_3] <nil>
	// 1 <nil>
}

// An Object is what an HDF5 file is made of; both kinds carry attributes.
func ExampleObject() {
	f, err := small()
	if err != nil {
		fmt.Println(err)
		return
	}
	for o, err := range f.Objects() {
		if err != nil {
			fmt.Println(err)
			return
		}
		name, err := o.Attribute("name")
		if errors.Is(err, hdf5.ErrNotFound) {
			continue
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := name.Text()
		fmt.Println(o.Path(), text, err)
	}
	// Output:
	// /layers/dense/vars dense_3 <nil>
}

func ExampleWriter() {
	bias, err := tensor.Of([]float32{0.5, -0.5}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	w := hdf5.NewWriter()
	err = errors.Join(
		w.Group("empty"),
		w.Dataset("dense/bias:0", bias),
		w.Attribute("/", "keras_version", "3.15.1"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer // or an os.File
	n, err := w.WriteTo(&file)
	fmt.Println(n == int64(file.Len()), err)
	fmt.Println(w.Group("dense/bias:0/more"))
	// Output:
	// true <nil>
	// hdf5: dense/bias:0/more: there is a dataset where "more" needs a group
}
