package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/images"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]images.Size{
		"150": {Height: 150, Width: 150}, "120x160": {Height: 120, Width: 160},
	} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "1x", "x1", "1x2x3", "12.5"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q is %v, expected an error", text, got)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1000": 1000, "500MB": 500 << 20, "2 gb": 2 << 30, "1TB": 1 << 40, "3kb": 3 << 10,
	} {
		if got, err := parseBytes(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1.5GB", "9999999999TB", "2PB"} {
		if got, err := parseBytes(text); err == nil {
			t.Errorf("%q is %v, expected an error", text, got)
		}
	}
	for bytes, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KB", 1536 << 10: "1.5 MB", 2 << 30: "2.0 GB", 5000 << 40: "5000.0 TB",
	} {
		if got := formatBytes(bytes); got != want {
			t.Errorf("%d bytes are written %s, expected %s", bytes, got, want)
		}
	}
}

// TestUnderneath: what is given on the command line counts more than what is
// set underneath, whatever kind of flag it is.
func TestUnderneath(t *testing.T) {
	var s trainSettings
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.bind(flags)
	if err := flags.Parse([]string{"--epochs=3", "--brightness-range=0.5,1.5", "--weight-decay=0", "--strict=false"}); err != nil {
		t.Fatal(err)
	}
	err := underneath(flags, func() error {
		s.Epochs, s.Batch, s.Strict, s.WeightDecay = 7, 7, true, new(7.0)
		s.Augment.Brightness = bounds{7, 7}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Epochs != 3 || s.Strict || *s.WeightDecay != 0 || s.Augment.Brightness != (bounds{0.5, 1.5}) {
		t.Errorf("flags were overridden: %+v", s)
	}
	if s.Batch != 7 {
		t.Errorf("the batch is %d, expected what was set underneath", s.Batch)
	}
	failure := errors.New("no")
	if err := underneath(flags, func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

func TestAugmentationPreset(t *testing.T) {
	resolved := func(args ...string) augmentSettings {
		var a augmentSettings
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		a.bind(flags)
		if err := flags.Parse(args); err != nil {
			t.Fatal(err)
		}
		if err := a.resolve(flags); err != nil {
			t.Fatal(err)
		}
		a.preset = ""
		return a
	}
	all := augmentSettings{
		Rotation: 40, WidthShift: 0.2, HeightShift: 0.2, Shear: 0.2, Zoom: 0.2, HorizontalFlip: true,
		FillMode: "nearest", InterpolationOrder: 1,
	}
	if got := resolved("--augment=default"); got != all {
		t.Errorf("the preset is %+v", got)
	}
	own := all
	own.Rotation, own.HorizontalFlip, own.VerticalFlip = 0, false, true
	if got := resolved("--augment=default", "--rotation-range=0", "--horizontal-flip=false", "--vertical-flip"); got != own {
		t.Errorf("the preset with options is %+v", got)
	}
	if got := resolved("--augment=none", "--shear-range=5"); got != (augmentSettings{Shear: 5, FillMode: "nearest", InterpolationOrder: 1}) {
		t.Errorf("no preset with an option is %+v", got)
	}
}

func TestReadLabels(t *testing.T) {
	cats := []string{"cats", "big dogs"}
	for _, test := range []struct {
		content string
		want    []string // nil for an error
	}{
		{"cats\nbig dogs\n", cats},
		{"\ufeffcats\r\nbig dogs\r\n", cats},
		{`["cats", "big dogs"]`, cats},
		{`{"big dogs": 1, "cats": 0}`, cats},
		{`{"0": "cats", "1": "big dogs"}`, cats},
		{`{"0": ["n01", "cats"], "1": ["n02", "big dogs"]}`, cats},
		{"", nil},
		{`["cats", 1]`, nil},
		{`{"cats": 0, "dogs": 2}`, nil},
		{`{"cats": 0, "dogs": 0}`, nil},
		{`{"cats": "n01"}`, nil},
		{`{"0": []}`, nil},
		{`{"0": `, nil},
	} {
		path := filepath.Join(t.TempDir(), "labels")
		if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := readLabels(path)
		if (err == nil) != (test.want != nil) || !slices.Equal(got, test.want) {
			t.Errorf("%q gives %q, %v; expected %q", test.content, got, err, test.want)
		}
	}
}
