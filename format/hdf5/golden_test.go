package hdf5_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lince-ml/lince/format/hdf5"
	"github.com/lince-ml/lince/tensor"
)

// expected is what h5py says of an object; see testdata/generate.py.
type expected struct {
	Attributes map[string]any
	Shape      tensor.Shape
	DType      string
	Values     any
}

func open(t *testing.T, path string) *hdf5.File {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Open(file, info.Size())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return f
}

func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]map[string]expected
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	for name, objects := range golden {
		t.Run(name, func(t *testing.T) {
			f := open(t, filepath.Join("testdata", name+".h5"))
			for path, want := range objects {
				if want.DType != "" {
					set, err := f.Root().Dataset(path)
					if err != nil {
						t.Error(err)
						continue
					}
					checkDataset(t, set, want)
					checkAttributes(t, set, want)
				} else if path == "/" {
					checkAttributes(t, f.Root(), want)
				} else if group, err := f.Root().Group(path); err != nil {
					t.Error(err)
				} else {
					checkAttributes(t, group, want)
				}
			}
		})
	}
}

func checkDataset(t *testing.T, set *hdf5.Dataset, want expected) {
	t.Helper()
	if !slices.Equal(set.Shape(), want.Shape) {
		t.Errorf("%s: shape %v, expected %v", set.Path(), set.Shape(), want.Shape)
	}
	if want.DType == "string" {
		texts, err := set.Strings()
		if err != nil || !equal(texts, want.Values) {
			t.Errorf("%s: %q, %v, expected %q", set.Path(), texts, err, want.Values)
		}
		return
	}
	values, err := set.Read()
	if err != nil {
		t.Error(err)
		return
	}
	if !equal(values.Float64s(), want.Values) || values.DType().String() != want.DType || !slices.Equal(values.Shape(), want.Shape) {
		t.Errorf("%s: %v %v, expected %v %v", set.Path(), values, values.Float64s(), want.DType, want.Values)
	}
}

func checkAttributes(t *testing.T, o hdf5.Object, want expected) {
	t.Helper()
	got, err := o.Attributes()
	if err != nil {
		t.Error(err)
		return
	}
	names := slices.Sorted(maps.Keys(got))
	if !slices.Equal(names, slices.Sorted(maps.Keys(want.Attributes))) {
		t.Errorf("%s: attributes %q, expected those of %v", o.Path(), names, want.Attributes)
	}
	for name, a := range got {
		value := want.Attributes[name]
		if list, ok := value.([]any); ok && (a.Name() != name || shapeSize(a.Shape()) != len(list)) {
			t.Errorf("%s: attribute %s with the shape %v, expected %s of %d", o.Path(), a.Name(), a.Shape(), name, len(list))
		}
		if texts, err := a.Strings(); err == nil {
			if value != "empty" && !equal(texts, value) {
				t.Errorf("%s: %s is %q, expected %q", o.Path(), name, texts, value)
			}
			continue
		}
		values, err := a.Tensor()
		if err != nil {
			t.Error(err)
		} else if !equal(values.Float64s(), value) {
			t.Errorf("%s: %s is %v, expected %v", o.Path(), name, values.Float64s(), value)
		}
	}
}

func shapeSize(s tensor.Shape) int {
	n, _ := s.Elements()
	return n
}

// equal compares a list with what JSON holds for it.
func equal[T float64 | string](got []T, want any) bool {
	list, ok := want.([]any)
	return ok && slices.EqualFunc(got, list, func(x T, y any) bool { return any(x) == y })
}

func TestChildren(t *testing.T) {
	for _, name := range []string{"many", "many_latest", "many_ordered"} {
		layers, err := open(t, "testdata/"+name+".h5").Root().Group("layers")
		if err != nil {
			t.Fatal(err)
		}
		children := layers.Children()
		if len(children) != 300 || children[0] != "layer_0" || children[299] != "layer_99" || !slices.IsSorted(children) {
			t.Errorf("%s: %d children %q", name, len(children), children)
		}
	}
}

func TestDeepIndex(t *testing.T) {
	root := open(t, "testdata/deep_latest.h5").Root()
	children := root.Children()
	if len(children) != 1301 || children[0] != "g" || children[1300] != "n999" || !slices.IsSorted(children) {
		t.Errorf("%d children %.200q", len(children), children)
	}
	if _, err := root.Group("n1299"); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	for _, name := range []string{"refused", "refused_latest"} {
		root := open(t, "testdata/"+name+".h5").Root()
		for path, want := range map[string]string{
			"soft": "soft link", "external": "external link", "outside": "external file", "virtual": "virtual",
			"compound": "compound", "complex": "compound",
		} {
			set, err := root.Dataset(path)
			if err == nil {
				_, err = set.Read()
			}
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: %s: %v, expected an error that says %q", name, path, err, want)
			}
		}
	}
}

func TestNotFound(t *testing.T) {
	root := open(t, "testdata/attributes.h5").Root()
	_, group := root.Group("empty/more")
	_, set := root.Dataset("absent")
	_, attribute := root.Attribute("absent")
	for _, err := range []error{group, set, attribute} {
		if !errors.Is(err, hdf5.ErrNotFound) {
			t.Errorf("%v, expected ErrNotFound", err)
		}
	}
	if _, err := root.Dataset("empty"); err == nil || errors.Is(err, hdf5.ErrNotFound) {
		t.Errorf("a group opened as a dataset: %v", err)
	}
}

func TestObjects(t *testing.T) {
	var paths []string
	for o, err := range open(t, "testdata/userblock.h5").Objects() {
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, o.Path())
	}
	want := []string{"/", "/empty", "/group", "/group/nested", "/group/nested/y", "/x"}
	if !slices.Equal(paths, want) {
		t.Errorf("objects %q, expected %q", paths, want)
	}
	var last error
	for _, err := range open(t, "testdata/many.h5").Objects() {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "already at /layers/layer_0") {
		t.Errorf("a group linked 298 times: %v", last)
	}
}

// TestConcurrent reads strings, whose heap the File keeps, from many
// goroutines; go test -race looks closer.
func TestConcurrent(t *testing.T) {
	root := open(t, "testdata/texts.h5").Root()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			set, err := root.Dataset("variable")
			if err != nil {
				t.Error(err)
				return
			}
			if texts, err := set.Strings(); err != nil || !slices.Equal(texts, []string{"one", "", "zwei", "três"}) {
				t.Errorf("%q, %v", texts, err)
			}
		})
	}
	group.Wait()
}
