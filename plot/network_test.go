package plot_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/plot"
)

// drawing is what Keras' model_to_dot makes of a network of ../testdata.
type drawing struct {
	Options struct {
		Shapes      bool  `json:"show_shapes"`
		Names       *bool `json:"show_layer_names"`
		Activations bool  `json:"show_layer_activations"`
		Trainable   bool  `json:"show_trainable"`
		Expand      bool  `json:"expand_nested"`
	}
	Labels []string
	Arrows [][2]int
}

func (d drawing) options() plot.NetworkOptions {
	return plot.NetworkOptions{Shapes: d.Options.Shapes, Names: *d.Options.Names, Activations: d.Options.Activations, Trainable: d.Options.Trainable, ExpandNested: d.Options.Expand}
}

func drawings(t *testing.T, name string) (*lince.Model, []drawing) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var of struct{ Drawings []drawing }
	if err := json.Unmarshal(text, &of); err != nil {
		t.Fatal(err)
	}
	m, err := lince.Load(filepath.Join("..", "testdata", name+".keras"))
	if err != nil {
		t.Fatal(err)
	}
	return m, of.Drawings
}

var (
	boxLine   = regexp.MustCompile(`(?m)^(layer\d+) \[.*label=(<<.*>>)\];$`)
	arrowLine = regexp.MustCompile(`(?m)^(layer\d+) -> (layer\d+) `)
)

// The boxes of DOT are Keras', letter for letter, and so are its arrows.
func TestDOTIsLikeKeras(t *testing.T) {
	for _, name := range []string{"branches", "twins", "frozen"} {
		m, want := drawings(t, name)
		for i, w := range want {
			text, err := plot.DOT(m, w.options())
			if err != nil {
				t.Fatal(err)
			}
			var labels, arrows, kerasArrows []string
			byName := map[string]string{}
			for _, box := range boxLine.FindAllStringSubmatch(text, -1) {
				byName[box[1]] = box[2]
				labels = append(labels, box[2])
			}
			for _, a := range arrowLine.FindAllStringSubmatch(text, -1) {
				arrows = append(arrows, byName[a[1]]+" -> "+byName[a[2]])
			}
			for _, a := range w.Arrows {
				kerasArrows = append(kerasArrows, w.Labels[a[0]]+" -> "+w.Labels[a[1]])
			}
			compare(t, name, i, "boxes", labels, w.Labels)
			compare(t, name, i, "arrows", arrows, kerasArrows)
			if frames := strings.Count(text, "subgraph cluster_"); (frames > 0) != w.Options.Expand || strings.Count(text, "{") != strings.Count(text, "}") {
				t.Errorf("%s, drawing %d: %d frames in\n%s", name, i, frames, text)
			}
		}
	}
}

func compare(t *testing.T, name string, drawing int, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if len(got) != len(want) {
		t.Errorf("%s, drawing %d: %d %s, Keras has %d", name, drawing, len(got), what, len(want))
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s, drawing %d: one of the %s is\n%s\nKeras'\n%s", name, drawing, what, got[i], want[i])
			return
		}
	}
}

// The pictures hold every layer's name, and are as wide and tall as they say.
func TestNetworkDraws(t *testing.T) {
	m, _ := drawings(t, "branches")
	for _, options := range []plot.NetworkOptions{{Names: true}, {Names: true, ExpandNested: true, Shapes: true}, {Names: true, ExpandNested: true, LeftToRight: true}} {
		chart := plot.Network(m, options)
		var svg, picture bytes.Buffer
		if err := chart.Encode(&svg, plot.SVG); err != nil {
			t.Fatal(err)
		}
		names := texts(t, svg.Bytes())
		for _, name := range []string{"photo", "facts", "shared", "joined", "both", "kind", "size"} {
			if !slices.Contains(names, name) {
				t.Errorf("%+v: the drawing does not name %q", options, name)
			}
		}
		if slices.Contains(names, "conv") != options.ExpandNested {
			t.Errorf("%+v: layers within are drawn where they should not, or not", options)
		}
		if err := chart.Encode(&picture, plot.PNG); err != nil {
			t.Fatal(err)
		}
		size, err := png.DecodeConfig(&picture)
		if err != nil {
			t.Fatal(err)
		}
		if wide := size.Width > size.Height; wide != options.LeftToRight {
			t.Errorf("%+v: the picture has %d × %d pixels", options, size.Width, size.Height)
		}
	}
}

// texts returns the words of an SVG.
func texts(t *testing.T, svg []byte) (words []string) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return words
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			words = append(words, strings.TrimSpace(string(text)))
		}
	}
}

func TestNetworkRefuses(t *testing.T) {
	unbuilt, err := lince.Sequential(layers.Flatten{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*lince.Model{nil, unbuilt} {
		if err := plot.Network(m, plot.NetworkOptions{}).Encode(io.Discard, plot.SVG); err == nil || !strings.Contains(err.Error(), "layers.Input") {
			t.Errorf("%v", err)
		}
		if _, err := plot.DOT(m, plot.NetworkOptions{}); err == nil {
			t.Error("a network without shapes was described")
		}
	}
}

// A drawing that is too large for a PNG says what to do.
func TestNetworkTooLargeForPNG(t *testing.T) {
	stack := []layers.Layer{layers.Input{Shape: []int{1}}}
	for range 600 {
		stack = append(stack, layers.ReLU{Name: strings.Repeat("long ", 40) + string(rune('a'+len(stack)))})
	}
	m, err := lince.Sequential(stack...)
	if err != nil {
		t.Fatal(err)
	}
	err = plot.Network(m, plot.NetworkOptions{Names: true}).Encode(io.Discard, plot.PNG)
	if err == nil || !strings.Contains(err.Error(), ".svg") {
		t.Errorf("%v", err)
	}
}
