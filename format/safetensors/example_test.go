package safetensors_test

import (
	"bytes"
	"fmt"

	"github.com/lince-ml/lince/format/safetensors"
	"github.com/lince-ml/lince/tensor"
)

func ExampleFile() {
	kernel, err := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	tensors := map[string]*tensor.Tensor{"dense/kernel": kernel, "dense/bias": tensor.Scalar(float32(7))}
	var file bytes.Buffer
	if err := safetensors.Write(&file, tensors, map[string]string{"format": "np"}); err != nil {
		fmt.Println(err)
		return
	}
	f, err := safetensors.Open(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range f.Names() {
		value, err := f.Read(name) // only now are its elements read
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(name, value, value.Float32s())
	}
	fmt.Println(f.Metadata())
	// Output:
	// dense/bias float32() [7]
	// dense/kernel float32(2, 3) [1 2 3 4 5 6]
	// map[format:np]
}
