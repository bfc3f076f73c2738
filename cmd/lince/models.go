package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

func newModels() *cobra.Command {
	var places fetching
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "models",
		Short: "List the known networks, and whether their published weights are here",
		Long: `List the known networks: the pictures they were trained on, their weights in
number, how often their first guess is right on ImageNet's validation pictures
(as published), and whether the published files of weights are on this machine:
in Lince's cache, or in Keras' (below $KERAS_HOME and ~/.keras).`,
		Example: `  lince models
  lince models --json
  lince models fetch inception_v3`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := knownNetworks(places.client(cmd.ErrOrStderr()))
			if asJSON {
				return printJSON(cmd.OutOrStdout(), list)
			}
			return writeNetworks(cmd.OutOrStdout(), list)
		},
	}
	cmd.Flags().SortFlags = false
	places.bindFolder(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, `print [{"name", "title", "input", "parameters", "top1", "top5", "licence", "weights"}]`)
	cmd.AddCommand(newModelsFetch())
	return cmd
}

// network is what models --json prints of one.
type network struct {
	Name       string        `json:"name"`
	Title      string        `json:"title"`
	Input      []int         `json:"input"`
	Parameters int           `json:"parameters"`
	Top1       float64       `json:"top1,omitempty"`
	Top5       float64       `json:"top5,omitempty"`
	Licence    string        `json:"licence"`
	Weights    []networkFile `json:"weights"`
}

type networkFile struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	NoTop   bool   `json:"no_top"`
	Variant string `json:"variant,omitempty"`
	// Path is empty where the file is not here.
	Path string `json:"path,omitempty"`
}

func knownNetworks(client fetch.Client) []network {
	var list []network
	for _, m := range applications.All() {
		n := network{
			Name: string(m.Application), Title: m.Title, Input: []int{m.Size, m.Size, 3},
			Parameters: m.Parameters, Top1: m.Top1, Top5: m.Top5, Licence: m.Licence, Weights: []networkFile{},
		}
		if m.Channels != 0 {
			n.Input[2] = m.Channels
		}
		for _, file := range m.Weights {
			n.Weights = append(n.Weights, networkFile{file.Name, file.URL, file.NoTop, file.Variant, client.Find(fetch.Published(file))})
		}
		list = append(list, n)
	}
	return list
}

func writeNetworks(out io.Writer, list []network) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tINPUT\tPARAMETERS\tTOP-1\tWEIGHTS")
	for _, n := range list {
		top1 := "-"
		if n.Top1 > 0 {
			top1 = fmt.Sprintf("%.1f %%", n.Top1)
		}
		fmt.Fprintf(w, "%s\t%d×%d×%d\t%s\t%s\t%s\n", n.Name, n.Input[0], n.Input[1], n.Input[2], grouped(n.Parameters), top1, n.whereabouts())
	}
	return w.Flush()
}

// whereabouts says which of a network's files are here.
func (n network) whereabouts() string {
	var here []string
	for _, file := range n.Weights {
		if file.Path != "" {
			here = append(here, file.describe())
		}
	}
	switch {
	case len(n.Weights) == 0:
		return "none published"
	case len(here) == 0:
		return "to fetch"
	case len(here) == len(n.Weights):
		return "here"
	}
	return "here: " + strings.Join(here, ", ")
}

// describe tells a file from the network's others.
func (f networkFile) describe() string {
	top := "with top"
	if f.NoTop {
		top = "no top"
	}
	return strings.TrimSpace(f.Variant + " " + top)
}

// grouped writes a number in groups of three digits.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
