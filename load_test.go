package lince

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/format/keras"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/tensor"
)

// TestModelsOfKeras compares what Lince makes of Keras' own configurations
// with what Keras makes of them.
func TestModelsOfKeras(t *testing.T) {
	for _, want := range must[[]golden.Model](t)(golden.Models()) {
		t.Run(want.Name, func(t *testing.T) {
			for kind, text := range map[string]golden.Config{"config.json": want.Config, "to_json": want.JSON} {
				object := must[config.Object](t)(config.ParseObject(decoded(t, text)))
				m, err := decoder{}.model(object)
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				likeKeras(t, m, want)
			}
		})
	}
}

func likeKeras(t *testing.T, m *Model, want golden.Model) {
	t.Helper()
	if m.Parameters() != want.Parameters || m.Name() != want.Name {
		t.Errorf("%s has %d parameters, Keras' %s %d", m.Name(), m.Parameters(), want.Name, want.Parameters)
	}
	var got []golden.ModelLayer
	for _, value := range m.byLayer() {
		if m.sequential && value == m.inputs[0] || isOperation(value.Instance()) {
			continue
		}
		count := 0
		for _, w := range value.Instance().Weights() {
			count += must[int](t)(w.Variable.Type.Shape.Elements())
		}
		got = append(got, golden.ModelLayer{Name: value.Instance().Name(), Class: value.Instance().Class(), OutputShape: m.shapes[value], Parameters: count})
	}
	if len(got) != len(want.Layers) {
		t.Errorf("%d layers, Keras has %d", len(got), len(want.Layers))
	}
	for i := range min(len(got), len(want.Layers)) {
		if fmt.Sprint(got[i]) != fmt.Sprint(want.Layers[i]) {
			t.Errorf("layer %d is %v, Keras' %v", i, got[i], want.Layers[i])
		}
	}
	weights, paths := m.network.weights(), m.network.paths()
	if len(weights) != len(want.Weights) {
		t.Fatalf("%d weights, Keras has %d", len(weights), len(want.Weights))
	}
	for i, w := range weights {
		k := want.Weights[i]
		if path := strings.TrimPrefix(k.Path, m.Name()+"/"); paths[w] != path || !w.Variable.Type.Shape.Equal(k.Shape) || w.Trainable() != k.Trainable {
			t.Errorf("weight %d is %s %v (trainable %v), Keras' %s %v (trainable %v)", i, paths[w], w.Variable.Type.Shape, w.Trainable(), k.Path, k.Shape, k.Trainable)
		}
	}
}

// heldBy returns the bytes that are allocated while f runs.
func heldBy(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// file writes a .keras file of a configuration without weights.
func file(t testing.TB, described config.Map) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hostile.keras")
	var content bytes.Buffer
	if err := keras.Write(&content, &keras.File{Config: described}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// object is a JSON object of a class with settings.
func object(class string, settings config.Map, more ...any) config.Map {
	described := config.Map{"class_name": class, "config": settings}
	for i := 0; i < len(more); i += 2 {
		described[more[i].(string)] = more[i+1]
	}
	return described
}

func sequentialOf(entries ...any) config.Map {
	first := object("InputLayer", config.Map{"batch_shape": []any{nil, 4}, "name": "in"})
	return object("Sequential", config.Map{"name": "hostile", "layers": append([]any{first}, entries...)})
}

// node applies a layer to the first uses of others.
func node(from ...string) []any {
	var list []any
	for _, name := range from {
		list = append(list, []any{name, 0, 0, config.Map{}})
	}
	return []any{list}
}

func functionalOf(inputs, outputs any, entries ...any) config.Map {
	first := object("InputLayer", config.Map{"batch_shape": []any{nil, 4}, "name": "in"}, "inbound_nodes", []any{})
	return object("Functional", config.Map{"name": "hostile", "layers": append([]any{first}, entries...), "input_layers": inputs, "output_layers": outputs})
}

func TestLoadRefusesHostileFiles(t *testing.T) {
	in, out := []any{"in", 0, 0}, []any{"a", 0, 0}
	flat := func(name string, nodes any) config.Map {
		return object("Flatten", config.Map{"name": name}, "inbound_nodes", nodes)
	}
	deep := any("end")
	for range 5000 {
		deep = []any{deep}
	}
	for name, c := range map[string]struct {
		described config.Map
		words     []string
	}{
		"another class":        {object("Lambda", config.Map{}), []string{`"Lambda"`, "Sequential or Functional"}},
		"no layers":            {object("Sequential", config.Map{"layers": []any{}}), []string{"no layers"}},
		"layers of numbers":    {sequentialOf(json.Number("3")), []string{"layer 1", "class_name"}},
		"a null layer":         {sequentialOf(nil), []string{"layer 1"}},
		"a function":           {sequentialOf(object("Lambda", config.Map{"function": "evil"})), []string{"layer 1", `"Lambda"`}},
		"an unknown layer":     {sequentialOf(object("Shiny", config.Map{})), []string{"layer 1", `"Shiny"`}},
		"equal names":          {sequentialOf(object("Flatten", config.Map{"name": "x"}), object("Flatten", config.Map{"name": "x"})), []string{`"x"`, "differ"}},
		"an input within":      {sequentialOf(object("InputLayer", config.Map{"batch_shape": []any{nil, 4}})), []string{"first layer"}},
		"no input shape":       {object("Sequential", config.Map{"layers": []any{object("Flatten", config.Map{})}}), []string{"shape of its input"}},
		"a trillion weights":   {sequentialOf(object("Dense", config.Map{"units": json.Number("250000000000"), "name": "huge"})), []string{"huge"}},
		"a billion weights":    {sequentialOf(object("Dense", config.Map{"units": json.Number("250000000"), "name": "huge"})), []string{"no weights", "huge"}},
		"negative units":       {sequentialOf(object("Dense", config.Map{"units": json.Number("-1"), "name": "few"})), []string{"-1"}},
		"units of text":        {sequentialOf(object("Dense", config.Map{"units": strings.Repeat("many", 1000)})), []string{"units", "whole number", "…"}},
		"deep settings":        {sequentialOf(object("Dense", config.Map{"units": deep})), []string{"units", "a list of 1 values"}},
		"names twice":          {functionalOf(in, out, flat("a", node("in")), flat("a", node("in"))), []string{`"a"`, "two layers"}},
		"a bare name":          {functionalOf(in, out, "Flatten"), []string{`"a"`}},
		"a cycle":              {functionalOf(in, out, flat("a", node("b")), flat("b", node("a"))), []string{"no layer makes"}},
		"a layer of itself":    {functionalOf(in, out, flat("a", node("a"))), []string{`"a"`, "no layer makes"}},
		"an absent layer":      {functionalOf(in, out, flat("a", node("nobody"))), []string{`"a"`, "no layer makes"}},
		"an absent use":        {functionalOf(in, out, flat("a", []any{[]any{[]any{"in", 7, 0}}})), []string{`"a"`, "no layer makes"}},
		"a use beyond numbers": {functionalOf(in, out, flat("a", []any{[]any{[]any{"in", json.Number("1e300"), 0}}})), []string{`"a"`, "no layer makes"}},
		"applied to nothing":   {functionalOf(in, out, flat("a", []any{[]any{}})), []string{`"a"`, "applied to nothing"}},
		"no outputs":           {functionalOf(in, nil, flat("a", node("in"))), []string{"inputs and outputs"}},
		"an absent output":     {functionalOf(in, []any{"b", 0, 0}, flat("a", node("in"))), []string{`"b"`}},
		"a negative output":    {functionalOf(in, []any{"a", -1, 0}, flat("a", node("in"))), []string{`"a"`}},
		"an input that is not": {functionalOf(out, out, flat("a", node("in"))), []string{"input 0"}},
		"a foreign input":      {functionalOf([]any{"other", 0, 0}, out, flat("a", node("in")), object("InputLayer", config.Map{"name": "other", "batch_shape": []any{nil, 4}})), []string{`"in"`, "not among"}},
		"a sum of one":         {functionalOf(in, out, object("Add", config.Map{"name": "a"}, "inbound_nodes", node("in"))), []string{"a:"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, c.described)
			var err error
			if held := heldBy(func() { _, err = Load(path) }); held > 8<<20 {
				t.Errorf("took %d bytes of memory", held)
			}
			errorHas(t, err, append(c.words, path)...)
			if err != nil && (strings.Count(err.Error(), path) != 1 || len(err.Error()) > 600) {
				t.Errorf("an error of %d characters that names the file %d times: %.300v", len(err.Error()), strings.Count(err.Error(), path), err)
			}
		})
	}
}

// A file may list its layers in any order; the time is that of their number.
func TestLoadOfManyLayersInReverse(t *testing.T) {
	const count = 20000
	entries := make([]any, count)
	for i := range entries {
		from := fmt.Sprint("f", i+1)
		if i == count-1 {
			from = "in"
		}
		entries[i] = object("Flatten", config.Map{"name": fmt.Sprint("f", i)}, "inbound_nodes", node(from))
	}
	described := functionalOf([]any{"in", 0, 0}, []any{"f0", 0, 0}, entries...)
	m := must[*Model](t)(decoder{}.model(must[config.Object](t)(config.ParseObject(described))))
	if len(m.Layers()) != count+1 {
		t.Errorf("%d layers", len(m.Layers()))
	}
}

// Damage anywhere gives an error, never a panic, and the file's name once.
func TestLoadRefusesDamage(t *testing.T) {
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole.keras")
	m := compiled(t, small(t), Training{})
	if err := m.Save(whole); err != nil {
		t.Fatal(err)
	}
	content := must[[]byte](t)(os.ReadFile(whole))
	path := filepath.Join(folder, "damaged.keras")
	for i := range 40 {
		if err := os.WriteFile(path, content[:len(content)*i/40], 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		errorHas(t, err, path)
		other := small(t)
		errorHas(t, other.LoadWeights(path), path)
		if err != nil && strings.Count(err.Error(), path) != 1 {
			t.Errorf("the file is named several times: %v", err)
		}
	}
	absent := filepath.Join(folder, "absent.keras")
	if _, err := Load(absent); !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), absent) != 1 {
		t.Errorf("an absent file: %v", err)
	}
}

// A file whose weights are others' changes none of the model's.
func TestLoadWeightsChangesAllOrNothing(t *testing.T) {
	folder := t.TempDir()
	m := small(t)
	before := values(t, m)
	other := must[*Model](t)(Sequential(picture,
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3)}, layers.BatchNormalization{}, layers.Flatten{}, layers.Dense{Units: 1},
	))
	fewer := must[*Model](t)(Sequential(picture, layers.Conv2D{Filters: 4, Kernel: layers.Square(3)}))
	unscaled := must[*Model](t)(Sequential(picture,
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3)}, layers.BatchNormalization{NoScale: true}, layers.Flatten{}, layers.Dense{Units: 1},
	))
	for name, c := range map[string]struct {
		from  *Model
		words []string
	}{
		"shape": {other, []string{`"dense"`, "(36, 1)", "(144, 1)"}},
		"layer": {fewer, []string{`"batch_normalization"`}},
		"count": {unscaled, []string{`"batch_normalization"`, "has 4 weights", "has 3"}},
	} {
		path := filepath.Join(folder, name+".weights.h5")
		if err := c.from.SaveWeights(path); err != nil {
			t.Fatal(err)
		}
		errorHas(t, m.LoadWeights(path), append(c.words, path)...)
		if !slices.Equal(before, values(t, m)) {
			t.Errorf("%s: the model's weights changed", name)
		}
		_, err := Load(path)
		errorHas(t, err, path, "weights alone", "LoadWeights")
	}
	unbuilt := must[*Model](t)(Sequential(layers.Flatten{}))
	errorHas(t, unbuilt.LoadWeights(filepath.Join(folder, "shape.weights.h5")), "InputShape")
}

// What a file says of its training may be wrong too; NoCompile leaves it aside.
func TestLoadRefusesTrainings(t *testing.T) {
	m := compiled(t, small(t), Training{Optimizer: optimizers.SGD{Momentum: 0.5}})
	must[*History](t)(m.Fit(t.Context(), halves(t, 4), Fit{}))
	optimizer := config.Map{"class_name": "SGD", "config": config.Map{"learning_rate": 0.01, "momentum": 0.5}}
	loss := object("BinaryCrossentropy", config.Map{})
	for name, c := range map[string]struct {
		settings config.Map
		step     any
		words    []string
	}{
		"unknown optimiser": {config.Map{"optimizer": "Turbo", "loss": loss}, int64(1), []string{"Turbo", "NoCompile"}},
		"unknown loss":      {config.Map{"optimizer": optimizer, "loss": "my_loss"}, int64(1), []string{"my_loss", "NoCompile"}},
		"unfit loss":        {config.Map{"optimizer": optimizer, "loss": "categorical_crossentropy"}, int64(1), []string{"BinaryCrossentropy", "NoCompile"}},
		"unknown metric":    {config.Map{"optimizer": optimizer, "loss": loss, "metrics": []any{"charm"}}, int64(1), []string{"charm", "NoCompile"}},
		"a negative step":   {config.Map{"optimizer": optimizer, "loss": loss}, int64(-1), []string{"step is -1"}},
		"a step of NaN":     {config.Map{"optimizer": optimizer, "loss": loss}, math.NaN(), []string{"step is NaN"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := must[*keras.File](t)(m.file())
			f.Config["compile_config"] = c.settings
			step := f.Optimizer[0].Variables
			switch v := c.step.(type) {
			case int64:
				step[0].Value = tensor.Scalar(v)
			case float64:
				step[0].Value = tensor.Scalar(v)
			}
			path := filepath.Join(t.TempDir(), "trained.keras")
			if err := writeFile(path, f); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			errorHas(t, err, append(c.words, path)...)
			must[*Model](t)(LoadWith(path, LoadOptions{NoCompile: true}))
		})
	}
}

// A file whose optimiser has other variables than its settings ask for is
// refused when the training begins, with the way out.
func TestOtherSlotsThanTheFiles(t *testing.T) {
	m := compiled(t, small(t), Training{Optimizer: optimizers.SGD{Momentum: 0.5}})
	must[*History](t)(m.Fit(t.Context(), halves(t, 4), Fit{}))
	for name, change := range map[string]func(*keras.File){
		"fewer": func(f *keras.File) { f.Optimizer[0].Variables = slices.Delete(f.Optimizer[0].Variables, 2, 3) },
		"other": func(f *keras.File) { f.Optimizer[0].Variables[2].Value = tensor.Scalar(float32(1)) },
	} {
		f := must[*keras.File](t)(m.file())
		f.Extras = maps.Clone(f.Extras)
		change(f)
		path := filepath.Join(t.TempDir(), name+".keras")
		if err := writeFile(path, f); err != nil {
			t.Fatal(err)
		}
		again := must[*Model](t)(Load(path))
		_, err := again.Fit(t.Context(), halves(t, 4), Fit{})
		errorHas(t, err, "Compile again", "fresh optimiser")
		compiled(t, again, Training{Loss: losses.BinaryCrossentropy{}})
		must[*History](t)(again.Fit(t.Context(), halves(t, 4), Fit{}))
	}
}
