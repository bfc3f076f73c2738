package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

// imageNetClasses is how many classes the published weights tell apart.
const imageNetClasses = 1000

// networkSettings say how a known network, named in place of a file, is built.
type networkSettings struct {
	weights, input string
	alpha          float64
	noTop          bool
	// numbered calls ImageNet's classes by their numbers in WordNet, which
	// unlike their names are unique.
	numbered bool
	mirrors  []string
	matching weightsMatching
}

const networkSection = "A known network by its name, in place of a model's file (lince models lists them)"

// bindWeights binds the flags for networks that are used.
func (s *networkSettings) bindWeights(flags *pflag.FlagSet) {
	section(flags, networkSection, func(flags *pflag.FlagSet) {
		flags.StringVar(&s.weights, "weights", applications.ImageNet, "imagenet for the published weights, fetched if need be, or a `FILE` of weights")
		s.matching.bind(flags)
		s.bindAlpha(flags)
		bindMirrors(flags, &s.mirrors)
	})
}

// bindShape binds the flags for networks that are only looked at.
func (s *networkSettings) bindShape(flags *pflag.FlagSet) {
	section(flags, networkSection, func(flags *pflag.FlagSet) {
		flags.StringVar(&s.input, "input", "", "`SHAPE` of the pictures as HEIGHTxWIDTHxCHANNELS; the network's own when not given")
		flags.BoolVar(&s.noTop, "no-top", false, "leave the classifier out")
		s.bindAlpha(flags)
	})
}

func (s *networkSettings) bindAlpha(flags *pflag.FlagSet) {
	flags.Float64Var(&s.alpha, "alpha", 0, "`WIDTH` of a network that has several, such as 0.35; 0 for 1.0")
}

// namesNetwork returns the network that an argument names; a file of that name
// comes first.
func namesNetwork(argument string) (network applications.Application, found bool, err error) {
	if _, err := os.Stat(argument); err == nil || strings.ContainsAny(argument, `/\`) {
		return "", false, nil
	}
	network, unknown := applications.ByName(argument)
	if unknown != nil && !strings.Contains(argument, ".") {
		return "", false, fmt.Errorf("there is neither a file nor a known network called %q; lince models lists the networks", argument)
	}
	return network, unknown == nil, nil
}

// open returns the model that an argument names, ready to predict: a known
// network or a file.
func (s *networkSettings) open(cmd *cobra.Command, settings *modelSettings, argument string) (*lince.Model, error) {
	return s.openWith(cmd, settings, argument, lince.LoadOptions{NoCompile: true})
}

// openWith returns a file's model as options say.
func (s *networkSettings) openWith(cmd *cobra.Command, settings *modelSettings, argument string, options lince.LoadOptions) (*lince.Model, error) {
	network, found, err := namesNetwork(argument)
	if err != nil {
		return nil, usageError{err}
	}
	if !found {
		return settings.load(argument, cmd.Flags(), options)
	}
	return settings.complete(argument, cmd.Flags(), func() (*lince.Model, error) {
		model, err := s.build(cmd.Context(), network, cmd.ErrOrStderr())
		if err != nil || settings.labels != "" {
			return model, err
		}
		if shape := model.OutputShape(); len(shape) != 2 || shape[1] != imageNetClasses {
			return model, nil
		}
		if err := s.nameClasses(cmd.Context(), model, cmd.ErrOrStderr()); err != nil {
			return nil, fmt.Errorf("%w; --labels takes a file of class names", err)
		}
		return model, nil
	})
}

// nameClasses gives a model for ImageNet the names of its classes.
func (s *networkSettings) nameClasses(ctx context.Context, model *lince.Model, screen io.Writer) error {
	client := s.fetcher(screen)
	if err := applications.NameClasses(ctx, model, client.Weights); err != nil || !s.numbered {
		return err
	}
	path, err := client.Weights(ctx, applications.ClassIndexFile())
	if err != nil {
		return err
	}
	index, err := applications.ReadClassIndex(path)
	for i, class := range index {
		model.Classes[i] = class.ID
	}
	return err
}

// look returns the model that an argument names as it is, a known network
// without weights.
func (s *networkSettings) look(cmd *cobra.Command, argument string) (*lince.Model, error) {
	network, found, err := namesNetwork(argument)
	if err != nil {
		return nil, usageError{err}
	}
	if !found {
		return lince.LoadWith(argument, lince.LoadOptions{NoCompile: true})
	}
	return s.build(cmd.Context(), network, cmd.ErrOrStderr())
}

// build returns the network with its weights.
func (s *networkSettings) build(ctx context.Context, network applications.Application, screen io.Writer) (*lince.Model, error) {
	shape, err := parseShape(s.input)
	if err != nil {
		return nil, usageError{fmt.Errorf("--input: %w", err)}
	}
	return s.matching.network(ctx, network, applications.Options{
		InputShape: shape, NoTop: s.noTop, Alpha: s.alpha, Weights: s.weights, Fetch: fetchesOr(s.fetcher(screen), fileInstead),
	}, screen)
}

func (s *networkSettings) fetcher(screen io.Writer) fetch.Client {
	return (&fetching{mirrors: s.mirrors}).client(screen)
}

// parseShape reads 150x150x3; nil where nothing is given.
func parseShape(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var shape []int
	for part := range strings.SplitSeq(text, "x") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no shape, expected HEIGHTxWIDTHxCHANNELS, such as 150x150x3", text)
		}
		shape = append(shape, n)
	}
	if len(shape) != 3 {
		return nil, errors.New("expected three numbers, such as 150x150x3")
	}
	return shape, nil
}
