package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gonum "gonum.org/v1/plot"
)

func history() Curves {
	c := losses(30, 1, 0.01, falling, valley)
	c.Series["accuracy"], c.Series["val_accuracy"] = make([]float64, 30), make([]float64, 30)
	for e := range 30 {
		c.Series["accuracy"][e] = 1 - 0.5*math.Exp(-float64(e)/8)
		c.Series["val_accuracy"][e] = 0.8 - 0.3*math.Exp(-float64(e)/5)
	}
	return c
}

func gelu(x float64) float64 { return 0.5 * x * (1 + math.Erf(x/math.Sqrt2)) }

func charts() map[string]Chart {
	return map[string]Chart{
		"history":    History(history()),
		"one epoch":  History(Curves{Epochs: []int{0}, Series: map[string][]float64{"loss": {0.5}}}),
		"diverged":   History(Curves{Epochs: []int{0, 1, 2}, Series: map[string][]float64{"loss": {0.5, math.NaN(), math.Inf(1)}}}),
		"nothing":    History(Curves{Epochs: []int{0}, Series: map[string][]float64{"loss": {math.NaN()}}}),
		"activation": Activation("gelu", gelu, -5, 5),
		"constant":   Activation("constant", func(float64) float64 { return 2 }, -1, 1),
		"matrix":     ConfusionMatrix([]string{"cats", "dogs"}, [][]int{{120, 30}, {22, 128}}),
		"one class":  ConfusionMatrix([]string{"a class with a very long name"}, [][]int{{0}}),
		"large":      ConfusionMatrix(make([]string, 35), square(35)),
		"bars":       Bars("Pictures per class", []Bar{{"daisy", 200}, {"roses & tulips", 0}, {"<none>", 0.25}}),
		"no bars":    Bars("Empty folders", []Bar{{"daisy", 0}}),
	}
}

func square(n int) [][]int {
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = make([]int, n)
	}
	return rows
}

func encode(t *testing.T, c Chart, format Format) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := c.Encode(&buffer, format); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestPNG(t *testing.T) {
	for name, c := range charts() {
		picture, err := png.Decode(bytes.NewReader(encode(t, c, PNG)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := picture.Bounds().Dx(), int(c.width.Dots(144)+0.5); got < want-1 || got > want+1 {
			t.Errorf("%s is %d pixels wide, want %d", name, got, want)
		}
		if count(picture, picture.Bounds(), ink) == 0 {
			t.Errorf("%s has no text", name)
		}
	}
}

// TestHistoryPicture looks at the pixels: both curves in both panels, the
// shade only after the onset.
func TestHistoryPicture(t *testing.T) {
	picture, err := png.Decode(bytes.NewReader(encode(t, History(history()), PNG)))
	if err != nil {
		t.Fatal(err)
	}
	bounds := picture.Bounds()
	below := bounds
	below.Min.Y = bounds.Dy() / 5 // below the legend
	left, right := below, below
	left.Max.X, right.Min.X = bounds.Dx()/2, bounds.Dx()/2
	for name, side := range map[string]image.Rectangle{"accuracy": left, "loss": right} {
		for _, c := range []color.NRGBA{blue, vermilion} {
			if n := count(picture, side, c); n < 500 {
				t.Errorf("%s panel: %d pixels of %v", name, n, c)
			}
		}
		before, after := side, side
		before.Max.X = side.Min.X + side.Dx()/4
		after.Min.X = side.Min.X + side.Dx()/2
		if count(picture, before, warmPaper) > 0 || count(picture, after, warmPaper) < 10000 {
			t.Errorf("%s panel: the shade covers %d pixels before and %d after the onset", name, count(picture, before, warmPaper), count(picture, after, warmPaper))
		}
	}
}

func count(picture image.Image, within image.Rectangle, c color.NRGBA) int {
	n := 0
	for y := within.Min.Y; y < within.Max.Y; y++ {
		for x := within.Min.X; x < within.Max.X; x++ {
			if color.NRGBAModel.Convert(picture.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

// texts returns the words of an SVG, which must be well-formed.
func texts(t *testing.T, svg []byte) []string {
	t.Helper()
	var words []string
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	inside := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return words
		}
		if err != nil {
			t.Fatalf("%v in %.300s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inside = token.Name.Local == "text"
		case xml.EndElement:
			inside = false
		case xml.CharData:
			if inside {
				words = append(words, string(token))
			}
		}
	}
}

// TestNamesOfAnything: an SVG is well-formed whatever its names hold.
func TestNamesOfAnything(t *testing.T) {
	const name = "</text><a>&\x00\x1b[2J\xff\uffffé"
	var svg bytes.Buffer
	if err := Bars(name, []Bar{{Label: name, Value: 1}}).Encode(&svg, SVG); err != nil {
		t.Fatal(err)
	}
	if want := "</text><a>&\ufffd\ufffd[2J\ufffd\ufffdé"; !slices.Contains(texts(t, svg.Bytes()), want) {
		t.Errorf("%q lacks %q", texts(t, svg.Bytes()), want)
	}
}

func TestSVG(t *testing.T) {
	wanted := map[string][]string{
		"history":    {"Training history", "Accuracy", "Loss", "training", "validation", "epoch", "1", "30", "overfitting begins here"},
		"one epoch":  {"Loss", "training", "1"},
		"activation": {"gelu", "gelu(x)", "derivative", "−4", "0", "4"},
		"matrix":     {"cats", "dogs", "120", "85.3 %", "predicted class", "true class"},
		"bars":       {"Pictures per class", "roses & tulips", "<none>", "200", "0.25"},
	}
	all := charts()
	for name, c := range all {
		svg := encode(t, c, SVG)
		got := strings.Join(texts(t, svg), "|") + "|"
		for _, want := range wanted[name] {
			if !strings.Contains(got, want+"|") {
				t.Errorf("%s lacks %q: %s", name, want, got)
			}
		}
		if bytes.Contains(svg, []byte("font-family:Liberation Sans;")) {
			t.Errorf("%s names a font without others to fall back to", name)
		}
	}
	for _, quiet := range []string{"one epoch", "diverged"} {
		if got := texts(t, encode(t, all[quiet], SVG)); strings.Contains(strings.Join(got, "|"), "overfitting") {
			t.Errorf("%s is marked as overfitting", quiet)
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	chart := Bars("title", []Bar{{"a", 1}})
	for name, magic := range map[string]string{"a.png": "\x89PNG", "a.SVG": "<?xml"} {
		path := filepath.Join(dir, name)
		if err := chart.Save(path); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(data, []byte(magic)) {
			t.Errorf("%s begins with %.10q (%v)", name, data, err)
		}
	}
	if err := chart.Save(filepath.Join(dir, "a.pdf")); err == nil || !strings.Contains(err.Error(), "a.pdf") || !strings.Contains(err.Error(), "png or svg") {
		t.Errorf("saving a PDF: %v", err)
	}
	if err := chart.Save(filepath.Join(dir, "missing", "a.png")); err == nil {
		t.Error("saved into a missing folder")
	}
}

func TestRefused(t *testing.T) {
	loss := map[string][]float64{"loss": {1, 2}}
	tests := []struct {
		chart Chart
		want  string
	}{
		{Chart{}, "empty chart"},
		{History(Curves{}), "0 epochs"},
		{History(Curves{Epochs: []int{0, 1, 2}, Series: loss}), "series loss has 2 values for 3 epochs"},
		{History(Curves{Epochs: []int{1, 1}, Series: loss}), "rising order"},
		{Activation("relu", gelu, 5, -5), "a range that rises"},
		{Activation("relu", gelu, math.NaN(), 5), "a range that rises"},
		{Activation("nan", func(float64) float64 { return math.NaN() }, -1, 1), "no finite value"},
		{ConfusionMatrix([]string{"a", "b"}, square(3)), "3 rows for 2 classes"},
		{ConfusionMatrix([]string{"a", "b"}, [][]int{{1, 2}, {3}}), "row 1"},
		{ConfusionMatrix([]string{"a"}, [][]int{{-1}}), "negative"},
		{Bars("none", nil), "0 bars"},
		{Bars("bad", []Bar{{"a", math.Inf(1)}}), `bar "a"`},
	}
	for _, test := range tests {
		if err := test.chart.Encode(io.Discard, PNG); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

func TestTicks(t *testing.T) {
	labels := func(m gonum.Ticker, low, high float64) string {
		var words []string
		for _, tick := range m.Ticks(low, high) {
			words = append(words, tick.Label)
		}
		return strings.Join(words, " ")
	}
	tests := []struct {
		got, want string
	}{
		{labels(epochTicks{}, 0.75, 1.25), "1"},
		{labels(epochTicks{}, 0.75, 3.25), "1 2 3"},
		{labels(epochTicks{}, 0.4, 30.6), "1 5 10 15 20 25 30"},
		{labels(epochTicks{}, -1, 102), "1 20 40 60 80 100"},
		{labels(roundTicks{}, -0.05, 1.02), "0.0 0.2 0.4 0.6 0.8 1.0"},
		{labels(roundTicks{}, 0.61, 0.69), "0.62 0.64 0.66 0.68"},
		{labels(roundTicks{}, -5, 5), "−4 −2 0 2 4"},
		{labels(roundTicks{}, 0, 3e6), "0 500000 1e+06 1.5e+06 2e+06 2.5e+06 3e+06"},
		{labels(roundTicks{}, 2, 2), "2"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("ticks %q, want %q", test.got, test.want)
		}
	}
}
