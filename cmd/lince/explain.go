package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/explain"
)

// The methods of lince explain.
const (
	byGradCAM     = "grad-cam"
	byGradCAMPlus = "grad-cam++"
	bySaliency    = "saliency"
	bySmoothGrad  = "smoothgrad"
	byOcclusion   = "occlusion"
	ofFeatures    = "features"
	ofFilters     = "filters"
	ofMaxima      = "maximize"
)

var explainMethods = []string{byGradCAM, byGradCAMPlus, bySaliency, bySmoothGrad, byOcclusion, ofFeatures, ofFilters, ofMaxima}

// explainSettings are the flags of lince explain.
type explainSettings struct {
	method, layer, class, colors, out string
	opacity, noise                    float64
	samples, patch, stride, steps     int
	units                             []int
	seed                              uint64
	probability, asJSON, double       bool
}

func newExplain() *cobra.Command {
	var settings modelSettings
	var network networkSettings
	var s explainSettings
	cmd := &cobra.Command{
		Use:   "explain MODEL [PICTURE...]",
		Short: "Show what a model looks at, and what it has learnt",
		Long: `Show which places of a picture speak for its class, as colours over the photo, or
what a layer makes of it. PICTURE may be a folder; then --out is one, too. MODEL
may also be the name of a known network. The methods:

  grad-cam, grad-cam++    where an inner layer finds what speaks for the class
  saliency, smoothgrad    how fast the class's score changes with each pixel
  occlusion               how far its probability falls where a patch is covered
  features                what a layer makes of the picture, channel by channel
  filters                 the kernels of the first convolution; takes no picture
  maximize                pictures that classes, or units of --layer, answer to
                          most; takes no picture

A picture that cannot be read is named on standard error, the others are
explained all the same, and the exit status is 1.`,
		Example: `  lince explain pets.keras cat.jpg --out cat-why.png
  lince explain pets.keras photos/ --out why/ --method grad-cam++ --class cats
  lince explain pets.keras cat.jpg --json
  lince explain mobilenet_v2 cat.jpg --method features --layer block_3_expand_relu --out maps.png
  lince explain pets.keras --method filters --out filters.png`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.check(args[1:]); err != nil {
				return misuse(cmd, err)
			}
			if err := s.unused(cmd.Flags()); err != nil {
				return misuse(cmd, err)
			}
			if s.double && settings.precision != singlePrecision {
				return misuse(cmd, fmt.Errorf("--float64 and --precision %s exclude each other", settings.precision))
			}
			model, err := network.open(cmd, &settings, args[0])
			if err != nil {
				return err
			}
			if s.double {
				if err := model.Use(reference.New()); err != nil {
					return err
				}
			}
			return s.run(cmd, model, args[1:])
		},
	}
	cmd.Flags().SortFlags = false
	s.bind(cmd.Flags())
	settings.bind(cmd.Flags())
	network.bindWeights(cmd.Flags())
	return cmd
}

func (s *explainSettings) bind(flags *pflag.FlagSet) {
	flags.StringVar(&s.out, "out", "", "PNG `FILE` for a single picture, or a folder")
	flags.StringVar(&s.method, "method", byGradCAM, "`METHOD`, one of those above")
	flags.StringVar(&s.layer, "layer", "", "`NAME` of the layer to look at; the last with height and width when not given")
	flags.StringVar(&s.class, "class", "", "`CLASS` to explain, by name or number; the likeliest when not given")
	flags.BoolVar(&s.asJSON, "json", false, `print the values: [{"file", "class", "probability", "layer", "height", "width", "values"}], with "error" where a picture failed`)
	flags.StringVar(&s.colors, "colors", explain.Viridis.String(), "`MAP` of colours: viridis, jet or gray")
	flags.Float64Var(&s.opacity, "opacity", 0.5, "how much of the colours shows over the photo, above 0 to 1")
	flags.BoolVar(&s.double, "float64", false, "compute in float64, some hundred times slower: for deep --layers, where float32 does not determine the map")
	section(flags, "Settings of single methods", func(flags *pflag.FlagSet) {
		flags.BoolVar(&s.probability, "probability", false, "differentiate the class's probability, not its score before softmax or sigmoid")
		flags.IntVar(&s.samples, "samples", 25, "noisy copies of a picture, `N`, for smoothgrad")
		flags.Float64Var(&s.noise, "noise", 0.15, "their noise as a part of the picture's range, for smoothgrad")
		flags.IntVar(&s.patch, "patch", 0, "`PIXELS` that a patch is wide and high, for occlusion; an eighth of the picture when 0")
		flags.IntVar(&s.stride, "stride", 0, "`PIXELS` between patches, for occlusion; half a patch when 0")
		flags.IntSliceVar(&s.units, "unit", nil, "`NUMBERS` of the units of --layer, or of classes, for maximize; the first nine when not given")
		flags.IntVar(&s.steps, "steps", 128, "steps of maximize")
		flags.Uint64Var(&s.seed, "seed", 0, "where the random numbers of smoothgrad and maximize begin")
	})
}

// check tells what is wrong with the command line, before a model is loaded.
func (s *explainSettings) check(pictures []string) error {
	if !slices.Contains(explainMethods, s.method) {
		return fmt.Errorf("--method %q, expected %s", s.method, strings.Join(explainMethods, ", "))
	}
	if _, err := explain.ParseColors(s.colors); err != nil {
		return fmt.Errorf("--colors: %w", err)
	}
	switch {
	case !(s.opacity > 0 && s.opacity <= 1):
		return fmt.Errorf("--opacity %v, expected above 0 to 1", s.opacity)
	case s.samples < 1 || !(s.noise > 0):
		return fmt.Errorf("--samples %d and --noise %v, expected numbers above 0", s.samples, s.noise)
	case s.steps < 1:
		return fmt.Errorf("--steps %d, expected at least 1", s.steps)
	case s.wantsPictures() && len(pictures) == 0:
		return fmt.Errorf("--method %s explains pictures, but none is given", s.method)
	case !s.wantsPictures() && len(pictures) > 0:
		return fmt.Errorf("--method %s takes no pictures, but %s is given", s.method, pictures[0])
	case s.out == "" && (!s.asJSON || s.method == ofMaxima):
		return fmt.Errorf("there is nowhere to go with the result: give --out FILE.png or a folder")
	case slices.Contains([]string{".jpg", ".jpeg", ".gif", ".webp", ".svg"}, strings.ToLower(filepath.Ext(s.out))):
		return fmt.Errorf("--out %s: pictures are written as PNG; name a file that ends in .png, or a folder", s.out)
	case s.asJSON && s.method == ofMaxima:
		return fmt.Errorf("--method %s makes pictures, not values; leave --json out", s.method)
	}
	return nil
}

// unused tells which of the given flags the method would ignore.
func (s *explainSettings) unused(flags *pflag.FlagSet) error {
	byGradients := []string{byGradCAM, byGradCAMPlus, bySaliency, bySmoothGrad}
	for _, only := range []struct {
		flag    string
		methods []string
	}{
		{"layer", []string{byGradCAM, byGradCAMPlus, ofFeatures, ofMaxima}},
		{"class", append(slices.Clone(byGradients), byOcclusion, ofMaxima)},
		{"probability", byGradients},
		{"samples", []string{bySmoothGrad}},
		{"noise", []string{bySmoothGrad}},
		{"patch", []string{byOcclusion}},
		{"stride", []string{byOcclusion}},
		{"unit", []string{ofMaxima}},
		{"steps", []string{ofMaxima}},
		{"seed", []string{bySmoothGrad, ofMaxima}},
	} {
		if flags.Changed(only.flag) && !slices.Contains(only.methods, s.method) {
			return fmt.Errorf("--%s says nothing to --method %s, but to %s", only.flag, s.method, strings.Join(only.methods, ", "))
		}
	}
	return nil
}

func (s *explainSettings) wantsPictures() bool { return s.method != ofFilters && s.method != ofMaxima }

func (s *explainSettings) run(cmd *cobra.Command, model *lince.Model, pictures []string) error {
	switch s.method {
	case ofFilters:
		return s.filters(cmd, model)
	case ofMaxima:
		return s.maxima(cmd, model)
	case ofFeatures:
		return s.features(cmd, model, pictures)
	}
	return s.heats(cmd, model, pictures)
}

// heatMethod returns the method of heat maps that is asked for.
func (s *explainSettings) heatMethod() explain.Method {
	switch s.method {
	case bySaliency:
		return explain.Saliency{Probability: s.probability}
	case bySmoothGrad:
		return explain.Saliency{Samples: s.samples, Noise: s.noise, Seed: s.seed, Probability: s.probability}
	case byOcclusion:
		return explain.Occlusion{Patch: s.patch, Stride: s.stride}
	}
	return explain.GradCAM{Layer: s.layer, PlusPlus: s.method == byGradCAMPlus, Probability: s.probability}
}

// palette returns the colour map, which check has parsed before.
func (s *explainSettings) palette() explain.Colors {
	colors, _ := explain.ParseColors(s.colors)
	return colors
}
