package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"
	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/images"
)

// heats explains pictures by heat maps.
func (s *explainSettings) heats(cmd *cobra.Command, model *lince.Model, pictures []string) error {
	explainer, err := explain.New(cmd.Context(), model, s.heatMethod())
	if err != nil {
		return err
	}
	a, err := s.answering(cmd, pictures)
	if err != nil {
		return err
	}
	overlay := explain.Overlay{Colors: s.palette(), Opacity: s.opacity}
	for heat, err := range explainer.Files(cmd.Context(), s.class, pictures...) {
		if err != nil && heat.File == "" {
			return err
		}
		draw := func() (image.Image, error) {
			photo, err := explainer.PhotoFile(heat.File)
			if err != nil {
				return nil, err
			}
			return overlay.Draw(photo, heat), nil
		}
		where := ""
		if heat.Layer != "" {
			where = ", layer " + heat.Layer
		}
		said := fmt.Sprintf("%s %.1f %%%s", heat.Class, 100*heat.Probability, where)
		if err := a.take(heat.File, err, said, heat, draw); err != nil {
			return err
		}
	}
	return a.end()
}

// features shows what a layer makes of pictures.
func (s *explainSettings) features(cmd *cobra.Command, model *lince.Model, pictures []string) error {
	features, err := explain.NewFeatures(cmd.Context(), model, s.layer)
	if err != nil {
		return err
	}
	a, err := s.answering(cmd, pictures)
	if err != nil {
		return err
	}
	for file, err := range images.Files(pictures...) {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		var maps explain.Maps
		if err == nil {
			maps, err = features.File(cmd.Context(), file)
		}
		draw := func() (image.Image, error) { return maps.Image(s.palette()), nil }
		said := fmt.Sprintf("layer %s, %d maps of %d×%d", maps.Layer, maps.Channels, maps.Height, maps.Width)
		if err := a.take(file, err, said, maps, draw); err != nil {
			return err
		}
	}
	return a.end()
}

// filters shows the kernels of the first convolution.
func (s *explainSettings) filters(cmd *cobra.Command, model *lince.Model) error {
	filters, err := explain.FirstFilters(model)
	if err != nil {
		return err
	}
	if s.asJSON {
		if err := printJSON(cmd.OutOrStdout(), filters); err != nil {
			return err
		}
	}
	if s.out == "" {
		return nil
	}
	return writePNG(pngName(s.out, ofFilters), filters.Image())
}

// defaultUnits is how many units maximize takes when none are given.
const defaultUnits = 9

// maxima shows the pictures that units answer to most.
func (s *explainSettings) maxima(cmd *cobra.Command, model *lince.Model) error {
	units := s.units
	switch shape := model.OutputShape(); {
	case s.class != "" && (s.layer != "" || units != nil):
		return usageError{errors.New("--class names a class; leave --layer and --unit out")}
	case s.class != "":
		index, err := explain.ClassIndex(model, s.class)
		if err != nil {
			return err
		}
		units = []int{index}
	case units == nil:
		count := defaultUnits
		if s.layer == "" && len(shape) == 2 {
			count = min(count, max(shape[1], 2))
		}
		for unit := range count {
			units = append(units, unit)
		}
	}
	maxima := explain.Maximize{Layer: s.layer, Steps: s.steps, Seed: s.seed}
	progress := countingProgress(cmd.ErrOrStderr(), "pictures")
	var tiles []image.Image
	for i, unit := range units {
		pictures, err := maxima.Run(cmd.Context(), model, unit)
		if err != nil {
			return err
		}
		tiles = append(tiles, pictures...)
		if progress != nil {
			progress(i+1, len(units))
		}
	}
	return writePNG(pngName(s.out, ofMaxima), explain.Grid(tiles))
}

// explanations gathers what is said of pictures, and writes it.
type explanations struct {
	settings *explainSettings
	cmd      *cobra.Command
	pictures []string
	single   bool
	taken    map[string]bool
	values   []any
	count    int
	failures int
}

// explanationError is what stands for a picture that failed in JSON.
type explanationError struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

func (s *explainSettings) answering(cmd *cobra.Command, pictures []string) (*explanations, error) {
	a := &explanations{settings: s, cmd: cmd, pictures: pictures, taken: map[string]bool{}, values: []any{}}
	if !strings.EqualFold(filepath.Ext(s.out), ".png") {
		return a, nil
	}
	a.single = true
	if info, err := os.Stat(pictures[0]); len(pictures) > 1 || err == nil && info.IsDir() {
		return nil, usageError{fmt.Errorf("--out %s is a file for one picture; give a folder for several", s.out)}
	}
	return a, nil
}

// take writes what was found of one picture, or says why there is nothing. Its
// error is one of writing.
func (a *explanations) take(file string, failure error, said string, value any, draw func() (image.Image, error)) error {
	a.count++
	var shown image.Image
	if failure == nil && a.settings.out != "" {
		shown, failure = draw()
	}
	if failure != nil {
		a.failures++
		fmt.Fprintln(a.cmd.ErrOrStderr(), withProgramName(failure.Error()))
		a.values = append(a.values, explanationError{file, failure.Error()})
		return nil
	}
	if a.settings.asJSON {
		a.values = append(a.values, value)
	} else {
		fmt.Fprintf(a.cmd.OutOrStdout(), "%s  %s\n", file, said)
	}
	if shown == nil {
		return nil
	}
	return writePNG(a.target(file), shown)
}

// end prints the values and tells whether pictures failed.
func (a *explanations) end() error {
	var errs []error
	if a.settings.asJSON {
		errs = append(errs, printJSON(a.cmd.OutOrStdout(), a.values))
	}
	switch {
	case a.count == 0:
		errs = append(errs, fmt.Errorf("there are no pictures in %s", strings.Join(a.pictures, ", ")))
	case a.failures > 0:
		errs = append(errs, silentError{errors.New("some pictures failed")})
	}
	return errors.Join(errs...)
}

// target returns the file for what is said of a picture: below --out as the
// picture lies below the folder that was given, with a number where two would
// have the same name.
func (a *explanations) target(file string) string {
	if a.single {
		return a.settings.out
	}
	name := filepath.Base(file)
	for _, folder := range a.pictures {
		if below, err := filepath.Rel(folder, file); err == nil && below != "." && filepath.IsLocal(below) {
			name = below
			break
		}
	}
	stem := filepath.Join(a.settings.out, strings.TrimSuffix(name, filepath.Ext(name)))
	target := stem + ".png"
	for n := 2; a.taken[target]; n++ {
		target = fmt.Sprintf("%s-%d.png", stem, n)
	}
	a.taken[target] = true
	return target
}

// pngName returns the file that --out names, or one of a name in its folder.
func pngName(out, name string) string {
	if strings.EqualFold(filepath.Ext(out), ".png") {
		return out
	}
	return filepath.Join(out, name+".png")
}

// writePNG writes a picture to a file, completely or not at all.
func writePNG(path string, picture image.Image) error {
	var content bytes.Buffer
	if err := png.Encode(&content, picture); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return maybe.WriteFile(path, content.Bytes(), 0o644)
}
