package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
)

// parsed reads JSON as model files are read, with numbers as json.Number.
func parsed(t testing.TB, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestParseObject(t *testing.T) {
	for text, want := range map[string]config.Object{
		`null`:   {},
		`"relu"`: {Class: "relu", Config: config.Map{}},
		`{"class_name": "Dense", "config": {"units": 2}}`:            {Class: "Dense", Config: config.Map{"units": json.Number("2")}},
		`{"class_name": "Dense"}`:                                    {Class: "Dense", Config: config.Map{}},
		`{"class_name": "Dense", "config": null}`:                    {Class: "Dense", Config: config.Map{}},
		`{"class_name": "function", "config": "relu", "module": ""}`: {Class: "relu", Config: config.Map{}},
	} {
		if got, err := config.ParseObject(parsed(t, text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %v, %v; want %v", text, got, err, want)
		}
	}
	for text, word := range map[string]string{
		`3`: "3", `true`: "true", `[1, 2]`: "[1 2]", `{}`: "0 members", `{"class_name": 3}`: "1 members",
		`[` + strings.Repeat("[],", 5000) + `[]]`: "5001 values", `{"config": {"units": 2}}`: "1 members",
	} {
		got, err := config.ParseObject(parsed(t, text))
		if err == nil || !strings.Contains(err.Error(), word) || len(err.Error()) > 200 || got.Class != "" {
			t.Errorf("%.40s is read as %v: %v", text, got, err)
		}
	}
}

func TestSerializedIsParsed(t *testing.T) {
	object := config.Object{Class: "Dense", Config: config.Map{"units": 2}}
	if got, err := config.ParseObject(object.Serialized("keras.layers")); err != nil || !reflect.DeepEqual(got, object) {
		t.Errorf("%v became %v: %v", object, got, err)
	}
	bare := config.Object{Class: "Flatten"}.Serialized("keras.layers")
	if bare["config"] == nil || bare["module"] != "keras.layers" {
		t.Errorf("without settings it is written as %v", bare)
	}
}

const settings = `{"yes": true, "none": null, "text": "a", "three": 3, "whole": 3.0, "half": 0.5, "huge": 1e300, "beyond": 1e999,
	"list": [1, 2], "numbers": [1, 2.5], "mixed": [1, "a"], "one": [7], "empty": [], "object": {"class_name": "Zeros", "config": {}}}`

func reader(t testing.TB) *config.Reader {
	t.Helper()
	return config.NewReader(config.Object{Class: "Test", Config: parsed(t, settings).(config.Map)})
}

// read calls one of Reader's methods and returns its result and error.
func read[T any](t testing.TB, method func(r *config.Reader) T) (any, error) {
	t.Helper()
	r := reader(t)
	return method(r), r.Err()
}

func TestReader(t *testing.T) {
	type c struct {
		call  func(r *config.Reader) any
		want  any
		words string // of the error, empty if there is none
	}
	for name, c := range map[string]c{
		"bool":             {func(r *config.Reader) any { return r.Bool("yes", false) }, true, ""},
		"bool null":        {func(r *config.Reader) any { return r.Bool("none", true) }, true, ""},
		"bool of text":     {func(r *config.Reader) any { return r.Bool("text", true) }, true, "text of Test: got a, expected true or false"},
		"text":             {func(r *config.Reader) any { return r.String("text", "b") }, "a", ""},
		"text missing":     {func(r *config.Reader) any { return r.String("absent", "b") }, "b", ""},
		"text of number":   {func(r *config.Reader) any { return r.String("three", "b") }, "b", "three of Test: got 3, expected a text"},
		"int":              {func(r *config.Reader) any { return r.Int("three", 1) }, 3, ""},
		"int of 3.0":       {func(r *config.Reader) any { return r.Int("whole", 1) }, 3, ""},
		"int of half":      {func(r *config.Reader) any { return r.Int("half", 1) }, 1, "half of Test: got 0.5, expected a whole number"},
		"int of 1e300":     {func(r *config.Reader) any { return r.Int("huge", 1) }, 1, "a whole number"},
		"int of 1e999":     {func(r *config.Reader) any { return r.Int("beyond", 1) }, 1, "a whole number"},
		"int of true":      {func(r *config.Reader) any { return r.Int("yes", 1) }, 1, "got true"},
		"float":            {func(r *config.Reader) any { return r.Float("half", 1) }, 0.5, ""},
		"float of text":    {func(r *config.Reader) any { return r.Float("text", 1) }, 1.0, "a number"},
		"float beyond":     {func(r *config.Reader) any { return r.Float("beyond", 1) }, 1.0, "a number"},
		"ints":             {func(r *config.Reader) any { return r.Ints("list", nil) }, []int{1, 2}, ""},
		"ints of one":      {func(r *config.Reader) any { return r.Ints("three", nil) }, []int{3}, ""},
		"ints of none":     {func(r *config.Reader) any { return r.Ints("empty", []int{1}) }, []int{}, ""},
		"ints of floats":   {func(r *config.Reader) any { return r.Ints("numbers", []int{9}) }, []int{9}, "a list of whole numbers"},
		"ints of mixed":    {func(r *config.Reader) any { return r.Ints("mixed", nil) }, []int(nil), "got [1 a]"},
		"floats":           {func(r *config.Reader) any { return r.Floats("numbers", nil) }, []float64{1, 2.5}, ""},
		"floats of object": {func(r *config.Reader) any { return r.Floats("object", nil) }, []float64(nil), "an object of 2 members"},
		"pair":             {func(r *config.Reader) any { return r.Pair("list", [2]int{}) }, [2]int{1, 2}, ""},
		"pair of one":      {func(r *config.Reader) any { return r.Pair("three", [2]int{}) }, [2]int{3, 3}, ""},
		"pair of [one]":    {func(r *config.Reader) any { return r.Pair("one", [2]int{}) }, [2]int{7, 7}, ""},
		"pair of none":     {func(r *config.Reader) any { return r.Pair("empty", [2]int{4, 5}) }, [2]int{4, 5}, "one or two"},
		"pair missing":     {func(r *config.Reader) any { return r.Pair("absent", [2]int{4, 5}) }, [2]int{4, 5}, ""},
		"object":           {func(r *config.Reader) any { return r.Object("object").Class }, "Zeros", ""},
		"object missing":   {func(r *config.Reader) any { return r.Object("absent").Class }, "", ""},
		"object of number": {func(r *config.Reader) any { return r.Object("three").Class }, "", "three of Test"},
		"has":              {func(r *config.Reader) any { return r.Has("three") && !r.Has("none") && !r.Has("absent") }, true, ""},
		"class":            {func(r *config.Reader) any { return r.Class() }, "Test", ""},
		"value":            {func(r *config.Reader) any { return r.Value("text") }, "a", ""},
	} {
		got, err := read(t, c.call)
		if !reflect.DeepEqual(got, c.want) || (err != nil) != (c.words != "") || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, %v; want %v, %q", name, got, err, c.want, c.words)
		}
	}
}

func TestReaderGathersErrors(t *testing.T) {
	r := reader(t)
	mine := errors.New("is out of fashion")
	r.Int("text", 0)
	r.Fail("half", mine)
	if err := r.Err(); !errors.Is(err, mine) || strings.Count(err.Error(), "config: ") != 2 {
		t.Errorf("gathered %v", err)
	}
	if keys := reader(t).Keys(); !slices.IsSorted(keys) || len(keys) != 14 {
		t.Errorf("the keys are %q", keys)
	}
}

// Lists that code has written, not JSON, are read too, as copies.
func TestReaderOfGoValues(t *testing.T) {
	list := []int{1, 2}
	r := config.NewReader(config.Object{Config: config.Map{"list": list, "one": 1, "half": 0.5}})
	got := r.Ints("list", nil)
	got[0] = 9
	if list[0] != 1 || r.Int("one", 0) != 1 || r.Float("half", 0) != 0.5 || r.Err() != nil {
		t.Errorf("%v, %v", list, r.Err())
	}
}

// What keras.src.utils.naming.to_snake_case gives.
func TestSnakeCase(t *testing.T) {
	for class, want := range map[string]string{
		"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d", "ReLU": "re_lu", "PReLU": "p_re_lu", "ELU": "elu", "LeakyReLU": "leaky_re_lu",
		"InputLayer": "input_layer", "DepthwiseConv2D": "depthwise_conv2d", "Conv2DTranspose": "conv2d_transpose",
		"GlobalAveragePooling2D": "global_average_pooling2d", "BatchNormalization": "batch_normalization", "RMSprop": "rm_sprop",
		"dense": "dense", "": "", "My-Layer!": "my_layer",
	} {
		if got := config.SnakeCase(class); got != want {
			t.Errorf("%s is numbered as %s, want %s", class, got, want)
		}
	}
}

func ExampleObject() {
	activation, err := config.ParseObject("relu")
	fmt.Println(activation.Class, err)
	dense := config.Object{Class: "Dense", Config: config.Map{"units": 10}}
	fmt.Println(dense.Serialized("keras.layers")["class_name"])
	// Output:
	// relu <nil>
	// Dense
}

func ExampleReader() {
	r := config.NewReader(config.Object{Class: "Dropout", Config: config.Map{"rate": "a half"}})
	fmt.Println(r.Float("rate", 0.25), r.String("name", "dropout"))
	fmt.Println(r.Err())
	// Output:
	// 0.25 dropout
	// config: rate of Dropout: got a half, expected a number
}

func ExampleSnakeCase() {
	fmt.Println(config.SnakeCase("MaxPooling2D"))
	// Output: max_pooling2d
}
