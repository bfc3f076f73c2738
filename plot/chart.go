// Package plot draws the charts that training calls for: the history of a
// run with the epoch where overfitting begins, activation functions, confusion
// matrices and bars, and the layers of a network; as PNG or SVG.
package plot

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/google/renameio/v2/maybe"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Format is a picture format.
type Format string

// The formats a Chart can be written in.
const (
	PNG Format = "png" // 144 dots per inch
	SVG Format = "svg"
)

// Chart is a drawing. Data that could not be drawn is reported when the chart
// is saved or encoded, so that a chart can be made and saved in one line.
type Chart struct {
	width, height vg.Length
	paint         func(draw.Canvas)
	err           error
}

// Save writes the chart to a file; the name's extension, .png or .svg, chooses
// the format. The file appears whole or not at all.
func (c Chart) Save(path string) error {
	extension := strings.ToLower(filepath.Ext(path))
	var buffer bytes.Buffer
	if err := c.Encode(&buffer, Format(strings.TrimPrefix(extension, "."))); err != nil {
		return fmt.Errorf("%w (saving %s)", err, path)
	}
	if err := maybe.WriteFile(path, buffer.Bytes(), 0o644); err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	return nil
}

// Encode writes the chart to w.
func (c Chart) Encode(w io.Writer, format Format) error {
	if c.err != nil {
		return c.err
	}
	if c.paint == nil {
		return fmt.Errorf("plot: an empty chart cannot be drawn; make one with History, Activation, ConfusionMatrix, Bars or Network")
	}
	var err error
	switch format {
	case PNG:
		const dpi = 144
		if err := checkPixels(c.width, c.height, dpi); err != nil {
			return err
		}
		canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(c.width, c.height), vgimg.UseDPI(dpi))}
		c.paint(draw.New(canvas))
		_, err = canvas.WriteTo(w)
	case SVG:
		canvas := vgsvg.New(c.width, c.height)
		c.paint(draw.New(canvas))
		var text bytes.Buffer
		if _, err = canvas.WriteTo(&text); err == nil {
			_, err = w.Write(withFallbacks(bytes.Map(character, text.Bytes())))
		}
	default:
		return fmt.Errorf("plot: format %q is unknown, expected png or svg", string(format))
	}
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	return nil
}

// character replaces what XML has no character for: names may hold anything.
func character(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff {
		return utf8.RuneError
	}
	return r
}

// withFallbacks names, after the font that text was measured with, others of
// the same widths for machines that lack it.
func withFallbacks(svg []byte) []byte {
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}
