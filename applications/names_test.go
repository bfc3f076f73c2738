package applications_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/applications"
)

// Models are called as in Keras, their widths and sizes included.
func TestNamesEqualKeras(t *testing.T) {
	content, err := os.ReadFile("testdata/names.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Title, Name string
		Alpha       float64
		NoTop       bool  `json:"no_top"`
		InputShape  []int `json:"input_shape"`
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		m := built(t, c.Title, applications.Options{Alpha: c.Alpha, NoTop: c.NoTop, InputShape: c.InputShape})
		if m.Name() != c.Name {
			t.Errorf("%s, %+v: the name is %s, in Keras %s", c.Title, c, m.Name(), c.Name)
		}
	}
}

func TestNameClasses(t *testing.T) {
	entries := map[string][2]string{}
	for i := range 1000 {
		entries[fmt.Sprint(i)] = [2]string{fmt.Sprintf("n%08d", i), fmt.Sprintf("class_%d", i)}
	}
	content, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var asked string
	here := func(_ context.Context, file applications.WeightFile) (string, error) {
		asked = file.Name
		return path, nil
	}
	m := built(t, "SqueezeNet", applications.Options{})
	if err := applications.NameClasses(t.Context(), m, here); err != nil || asked != "imagenet_class_index.json" ||
		len(m.Classes) != 1000 || m.Classes[999] != "class_999" {
		t.Errorf("%v, asked for %q, the classes are %d", err, asked, len(m.Classes))
	}
	away := func(context.Context, applications.WeightFile) (string, error) { return "", errors.ErrUnsupported }
	if err := applications.NameClasses(t.Context(), m, away); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without a file: %v", err)
	}
	few := built(t, "SqueezeNet", applications.Options{Classes: 10})
	if err := applications.NameClasses(t.Context(), few, here); err == nil || few.Classes != nil || !strings.Contains(err.Error(), "10") {
		t.Errorf("of 10 classes: %v, %v", err, slices.Clone(few.Classes))
	}
	if err := os.WriteFile(path, []byte(`{"0": ["n01440764", "tench"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := applications.NameClasses(t.Context(), m, here); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a file of one class: %v", err)
	}
}
