package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
)

// weightsMatching says how the layers of a file of weights go with a network's.
type weightsMatching struct {
	ByName       bool `json:"by_name,omitempty"`
	SkipMismatch bool `json:"skip_mismatch,omitempty"`
}

func (w *weightsMatching) bind(flags *pflag.FlagSet) {
	flags.BoolVar(&w.ByName, "by-name", false, "match the layers of the --weights file by their names, not by their order; layers that it does not name keep random weights and are told")
	flags.BoolVar(&w.SkipMismatch, "skip-mismatch", false, "leave out layers whose weights in the --weights file have another shape, instead of refusing it; they are told")
}

// network builds one with the weights that the options name, and tells screen
// of layers that the file left out.
func (w weightsMatching) network(ctx context.Context, network applications.Application, o applications.Options, screen io.Writer) (*lince.Model, error) {
	if w == (weightsMatching{}) {
		return network.Model(ctx, o)
	}
	path := o.Weights
	if path == "" || path == applications.ImageNet {
		return nil, usageError{errors.New("--by-name and --skip-mismatch go with --weights FILE")}
	}
	o.Weights = ""
	model, err := network.Model(ctx, o)
	if err != nil {
		return nil, err
	}
	kept, err := model.LoadWeightsWith(path, lince.WeightsOptions{ByName: w.ByName, SkipMismatch: w.SkipMismatch})
	if err != nil {
		return nil, err
	}
	learnt := 0
	for _, instance := range model.Layers() {
		if len(instance.Weights()) > 0 {
			learnt++
		}
	}
	switch {
	case len(kept) == learnt:
		return nil, fmt.Errorf("%s: none of its layers fits %s", path, network)
	case len(kept) > 0:
		fmt.Fprintf(screen, "lince: %d of %d layers are not in %s, or have another shape there, and keep random weights: %s\n", len(kept), learnt, path, shortened(kept))
	}
	return model, nil
}

// shortened lists a few of many names.
func shortened(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
