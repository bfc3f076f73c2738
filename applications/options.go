package applications

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/tensor"
)

// Options change what an application is built as: the arguments of the
// functions of keras.applications. The zero value is the whole network with
// its top for 1000 classes, and random weights.
type Options struct {
	// InputShape is the height, width and channels of the pictures, -1 for
	// what varies. When nil it is the default of the application, or, without
	// top, 3 channels of any size.
	InputShape []int
	// NoTop leaves the classifier out: the result is the features, (batch,
	// rows, columns, channels).
	NoTop bool
	// Pooling turns the features of a model without top into (batch,
	// channels).
	Pooling Pooling
	// Classes is the number of classes; 1000 when 0, or what the application
	// is known for.
	Classes int
	// ClassifierActivation ends the top; Softmax when nil. Linear gives logits.
	ClassifierActivation activations.Activation
	// Weights are the first weights: none, which is random ones, ImageNet, or
	// the path of a file.
	Weights string
	// Names say what a .safetensors or .npz file calls the weights and how it
	// lays them out.
	Names lince.NameMap
	// Fetch returns the path of a published file on this machine, for Weights
	// ImageNet.
	Fetch func(ctx context.Context, file WeightFile) (path string, err error)

	// Alpha widens or narrows every layer of the applications that have
	// widths; 1 when 0.
	Alpha float64
	// Dropout is the share of what the top drops in training, for the
	// applications that have a setting for it; their default when nil.
	Dropout *float64
	// Minimalistic leaves what is slow on some processors out of MobileNetV3:
	// squeeze-and-excite, hard-swish and 5×5 kernels.
	Minimalistic bool
	// NoPreprocessing leaves out the layers that normalise pictures of 0 to
	// 255 in the applications that begin with them.
	NoPreprocessing bool
	// ImageNetScaling adds to EfficientNetB0 to B7 the second scaling that
	// their published weights were trained with. Weights ImageNet implies it;
	// set it when a published file is given by its path.
	ImageNetScaling bool
}

// ImageNet are the published weights of ILSVRC-2012, as Options.Weights.
const ImageNet = "imagenet"

// Pooling is the pooling behind the features of a model without top.
type Pooling string

const (
	// NoPooling leaves height and width; the zero value.
	NoPooling Pooling = ""
	// AveragePooling takes each channel's mean.
	AveragePooling Pooling = "avg"
	// MaxPooling takes each channel's largest value.
	MaxPooling Pooling = "max"
)

// resolve checks the options by Keras' rules and fills in what they leave to
// the application.
func (d definition) resolve(o Options) (Options, error) {
	if o.Classes == 0 {
		o.Classes = d.classes()
	}
	if err := d.refuse(o); err != nil {
		return o, err
	}
	if o.ClassifierActivation == nil {
		o.ClassifierActivation = activations.Softmax
	}
	if o.Alpha == 0 {
		o.Alpha = 1
	}
	shape, err := d.inputShape(o)
	o.InputShape = shape
	return o, err
}

func (d definition) classes() int {
	if d.Classes == 0 {
		return 1000
	}
	return d.Classes
}

// refuse reports options that the application does not have or that
// contradict each other.
func (d definition) refuse(o Options) error {
	pretrained := o.Weights != "" && !o.NoTop
	switch {
	case o.Classes < 1:
		return fmt.Errorf("option Classes is %d, expected at least 1", o.Classes)
	case o.Weights == ImageNet && !o.NoTop && o.Classes != d.classes():
		return fmt.Errorf("option Classes is %d, but the top of the published weights has %d; leave it out, or set NoTop and add a classifier",
			o.Classes, d.classes())
	case pretrained && o.ClassifierActivation != nil && !slices.Contains([]string{"softmax", "linear"}, o.ClassifierActivation.Name()):
		return fmt.Errorf("option ClassifierActivation is %s, but pretrained weights with their top go with softmax or linear", o.ClassifierActivation.Name())
	case !slices.Contains([]Pooling{NoPooling, AveragePooling, MaxPooling}, o.Pooling):
		return fmt.Errorf("option Pooling is %q, expected avg, max or nothing", o.Pooling)
	case o.Alpha != 0 && !d.takes.alpha:
		return fmt.Errorf("option Alpha is %v, but %s has one width", o.Alpha, d.Title)
	case o.Alpha < 0:
		return fmt.Errorf("option Alpha is %v, expected a factor above 0", o.Alpha)
	case o.Alpha != 0 && o.Weights == ImageNet && !slices.Contains(d.Alphas, o.Alpha):
		return fmt.Errorf("option Alpha is %v, but weights were published for %v", o.Alpha, d.Alphas)
	case o.Dropout != nil && !d.takes.dropout:
		return fmt.Errorf("option Dropout is %v, but %s has no such setting", *o.Dropout, d.Title)
	case o.Minimalistic && !d.takes.minimalistic:
		return fmt.Errorf("option Minimalistic is set, but only MobileNetV3 has such a form")
	case o.NoPreprocessing && !d.takes.preprocessing:
		return fmt.Errorf("option NoPreprocessing is set, but %s has no preprocessing in it", d.Title)
	case o.ImageNetScaling && !d.takes.scaling:
		return fmt.Errorf("option ImageNetScaling is set, but only EfficientNetB0 to B7 have such a scaling")
	}
	return nil
}

// inputShape follows keras.applications' obtain_input_shape.
func (d definition) inputShape(o Options) ([]int, error) {
	channels := d.channels()
	shape, given := o.InputShape, o.InputShape != nil
	switch {
	case given && len(shape) != 3:
		return nil, fmt.Errorf("option InputShape is %v, expected height, width and channels", shape)
	case given && (shape[2] < 1 || shape[2] != channels && o.Weights == ImageNet):
		return nil, fmt.Errorf("option InputShape has %d channels, the published weights take %d", shape[2], channels)
	case given && slices.ContainsFunc(shape[:2], func(extent int) bool { return extent != -1 && extent < d.Minimum }):
		return nil, fmt.Errorf("option InputShape is %s, expected at least %d×%d", dimensions(shape), d.Minimum, d.Minimum)
	case given && d.fixed && slices.Contains(shape[:2], -1):
		return nil, fmt.Errorf("option InputShape is %s, but the layers of %s follow from the size of its pictures", dimensions(shape), d.Title)
	case given && o.NoTop:
		return shape, nil
	case o.NoTop && !d.fixed:
		return []int{-1, -1, channels}, nil
	case !given:
		return []int{d.Size, d.Size, channels}, nil
	case slices.Contains(shape[:2], -1):
		return nil, fmt.Errorf("option InputShape is %s, but a model with its top needs a fixed size; set NoTop for pictures of any size", dimensions(shape))
	case o.Weights == ImageNet && d.variant == nil && !slices.Equal(shape[:2], []int{d.Size, d.Size}):
		return nil, fmt.Errorf("option InputShape is %s, but the published weights with their top take %d×%d; set NoTop for another size", dimensions(shape), d.Size, d.Size)
	}
	return shape, nil
}

func (d definition) channels() int {
	if d.Channels == 0 {
		return 3
	}
	return d.Channels
}

// dimensions writes a picture's shape as 150×150×3, ? for what varies.
func dimensions(shape []int) string {
	return strings.NewReplacer("(", "", ")", "", ", ", "×", "None", "?").Replace(tensor.Shape(shape).String())
}
