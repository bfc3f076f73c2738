package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/plot"
)

// drawingSettings say how summary draws a network.
type drawingSettings struct {
	path        string
	dot         bool
	leftToRight bool
}

func (d *drawingSettings) bind(flags *pflag.FlagSet) {
	flags.StringVar(&d.path, "drawing", "", "also draw the layers with their shapes to `FILE`, ending in .svg, .png or .dot")
	flags.BoolVar(&d.leftToRight, "left-to-right", false, "draw from left to right instead of from top to bottom")
	flags.BoolVar(&d.dot, "dot", false, "print the layers as text for Graphviz' dot instead of the table")
}

func (d *drawingSettings) check() error {
	switch extension := strings.ToLower(filepath.Ext(d.path)); {
	case d.path == "" && d.leftToRight && !d.dot:
		return usageError{fmt.Errorf("--left-to-right needs --drawing FILE or --dot")}
	case d.path != "" && extension != ".svg" && extension != ".png" && extension != ".dot":
		return usageError{fmt.Errorf("--drawing %s must end in .svg, .png or .dot", d.path)}
	}
	return nil
}

// draw writes what was asked for; done is whether that takes the table's place.
func (d *drawingSettings) draw(cmd *cobra.Command, model *lince.Model, table lince.SummaryOptions) (done bool, err error) {
	options := plot.NetworkOptions{
		Shapes: true, Names: true, Activations: true, Trainable: table.ShowTrainable,
		ExpandNested: table.ExpandNested, LeftToRight: d.leftToRight,
	}
	switch {
	case d.path == "":
	case strings.EqualFold(filepath.Ext(d.path), ".dot"):
		text, err := plot.DOT(model, options)
		if err != nil {
			return false, err
		}
		if err := os.WriteFile(d.path, []byte(text), 0o644); err != nil {
			return false, err
		}
	default:
		if err := plot.Network(model, options).Save(d.path); err != nil {
			return false, err
		}
	}
	if !d.dot {
		return false, nil
	}
	text, err := plot.DOT(model, options)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), text)
	return true, err
}
