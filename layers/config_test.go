package layers

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// example is a layer as Keras configured it.
type example struct {
	name, class string
	config      golden.Config
}

// kerasExamples returns a configuration of every layer here, most in several.
func kerasExamples(t testing.TB) []example {
	t.Helper()
	var all []example
	cases, err := golden.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		all = append(all, example{c.Name, c.Class, c.Config})
	}
	random, err := golden.Augmentations()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range random {
		all = append(all, example{c.Name, c.Class, c.Config})
	}
	for _, c := range moreCases(t) {
		all = append(all, example{c.Name, c.Class, c.Config})
	}
	return all
}

// ignored are settings of Keras that have no meaning here: weights' and
// computations' types, seeds, what is refused unless it has its default.
var ignored = []string{
	"name", "trainable", "dtype", "seed", "quantization_config", "synchronized",
	"renorm", "renorm_clipping", "renorm_momentum", "rms_scaling",
}

// A layer that Keras configured is described as Keras does, key by key, and
// read back from its own description, through JSON, as the same value.
func TestDescriptionsEqualKeras(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range kerasExamples(t) {
		seen[e.class] = true
		t.Run(e.name, func(t *testing.T) {
			layer := decodeGolden(t, e.class, e.config)
			description := layer.(Describer).Describe()
			if description.Class != e.class {
				t.Errorf("class %s, want %s", description.Class, e.class)
			}
			text, err := json.Marshal(description.Config)
			if err != nil {
				t.Fatal(err)
			}
			var got, want config.Map
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(e.config, &want); err != nil {
				t.Fatal(err)
			}
			sameSettings(t, e.class, got, want)

			got["name"] = want["name"]
			for _, settings := range []config.Map{got, withName(description.Config, want["name"])} {
				again, err := Decode(config.Object{Class: e.class, Config: settings}, nil)
				if err != nil || !reflect.DeepEqual(again, layer) {
					t.Errorf("read back as %+v, %v, want %+v", again, err, layer)
				}
			}
		})
	}
	for class := range decoders() {
		if !seen[strings.TrimRight(class, "V12")] && !seen[class] && class != "InputLayer" {
			t.Errorf("no configuration of %s", class)
		}
	}
}

func withName(settings config.Map, name any) config.Map {
	named := maps.Clone(settings)
	named["name"] = name
	return named
}

func sameSettings(t *testing.T, class string, got, want config.Map) {
	for key, value := range want {
		if slices.Contains(ignored, key) || strings.HasSuffix(key, "_constraint") {
			continue
		}
		forget(value, "input_axes", "output_axes") // newer than Keras 3.8, which would not read them
		if mine, ok := got[key]; !ok || !reflect.DeepEqual(mine, normalized(class, key, value)) {
			t.Errorf("%s is %v, Keras has %v", key, mine, value)
		}
	}
	for key := range got {
		_, common := want[key]
		// Keras holds it only where it is set.
		if !common && key != "activity_regularizer" {
			t.Errorf("%s is no setting of Keras", key)
		}
	}
}

func forget(value any, keys ...string) {
	object, _ := value.(config.Map)
	settings, _ := object["config"].(config.Map)
	for _, key := range keys {
		delete(settings, key)
	}
}

// normalized returns a setting the way that this package writes it where
// Keras has several.
func normalized(class, key string, value any) any {
	number, isNumber := value.(float64)
	switch {
	case isNumber && (key == "height_factor" || key == "width_factor"):
		return []any{-number, number}
	case isNumber && class == "Dot" && key == "axes":
		return []any{number, number}
	}
	return value
}

func TestNamesEqualKeras(t *testing.T) {
	text, err := os.ReadFile("testdata/names.json")
	if err != nil {
		t.Fatal(err)
	}
	var names map[string]string
	if err := json.Unmarshal(text, &names); err != nil {
		t.Fatal(err)
	}
	for class, want := range names {
		if got := config.SnakeCase(class); got != want {
			t.Errorf("%s is numbered %s, want %s", class, got, want)
		}
	}
	if len(names) < 100 {
		t.Errorf("only %d names compared", len(names))
	}
}

func TestOldConfigurations(t *testing.T) {
	slope := 0.2
	for _, test := range []struct {
		name, class, config string
		want                Layer
	}{
		{
			"Keras 2 convolution", "Conv2D",
			`{"name":"conv2d_7","trainable":true,"batch_input_shape":[null,150,150,3],"dtype":"float32","filters":32,"kernel_size":[3,3],
			"strides":[1,1],"padding":"valid","data_format":"channels_last","dilation_rate":[1,1],"groups":1,"activation":"relu","use_bias":true,
			"kernel_initializer":{"class_name":"GlorotUniform","config":{"seed":null}},"bias_initializer":{"class_name":"Zeros","config":{}},
			"kernel_regularizer":{"class_name":"L2","config":{"l2":0.5}},"bias_regularizer":null,"activity_regularizer":null,
			"kernel_constraint":null,"bias_constraint":null}`,
			Conv2D{
				Filters: 32, Kernel: Square(3), Strides: Square(1), Dilation: Square(1), Groups: 1, Activation: activations.ReLU,
				KernelInitializer: initializers.GlorotUniform{}, BiasInitializer: initializers.Zeros{}, KernelRegularizer: regularizers.L2{Factor: 0.5},
				Name: "conv2d_7", InputShape: []int{150, 150, 3},
			},
		},
		{
			"groups of a depthwise convolution", "DepthwiseConv2D", `{"kernel_size":[3,3],"groups":1,"depth_multiplier":1}`,
			DepthwiseConv2D{Kernel: Square(3), Strides: Square(1), Dilation: Square(1), DepthMultiplier: 1},
		},
		{
			"axis in a list", "BatchNormalization", `{"axis":[3],"momentum":0.9,"epsilon":1e-5}`,
			BatchNormalization{Axis: 3, Momentum: new(0.9), Epsilon: 1e-5},
		},
		{"alpha", "LeakyReLU", `{"alpha":0.2}`, LeakyReLU{NegativeSlope: &slope}},
		{"float kernel", "MaxPooling2D", `{"pool_size":2,"strides":null}`, MaxPooling2D{Pool: Square(2), Strides: Square(2)}},
		{"bare numbers", "ZeroPadding2D", `{"padding":3}`, ZeroPadding2D{Padding: Around(3)}},
		{"policy", "Flatten", `{"dtype":{"class_name":"Policy","config":{"name":"mixed_float16"}}}`, Flatten{}},
		{"lambda of Keras 3", "Activation", `{"activation":{"module":"builtins","class_name":"function","config":"relu6"}}`, Activation{Of: activations.ReLU6}},
		{"activation layer", "Dense", `{"units":2,"activation":{"class_name":"LeakyReLU","config":{"alpha":0.2}}}`, Dense{Units: 2, Activation: activations.Rectified{Slope: 0.2}}},
		{"array", "Rescaling", `{"scale":{"class_name":"__numpy__","config":{"value":[1,2,3],"dtype":"float32"}},"offset":0.0}`, Rescaling{Scales: []float64{1, 2, 3}}},
		{"old name", "BatchNormalizationV1", `{"epsilon":0.1,"momentum":0}`, BatchNormalization{Momentum: new(0.0), Epsilon: 0.1}},
		{"bytes", "InputLayer", `{"batch_shape":[null,2],"dtype":"uint8"}`, Input{Shape: []int{2}, DType: tensor.Uint8}},
		{"input", "InputLayer", `{"batch_shape":[null,null,28,1],"name":"image"}`, Input{Shape: []int{-1, 28, 1}, Name: "image"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := decodeGolden(t, test.class, golden.Config(test.config)); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, test := range []struct{ class, config, want string }{
		{"Conv3D", `{}`, `class "Conv3D", which is unknown here`},
		{"Conv2D", `{"data_format":"channels_first"}`, `got "channels_first", expected channels_last`},
		{"Dense", `{"kernel_constraint":{"class_name":"MaxNorm","config":{}}}`, "constraints are unknown here"},
		{"Conv2D", `{"padding":"causal"}`, `padding of Conv2D: got "causal", expected valid or same`},
		{"Conv2D", `{"kernel_size":[3,3,3]}`, "one or two whole numbers"},
		{"Dense", `{"activation":"rleu"}`, `unknown activation "rleu"`},
		{"Dense", `{"kernel_initializer":"best"}`, `unknown initializer "best"`},
		{"Dense", `{"bias_regularizer":{"class_name":"L3"}}`, `unknown regularizer "L3"`},
		{"Dense", `{"units":"many"}`, "a whole number"},
		{"BatchNormalization", `{"axis":[1,2]}`, "expected one axis"},
		{"BatchNormalization", `{"renorm":true}`, "renormalisation is unknown here"},
		{"LayerNormalization", `{"rms_scaling":true}`, "expected false"},
		{"UpSampling2D", `{"interpolation":"area"}`, `got "area"`},
		{"RandomFlip", `{"mode":"diagonal"}`, `got "diagonal"`},
		{"RandomZoom", `{"fill_mode":"mirror"}`, `got "mirror"`},
		{"RandomRotation", `{"factor":[1,2,3]}`, "a number or two"},
		{"RandomContrast", `{"value_range":[1]}`, "two numbers"},
		{"ZeroPadding2D", `{"padding":[[1,2],[1,2,3]]}`, "padding of ZeroPadding2D"},
		{"Normalization", `{"mean":[[1,2],[3]],"variance":1}`, "3 numbers in an array of shape (2, 2)"},
		{"Normalization", `{"axis":[1,2],"mean":[["a","b"]]}`, "expected numbers"},
		{"Rescaling", `{"scale":"small"}`, "scale of Rescaling"},
		{"Dropout", `{"noise_shape":[null,"x"]}`, "a list of extents"},
	} {
		var settings config.Map
		if err := json.Unmarshal([]byte(test.config), &settings); err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(config.Object{Class: test.class, Config: settings}, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v, want %s", test.class, test.config, err, test.want)
		}
	}
}

// The numbers of a .keras file are texts until they are asked for.
func TestNumbersOfFiles(t *testing.T) {
	var settings config.Map
	decoder := json.NewDecoder(strings.NewReader(`{"mean":[0.5,1],"variance":[4,9]}`))
	decoder.UseNumber()
	if err := decoder.Decode(&settings); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(config.Object{Class: "Normalization", Config: settings}, nil)
	want := Normalization{Mean: []float64{0.5, 1}, Variance: []float64{4, 9}, extents: []int{2}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

// stretch is a layer of one's own.
type stretch struct{ Factor float64 }

func (l stretch) Call(_ *Context, inputs ...*graph.Node) (*graph.Node, error) {
	return inputs[0].Scale(l.Factor), nil
}

func TestDecodeCustom(t *testing.T) {
	custom := map[string]func(*config.Reader) Layer{"stretch": func(r *config.Reader) Layer { return stretch{r.Float("factor", 1)} }}
	got, err := Decode(config.Object{Class: "stretch", Config: config.Map{"factor": 3.0}}, custom)
	if err != nil || got != (stretch{3}) {
		t.Errorf("%v, %v", got, err)
	}
}

// decodeNested reads a Normalization back from its description through JSON.
func decodeNested(t *testing.T, d Description) Normalization {
	t.Helper()
	text, err := json.Marshal(d.Config)
	if err != nil {
		t.Fatal(err)
	}
	return decodeGolden(t, d.Class, text).(Normalization)
}

// FuzzDecode makes layers of arbitrary settings and calls them: errors are
// fine, panics and endless work are not.
func FuzzDecode(f *testing.F) {
	for _, e := range kerasExamples(f) {
		f.Add(e.class, []byte(e.config))
	}
	f.Fuzz(func(_ *testing.T, class string, text []byte) {
		var settings config.Map
		if json.Unmarshal(text, &settings) != nil {
			return
		}
		layer, err := Decode(config.Object{Class: class, Config: settings}, nil)
		if err != nil {
			return
		}
		for _, training := range []bool{true, false} {
			for _, count := range []int{1, 2} {
				inputs := []graph.Array{ramp(1, 6, 5, 4), ramp(1, 6, 5, 4)}
				if c, err := call(layer, training, inputs[:count]...); err == nil {
					c.instance.Description()
				}
			}
		}
	})
}
