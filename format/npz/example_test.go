package npz_test

import (
	"bytes"
	"fmt"

	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

func ExampleArchive() {
	pictures, err := tensor.Of([]uint8{0, 64, 128, 255}, 1, 2, 2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	arrays := map[string]*tensor.Tensor{"x": pictures, "y": tensor.Scalar(int64(1))}
	if err := npz.WriteArchive(&file, arrays); err != nil { // numpy.load reads it
		fmt.Println(err)
		return
	}
	archive, err := npz.OpenArchive(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range archive.Names() {
		array, err := archive.Read(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(name, array, array.Float64s())
	}
	// Output:
	// x uint8(1, 2, 2, 1) [0 64 128 255]
	// y int64() [1]
}
