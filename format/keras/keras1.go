package keras

import (
	"fmt"
	"strings"
)

// modern returns a configuration of Keras 1 as Keras 2 would write it. A stack
// that is a bare list of layers, as it was up to Keras 2.2, gets its name and
// key; of classes that are unknown here only the settings' names change.
//
// The table is that of keras.legacy in Keras 2.0.
func modern(config map[string]any, version string) (map[string]any, error) {
	object, err := upgrade{strings.HasPrefix(version, "1."), version == ""}.object(config, 0)
	if err != nil {
		return nil, fmt.Errorf("a configuration of Keras 1: %w", err)
	}
	return object, nil
}

// upgrade rewrites configurations: Keras 1's if first is set, and if the
// version is unknown those that have a setting which only Keras 1 had.
type upgrade struct{ first, unknown bool }

func (u upgrade) applies(settings map[string]any) bool {
	for _, name := range [...]string{"nb_filter", "output_dim", "border_mode", "dim_ordering", "p"} {
		if _, found := settings[name]; found && u.unknown {
			return true
		}
	}
	return u.first
}

// maxNesting bounds models within models.
const maxNesting = 64

// object rewrites a layer or a model, and the layers in it.
func (u upgrade) object(object map[string]any, depth int) (map[string]any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("more than %d models one within the other", maxNesting)
	}
	class, _ := object["class_name"].(string)
	if list, bare := object["config"].([]any); bare && class == "Sequential" {
		object["config"] = map[string]any{"name": "sequential", "layers": list}
	}
	settings, ok := object["config"].(map[string]any)
	if !ok {
		return object, nil
	}
	if list, ok := settings["layers"].([]any); ok {
		for i, entry := range list {
			layer, ok := entry.(map[string]any)
			if !ok {
				continue
			}
			var err error
			if list[i], err = u.object(layer, depth+1); err != nil {
				return nil, err
			}
		}
		return object, nil
	}
	if !u.applies(settings) {
		return object, nil
	}
	return object, u.layer(object, class, settings)
}

// layer rewrites a layer of Keras 1 in place.
func (u upgrade) layer(object map[string]any, class string, settings map[string]any) error {
	if name, found := renamedClasses[class]; found {
		object["class_name"] = name
	}
	if err := u.special(object, class, settings); err != nil {
		return fmt.Errorf("%s: %w", class, err)
	}
	for old, name := range renamedSettings {
		if value, found := settings[old]; found {
			delete(settings, old)
			if name != "" {
				settings[name] = value
			}
		}
	}
	for name, value := range settings {
		switch {
		case strings.HasSuffix(name, "_initializer"):
			if text, ok := value.(string); ok && renamedInitializers[text] != "" {
				settings[name] = renamedInitializers[text]
			}
		case strings.HasSuffix(name, "_regularizer"):
			settings[name] = regularizer(value)
		}
	}
	return nil
}

var renamedClasses = map[string]string{
	"Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "AtrousConvolution2D": "Conv2D",
	"Deconvolution2D": "Conv2DTranspose", "SeparableConvolution2D": "SeparableConv2D",
}

// renamedSettings are those that many classes have; "" drops what Keras 2 has
// no setting for.
var renamedSettings = map[string]string{
	"nb_filter": "filters", "subsample": "strides", "border_mode": "padding", "bias": "use_bias", "output_dim": "units",
	"init": "kernel_initializer", "gamma_init": "gamma_initializer", "beta_init": "beta_initializer",
	"W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer",
	"W_constraint": "kernel_constraint", "b_constraint": "bias_constraint",
	"atrous_rate": "dilation_rate", "dim_ordering": "data_format", "input_dtype": "dtype",
	"mode": "", "input_dim": "", "output_shape": "", "nb_row": "", "nb_col": "",
}

var renamedInitializers = map[string]string{
	"zero": "zeros", "one": "ones", "normal": "random_normal", "uniform": "random_uniform",
}

// merges are the layers that Merge became, by its mode.
var merges = map[string]string{"sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate"}

// special rewrites what no table of names can.
func (u upgrade) special(object map[string]any, class string, settings map[string]any) error {
	if ordering, found := settings["dim_ordering"]; found {
		if ordering != "tf" {
			return fmt.Errorf("the dim_ordering %v, only tf is read", ordering)
		}
		settings["dim_ordering"] = "channels_last"
	}
	if row, found := settings["nb_row"]; found {
		settings["kernel_size"] = []any{row, settings["nb_col"]}
	}
	switch class {
	case "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianDropout":
		if p, found := settings["p"]; found {
			settings["rate"] = p
			delete(settings, "p")
		}
	case "GaussianNoise":
		if sigma, found := settings["sigma"]; found {
			settings["stddev"] = sigma
			delete(settings, "sigma")
		}
	case "BatchNormalization":
		if mode, found := settings["mode"]; found && fmt.Sprint(mode) == "1" {
			return fmt.Errorf("the mode 1, which Keras 2 does not have")
		}
	case "Merge":
		mode, _ := settings["mode"].(string)
		if merges[mode] == "" {
			return fmt.Errorf("the mode %v, which has no counterpart", settings["mode"])
		}
		object["class_name"] = merges[mode]
		merged := map[string]any{"name": settings["name"]}
		if mode == "concat" {
			merged["axis"] = settings["concat_axis"]
		}
		object["config"] = merged
	}
	return nil
}

// regularizer rewrites {"name": "WeightRegularizer", "l1": 0, "l2": 0.01}.
func regularizer(value any) any {
	settings, ok := value.(map[string]any)
	if !ok || settings["name"] == nil {
		return value
	}
	penalties := map[string]any{}
	for _, name := range [...]string{"l1", "l2"} {
		if penalty, found := settings[name]; found {
			penalties[name] = penalty
		}
	}
	return map[string]any{"class_name": "L1L2", "config": penalties}
}
