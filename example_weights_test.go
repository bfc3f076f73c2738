package lince_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/layers"
)

func classifier(classes int) *lince.Model {
	m, err := lince.Sequential(
		layers.Input{Shape: []int{4}}, layers.Dense{Units: 3, Name: "features"}, layers.Dense{Units: classes, Name: "top"},
	)
	if err != nil {
		panic(err)
	}
	return m
}

func ExampleWeightsOptions() {
	folder, err := os.MkdirTemp("", "lince")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "ten.safetensors")
	if err := classifier(10).SaveWeights(path); err != nil {
		fmt.Println(err)
		return
	}
	kept, err := classifier(2).LoadWeightsWith(path, lince.WeightsOptions{SkipMismatch: true})
	fmt.Println(kept, err)
	// Output: [top] <nil>
}

// A file that PyTorch wrote calls the layer top fc and its kernel fc.weight.
func ExampleNameMap() {
	names := lince.TorchNames()
	names.Layers = map[string]string{"top": "fc"}
	fmt.Println(names.Layers["top"], names.Weights["kernel"], names.OutputFirst)
	// Output: fc weight true
}
