package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

func newModelsFetch() *cobra.Command {
	var places fetching
	var options applications.Options
	var size int
	cmd := &cobra.Command{
		Use:   "fetch NAME",
		Short: "Bring a network's published weights to this machine",
		Long: `Bring a network's published weights to this machine and print where they are.
What is here already is not fetched again. A download that is cut off goes on
where it was, at once or when called again; the published checksum is compared,
and without one what was fetched first counts from then on.

Mirrors hold the files in one folder, by the names with which the official
addresses end. --from takes such a folder on this machine, for use offline.`,
		Example: `  lince models fetch inception_v3 --no-top
  lince models fetch mobilenet_v2 --alpha 0.35 --no-top
  lince models fetch vgg16 --from /media/usb/weights
  lince models fetch resnet50 --mirror https://mirror.example.org/keras`,
		Args: arguments("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := publishedWeights(args[0], options, size)
			if err != nil {
				return usageError{err}
			}
			get := places.client(cmd.ErrOrStderr()).Weights
			if places.from == "" {
				get = fetchesOr(places.client(cmd.ErrOrStderr()), "without a network, --from takes a FOLDER that holds the file; --mirror another address")
			}
			path, err := get(cmd.Context(), file)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), path)
			return nil
		},
		ValidArgsFunction: cobra.FixedCompletions(networkNames(), cobra.ShellCompDirectiveNoFileComp),
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&options.NoTop, "no-top", false, "the weights without the classifier, to put one's own on top")
	cmd.Flags().Float64Var(&options.Alpha, "alpha", 0, "`WIDTH` of a network that has several, such as 0.35; 0 for 1.0")
	cmd.Flags().IntVar(&size, "image-size", 0, "`PIXELS` of the pictures, for networks trained on several sizes; 0 for the default")
	cmd.Flags().BoolVar(&options.Minimalistic, "minimalistic", false, "the simpler form that MobileNetV3 has")
	places.bind(cmd.Flags())
	return cmd
}

// fetching are the flags that say where published weights come from.
type fetching struct {
	from    string
	folder  string
	mirrors []string
}

func (f *fetching) bind(flags *pflag.FlagSet) {
	flags.StringVar(&f.from, "from", "", "copy the file from this `FOLDER` instead of downloading it")
	bindMirrors(flags, &f.mirrors)
	f.bindFolder(flags)
}

func bindMirrors(flags *pflag.FlagSet, mirrors *[]string) {
	flags.StringSliceVar(mirrors, "mirror", nil, "`ADDRESS` of a folder to ask for published weights before the official one; "+fetch.MirrorVariable+" in the environment when not given")
}

func (f *fetching) bindFolder(flags *pflag.FlagSet) {
	flags.StringVar(&f.folder, "cache", "", "`FOLDER` where fetched weights are kept; lince/models in the user's cache when not given")
}

// client returns what fetches.
func (f *fetching) client(screen io.Writer) fetch.Client {
	client := newFetcher(screen)
	client.Folder, client.From = f.folder, f.from
	if len(f.mirrors) > 0 {
		client.Mirrors = f.mirrors
	}
	return client
}

func networkNames() []string {
	var names []string
	for _, m := range applications.All() {
		names = append(names, string(m.Application))
	}
	return names
}

// publishedWeights returns the file of a network's weights that options ask
// for.
func publishedWeights(name string, options applications.Options, size int) (applications.WeightFile, error) {
	network, err := applications.ByName(name)
	if err != nil {
		return applications.WeightFile{}, err
	}
	options.Weights = applications.ImageNet
	if size != 0 {
		options.InputShape = []int{size, size, 3}
	}
	return network.WeightFile(options)
}
