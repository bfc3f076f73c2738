package applications

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
)

// Application is a known network by its name: "inception_v3". The constants
// are all there are; [Application.Model] builds one.
type Application string

// Manifest is what is known of an application beside its layers.
type Manifest struct {
	// Application is the name.
	Application Application
	// Title is what it is called in writing: "InceptionV3".
	Title string
	// Source is the paper.
	Source string
	// Size is the height and width of the pictures that the published weights
	// were trained on, Minimum the least that a model without top takes.
	Size, Minimum int
	// Channels of the pictures; 3 when 0.
	Channels int
	// Classes that the published weights tell apart; 1000, ImageNet's, when 0.
	Classes int
	// Mode is what happens to the values 0 to 255 of a picture before the
	// model; NoMode where the model itself begins with it.
	Mode images.Mode
	// LastSpatial names the last layer whose result still has height and
	// width, which Grad-CAM looks at.
	LastSpatial string
	// Parameters is the number of weights with the top and default settings.
	Parameters int
	// Top1 and Top5 are the accuracies on ImageNet's validation pictures as
	// published, in percent; 0 where none are.
	Top1, Top5 float64
	// Alphas are the widths that the weights were published for; nil for an
	// application of one width.
	Alphas []float64
	// Weights are the published files.
	Weights []WeightFile
	// Licence says under what terms the weights were published.
	Licence string
}

// definition is an application: what is known and how it is built.
type definition struct {
	Manifest
	// features are the layers up to the last spatial one.
	features func(x layers.Value, o Options) layers.Value
	// top turns features into classes; nil averages and applies a Dense
	// layer, named avg_pool and predictions.
	top func(x layers.Value, o Options) layers.Value
	// pooling names the global pooling of a model without top: the average's
	// name and the maximum's, empty to be numbered.
	pooling [2]string
	// prepare completes what happens to pictures where Mode is not all; nil
	// where it is.
	prepare func(*images.Preprocessing)
	// ending comes behind the pooling of a model without top; nil for nothing.
	ending func(x layers.Value) layers.Value
	// fixed is whether the network is built for one size of pictures, also
	// without top.
	fixed bool
	// called is the name that Keras gives the model; nil where it is the
	// application's.
	called func(o Options) string
	// takes are the options beyond those of all applications.
	takes options
	// variant tells a file of weights from another by WeightFile.Variant; nil
	// where there is one file with top and one without.
	variant func(o Options) string
}

// options are the settings that only some applications have.
type options struct{ alpha, dropout, minimalistic, preprocessing, scaling bool }

// definitions are all applications in the order of All.
func definitions() []definition {
	return slices.Concat(
		vggs(),
		resNets(),
		resNetsV2(),
		cifarResNets(),
		inceptionV3(),
		inceptionResNetV2(),
		xception(),
		squeezeNets(),
		mobileNet(),
		mobileNetV2(),
		mobileNetV3(),
		denseNets(),
		nasNets(),
		efficientNets(),
		efficientNetV2s(),
		convNeXts(),
	)
}

// All returns what is known of every application.
func All() []Manifest {
	var all []Manifest
	for _, d := range definitions() {
		all = append(all, d.Manifest)
	}
	return all
}

// ByName returns the application of a name such as "inception_v3". Case,
// hyphens and underscores make no difference, so Keras' "InceptionV3" is the
// same.
func ByName(name string) (Application, error) {
	var known []string
	for _, d := range definitions() {
		if folded(string(d.Application)) == folded(name) {
			return d.Application, nil
		}
		known = append(known, string(d.Application))
	}
	return "", fmt.Errorf("applications: there is no %q, expected one of %s", name, strings.Join(known, ", "))
}

func folded(name string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
}

// Manifest returns what is known of the application.
func (a Application) Manifest() (Manifest, error) {
	d, err := a.definition()
	return d.Manifest, err
}

func (a Application) definition() (definition, error) {
	for _, d := range definitions() {
		if d.Application == a {
			return d, nil
		}
	}
	return definition{}, fmt.Errorf("applications: there is no %q; All lists what there is", string(a))
}
