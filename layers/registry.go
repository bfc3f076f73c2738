package layers

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/tensor"
)

// decoders maps Keras' class names to what reads their configuration.
func decoders() map[string]func(*settings) Layer {
	return map[string]func(*settings) Layer{
		"InputLayer":             decodeInput,
		"Dense":                  decodeDense,
		"Conv2D":                 decodeConv2D,
		"DepthwiseConv2D":        decodeDepthwiseConv2D,
		"SeparableConv2D":        decodeSeparableConv2D,
		"Conv2DTranspose":        decodeConv2DTranspose,
		"MaxPooling2D":           decodeMaxPooling2D,
		"AveragePooling2D":       decodeAveragePooling2D,
		"GlobalAveragePooling2D": decodeGlobalAveragePooling2D,
		"GlobalMaxPooling2D":     decodeGlobalMaxPooling2D,
		"Flatten":                decodeFlatten,
		"Dropout":                decodeDropout,
		"SpatialDropout2D":       decodeSpatialDropout2D,
		"BatchNormalization":     decodeBatchNormalization,
		"BatchNormalizationV1":   decodeBatchNormalization, // TensorFlow 1.13 to 1.15
		"BatchNormalizationV2":   decodeBatchNormalization,
		"LayerNormalization":     decodeLayerNormalization,
		"Activation":             decodeActivation,
		"ReLU":                   decodeReLU,
		"LeakyReLU":              decodeLeakyReLU,
		"PReLU":                  decodePReLU,
		"ELU":                    decodeELU,
		"Softmax":                decodeSoftmax,
		"ZeroPadding2D":          decodeZeroPadding2D,
		"Cropping2D":             decodeCropping2D,
		"UpSampling2D":           decodeUpSampling2D,
		"Reshape":                decodeReshape,
		"Permute":                decodePermute,
		"Rescaling":              decodeRescaling,
		"Resizing":               decodeResizing,
		"Normalization":          decodeNormalization,
		"RandomFlip":             decodeRandomFlip,
		"RandomRotation":         decodeRandomRotation,
		"RandomTranslation":      decodeRandomTranslation,
		"RandomZoom":             decodeRandomZoom,
		"RandomContrast":         decodeRandomContrast,
		"RandomBrightness":       decodeRandomBrightness,
		"Concatenate":            decodeConcatenate,
		"Dot":                    decodeDot,
		"Add":                    func(s *settings) Layer { return Add{Name: s.name()} },
		"Subtract":               func(s *settings) Layer { return Subtract{Name: s.name()} },
		"Multiply":               func(s *settings) Layer { return Multiply{Name: s.name()} },
		"Average":                func(s *settings) Layer { return Average{Name: s.name()} },
		"Maximum":                func(s *settings) Layer { return Maximum{Name: s.name()} },
		"Minimum":                func(s *settings) Layer { return Minimum{Name: s.name()} },
		"CustomScaleLayer":       decodeScaledAdd,
		"LayerScale":             decodeLayerScale,
		"StochasticDepth":        decodeStochasticDepth,
	}
}

// decodeInput reads the element type, which only Input's file tells.
func decodeInput(s *settings) Layer {
	input := Input{Shape: s.inputShape(), Name: s.name()}
	if input.Shape == nil {
		s.Fail("batch_shape", errors.New("an input without a shape, expected null for the batch and a sample's extents"))
	}
	if name, ok := s.Value("dtype").(string); ok && name != tensor.Float32.String() {
		dtype, err := tensor.ParseDType(name)
		if err != nil {
			s.Fail("dtype", err)
		}
		input.DType = dtype
	}
	return input
}

// Decode returns the layer that a file describes. custom reads classes that
// this package does not know; it may be nil. An unknown class is an error
// that names it: nothing in a file is ever executed.
func Decode(object config.Object, custom map[string]func(*config.Reader) Layer) (Layer, error) {
	reader := config.NewReader(object)
	var layer Layer
	if decode, ok := decoders()[object.Class]; ok {
		s := &settings{reader}
		s.refuse()
		layer = decode(s)
	} else if decode, ok := custom[object.Class]; ok {
		layer = decode(reader)
	} else {
		return nil, fmt.Errorf("layers: the file has a layer of class %q, which is unknown here; pass its decoder to Load if it is your own", object.Class)
	}
	return layer, reader.Err()
}
