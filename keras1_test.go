package lince

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/tensor"
)

// TestKeras1Model loads a whole model as Keras 1.2 described it, with weights
// saved here.
func TestKeras1Model(t *testing.T) {
	const config = `{"class_name": "Sequential", "config": [
		{"class_name": "Convolution2D", "config": {"name": "convolution2d_1", "trainable": true, "batch_input_shape": [null, 8, 8, 3],
			"input_dtype": "float32", "nb_filter": 4, "nb_row": 3, "nb_col": 3, "init": "glorot_uniform", "activation": "relu",
			"border_mode": "same", "subsample": [1, 1], "dim_ordering": "tf", "bias": true, "W_regularizer": null,
			"b_regularizer": null, "activity_regularizer": null, "W_constraint": null, "b_constraint": null}},
		{"class_name": "MaxPooling2D", "config": {"name": "maxpooling2d_1", "trainable": true, "pool_size": [2, 2],
			"strides": [2, 2], "border_mode": "valid", "dim_ordering": "tf"}},
		{"class_name": "BatchNormalization", "config": {"name": "batchnormalization_1", "trainable": true, "epsilon": 0.001,
			"mode": 0, "axis": -1, "momentum": 0.99, "beta_init": "zero", "gamma_init": "one", "gamma_regularizer": null, "beta_regularizer": null}},
		{"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": true, "p": 0.5}},
		{"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": true}},
		{"class_name": "Dense", "config": {"name": "dense_1", "trainable": true, "output_dim": 2, "init": "glorot_uniform",
			"activation": "softmax", "W_regularizer": null, "b_regularizer": null, "activity_regularizer": null,
			"W_constraint": null, "b_constraint": null, "bias": true, "input_dim": null}}]}`
	m := must[*Model](t)(Sequential(
		layers.Input{Shape: []int{8, 8, 3}},
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Padding: layers.Same, Activation: activations.ReLU},
		layers.MaxPooling2D{Pool: layers.Square(2)}, layers.BatchNormalization{}, layers.Dropout{Rate: 0.5}, layers.Flatten{},
		layers.Dense{Units: 2, Activation: activations.Softmax},
	))
	if err := m.ready(); err != nil {
		t.Fatal(err)
	}
	stored := must[[]keras.Layer](t)(m.legacyLayers())
	file := &keras.File{Format: keras.Legacy, Metadata: keras.Metadata{KerasVersion: "1.2.2"}, Layers: stored}
	if err := json.Unmarshal([]byte(config), &file.Config); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := keras.Write(&out, file); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.h5")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	old := must[*Model](t)(Load(path))
	x := drawn(t, 3, 5, 8, 8, 3)
	want := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))[0]
	got := must[[]*tensor.Tensor](t)(old.PredictOnBatch(t.Context(), x))[0]
	if !slices.Equal(got.Float32s(), want.Float32s()) {
		t.Errorf("it predicts %v, the same layers %v", got.Float32s(), want.Float32s())
	}
	if old.Layers()[1].Name() != "convolution2d_1" {
		t.Errorf("the first layer is called %s", old.Layers()[1].Name())
	}
}
