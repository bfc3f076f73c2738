package keras_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/keras"
)

// read1 writes a whole model with a configuration of Keras 1 and reads it.
func read1(t *testing.T, version, config string) (*keras.File, error) {
	t.Helper()
	f := &keras.File{Format: keras.Legacy, Metadata: keras.Metadata{KerasVersion: version}}
	if err := json.Unmarshal([]byte(config), &f.Config); err != nil {
		t.Fatal(err)
	}
	file := write(t, f)
	return keras.Read(bytes.NewReader(file), int64(len(file)))
}

func TestKeras1(t *testing.T) {
	const layer = `{"class_name":"Sequential","config":[%s]}`
	for name, test := range map[string]struct{ version, config, want string }{
		"convolution": {"1.2.2",
			`{"class_name":"Convolution2D","config":{"name":"c","nb_filter":4,"nb_row":3,"nb_col":2,"subsample":[2,2],"border_mode":"same",
				"dim_ordering":"tf","bias":true,"init":"normal","W_regularizer":{"name":"WeightRegularizer","l1":0.0,"l2":0.01},
				"b_constraint":null,"activation":"relu","batch_input_shape":[null,8,8,3],"input_dtype":"float32"}}`,
			`{"class_name":"Conv2D","config":{"name":"c","filters":4,"kernel_size":[3,2],"strides":[2,2],"padding":"same",
				"data_format":"channels_last","use_bias":true,"kernel_initializer":"random_normal",
				"kernel_regularizer":{"class_name":"L1L2","config":{"l1":0.0,"l2":0.01}},
				"bias_constraint":null,"activation":"relu","batch_input_shape":[null,8,8,3],"dtype":"float32"}}`},
		"dense":         {"1.0", `{"class_name":"Dense","config":{"output_dim":3,"input_dim":null}}`, `{"class_name":"Dense","config":{"units":3}}`},
		"no version":    {"", `{"class_name":"Dropout","config":{"p":0.5}}`, `{"class_name":"Dropout","config":{"rate":0.5}}`},
		"normalisation": {"1.1.0", `{"class_name":"BatchNormalization","config":{"mode":0,"gamma_init":"one"}}`, `{"class_name":"BatchNormalization","config":{"gamma_initializer":"ones"}}`},
		"merge": {"1.2.0", `{"class_name":"Merge","config":{"name":"m","mode":"concat","concat_axis":3,"mode_type":"raw"}}`,
			`{"class_name":"Concatenate","config":{"name":"m","axis":3}}`},
		"a bare list of Keras 2": {"2.1.6", `{"class_name":"Resizing","config":{"mode":"kept","p":1}}`, `{"class_name":"Resizing","config":{"mode":"kept","p":1}}`},
	} {
		f, err := read1(t, test.version, strings.Replace(layer, "%s", test.config, 1))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := json.Marshal(f.Config)
		if err != nil {
			t.Fatal(err)
		}
		var want any
		if err := json.Unmarshal([]byte(`{"class_name":"Sequential","config":{"name":"sequential","layers":[`+test.want+`]}}`), &want); err != nil {
			t.Fatal(err)
		}
		expected, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		// Numbers are kept as they are written: 0.0 stays.
		if plain := strings.ReplaceAll(string(got), "0.0,", "0,"); plain != string(expected) {
			t.Errorf("%s: read as\n%s\nwant\n%s", name, plain, expected)
		}
	}
	for says, config := range map[string]string{
		"dim_ordering th":      `{"class_name":"Convolution2D","config":{"dim_ordering":"th"}}`,
		"mode cos":             `{"class_name":"Merge","config":{"mode":"cos"}}`,
		"the mode 1":           `{"class_name":"BatchNormalization","config":{"mode":1}}`,
		"one within the other": strings.Repeat(`{"class_name":"Sequential","config":[`, 70) + strings.Repeat(`]}`, 70),
	} {
		if _, err := read1(t, "1.2.2", strings.Replace(layer, "%s", config, 1)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("expected an error that says %q: %v", says, err)
		}
	}
}
