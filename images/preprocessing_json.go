package images

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// stored is the form of a Preprocessing in a model file: Keras' names, words
// instead of numbers for choices, and nothing that a file cannot hold.
type stored struct {
	TargetSize       [2]int    `json:"target_size"`
	ColorMode        string    `json:"color_mode"`
	Interpolation    string    `json:"interpolation"`
	Aspect           string    `json:"aspect"`
	ShortSide        int       `json:"short_side,omitempty"`
	Mode             string    `json:"mode,omitempty"`
	Rescale          float64   `json:"rescale,omitempty"`
	Offset           float64   `json:"offset,omitempty"`
	SamplewiseCenter bool      `json:"samplewise_center,omitempty"`
	SamplewiseStd    bool      `json:"samplewise_std_normalization,omitempty"`
	Mean             []float32 `json:"mean,omitempty"`
	Std              []float32 `json:"std,omitempty"`
	ChannelsFirst    bool      `json:"channels_first,omitempty"`
	TensorFlowResize bool      `json:"tensorflow_resize,omitempty"`
	ReducedDecoding  bool      `json:"reduced_decoding,omitempty"`
	KerasCompat      bool      `json:"keras_compat,omitempty"`
	NeedsFunction    bool      `json:"needs_function,omitempty"`
	NeedsWhitening   bool      `json:"needs_whitening,omitempty"`
}

// MarshalJSON writes everything but Function and Whitening, in whose place it
// notes that the model needs them.
func (p Preprocessing) MarshalJSON() ([]byte, error) {
	size := p.size()
	s := stored{
		TargetSize: [2]int{size.Height, size.Width}, ColorMode: p.ColorMode.String(),
		Interpolation: p.Interpolation.String(), Aspect: p.Aspect.String(), ShortSide: p.ShortSide,
		Rescale: p.Rescale, Offset: p.Offset, SamplewiseCenter: p.SamplewiseCenter, SamplewiseStd: p.SamplewiseStdNormalization,
		Mean: p.Mean, Std: p.Std, ChannelsFirst: p.ChannelsFirst, TensorFlowResize: p.TensorFlowResize,
		ReducedDecoding: p.ReducedDecoding, KerasCompat: p.KerasCompat,
		NeedsFunction: p.NeedsFunction || p.Function != nil, NeedsWhitening: p.NeedsWhitening || p.Whitening != nil,
	}
	if p.Mode != NoMode {
		s.Mode = p.Mode.String()
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote. What the file lacks stays at
// its default; what this version does not know is an error, since leaving a
// step out would give wrong predictions. Call Validate after setting Function
// and Whitening where they are needed.
func (p *Preprocessing) UnmarshalJSON(text []byte) error {
	s := stored{ColorMode: "rgb", Interpolation: "default", Aspect: "stretch", Mode: "none"}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return fmt.Errorf("images: cannot read the preprocessing: %w", err)
	}
	color, err := ParseColorMode(s.ColorMode)
	if err != nil {
		return err
	}
	interpolation, err := ParseInterpolation(s.Interpolation)
	if err != nil {
		return err
	}
	aspect, err := ParseAspect(s.Aspect)
	if err != nil {
		return err
	}
	mode, err := ParseMode(s.Mode)
	if err != nil {
		return err
	}
	*p = Preprocessing{
		TargetSize: Size{s.TargetSize[0], s.TargetSize[1]}, ColorMode: color, Interpolation: interpolation, Aspect: aspect, ShortSide: s.ShortSide, Mode: mode,
		Rescale: s.Rescale, Offset: s.Offset, SamplewiseCenter: s.SamplewiseCenter, SamplewiseStdNormalization: s.SamplewiseStd,
		Mean: s.Mean, Std: s.Std, ChannelsFirst: s.ChannelsFirst, TensorFlowResize: s.TensorFlowResize,
		ReducedDecoding: s.ReducedDecoding, KerasCompat: s.KerasCompat,
		NeedsFunction: s.NeedsFunction, NeedsWhitening: s.NeedsWhitening,
	}
	return nil
}
