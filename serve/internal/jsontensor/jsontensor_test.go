package jsontensor

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestTensorShapes(t *testing.T) {
	for _, c := range []struct {
		text   string
		values []float32
		shape  []int
		fault  string
	}{
		{text: `[[1, 2.5], [-3e2, 4]]`, values: []float32{1, 2.5, -300, 4}, shape: []int{2, 2}},
		{text: ` 7 `, values: []float32{7}, shape: nil},
		{text: `[]`, shape: []int{0}},
		{text: `[[], []]`, shape: []int{2, 0}},
		{text: `[true, false, 0.1]`, values: []float32{1, 0, 0.1}, shape: []int{3}},
		{text: `[[[1]], [[2]]]`, values: []float32{1, 2}, shape: []int{2, 1, 1}},
		{text: `[Infinity, -Infinity]`, values: []float32{float32(math.Inf(1)), float32(math.Inf(-1))}, shape: []int{2}},
		{text: `[[1, 2], [3]]`, fault: "beside one of 2"},
		{text: `[[1], 2]`, fault: "others have a list"},
		{text: `[1, [2]]`, fault: "others have a number"},
		{text: `[[], [1]]`, fault: "beside one of 0"},
		{text: `[[], [[]]]`, fault: "others have a number"},
		{text: `[1, 2, 3, 4, 5, 6, 7]`, fault: "more numbers than the model takes"},
		{text: `[1, 2`, fault: "the end"},
		{text: `[1 2]`, fault: "a comma"},
		{text: `[1,]`, fault: "a number expected"},
		{text: ``, fault: "the end"},
		{text: `["1"]`, fault: "a number expected"},
		{text: `[01]`, fault: "begins with 0"},
		{text: `[1.]`, fault: "after its point"},
		{text: `[-]`, fault: "a minus"},
		{text: `[1e400]`, fault: "no number that a float64 can hold"},
		{text: `[3.4028235e38, -3.40282350000001e38]`, values: []float32{math.MaxFloat32, -math.MaxFloat32}, shape: []int{2}},
		{text: `[3.5e38]`, fault: "beyond what a float32 can hold"},
		{text: `[-1e39]`, fault: "beyond what a float32 can hold"},
		{text: `[1e]`, fault: "no number"},
		{text: strings.Repeat("[", 100), fault: "in one another"},
	} {
		s := New([]byte(c.text))
		values, shape, err := s.Tensor(nil, 6)
		if err == nil {
			err = s.End()
		}
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%.40s: %v, expected an error with %q", c.text, err, c.fault)
			}
			continue
		}
		if err != nil || !slices.Equal(values, c.values) || !slices.Equal(shape, c.shape) {
			t.Errorf("%s: %v %v %v, expected %v %v", c.text, values, shape, err, c.values, c.shape)
		}
	}
}

func TestNumbersAreTheNearest(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "1", "255", "0.1", "0.30000000000000004", "123456789012345", "1234567890123456789012", "0.000000000000000000000001",
		"3.4028234663852886e38", "1e-45", "2.2250738585072014e-308", "0.0039215686274509803", "9007199254740993", "1E5", "1e+5", "-1.5e-7",
	} {
		expected, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		got, err := New([]byte(text)).Number()
		if err != nil || math.Float64bits(got) != math.Float64bits(expected) {
			t.Errorf("%s: %v %v, expected %v", text, got, err, expected)
		}
	}
}

func TestStrings(t *testing.T) {
	for text, expected := range map[string]string{
		`"plain"`: "plain", `"a \"b\" \\"`: `a "b" \`, `"\u00e9\n"`: "é\n", `""`: "",
	} {
		if got, err := New([]byte(text)).String(); err != nil || got != expected {
			t.Errorf("%s: %q %v, expected %q", text, got, err, expected)
		}
	}
	for _, text := range []string{`"open`, `"open\"`, `"\x"`, "\"a\nb\"", `5`, ``} {
		if got, err := New([]byte(text)).String(); err == nil {
			t.Errorf("%q: read as %q, expected an error", text, got)
		}
	}
}

func TestBase64(t *testing.T) {
	for _, text := range []string{`"aGk/aGk="`, `"aGk/aGk"`, `"aGk\/aGk="`} {
		if got, err := New([]byte(text)).Base64(); err != nil || string(got) != "hi?hi" {
			t.Errorf("%s: %q %v", text, got, err)
		}
	}
	if _, err := New([]byte(`"***"`)).Base64(); err == nil {
		t.Error("no base64 gave no error")
	}
}

func TestObjects(t *testing.T) {
	text := `{"a": [1, 2], "skipped": {"deep": [null, true, "x", {}], "n": -1.5}, "b": true}`
	s := New([]byte(text))
	var keys []string
	err := s.Object(func(key string) error {
		keys = append(keys, key)
		if key == "b" {
			if s.Kind() != Bool {
				t.Errorf("kind %q", rune(s.Kind()))
			}
			_, err := s.Bool()
			return err
		}
		return s.Skip()
	})
	if err != nil || s.End() != nil || !slices.Equal(keys, []string{"a", "skipped", "b"}) {
		t.Errorf("%v %v", keys, err)
	}
	for _, wrong := range []string{`{"a" 1}`, `{a: 1}`, `{"a": 1,}`, `{"a": 1`, `[1]`, `{"a": nul}`, `{"a": }`} {
		s := New([]byte(wrong))
		if err := s.Object(func(string) error { return s.Skip() }); err == nil {
			t.Errorf("%s gave no error", wrong)
		}
	}
}

// FuzzScanner: what encoding/json takes is taken, with the same numbers, unless
// it lies deeper; and what is taken is JSON, apart from NaN and Infinity.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{`{"instances": [[0.5, 1e3, -7]]}`, `[[1], [2]]`, `"a\u00e9"`, `nul`, `[NaN]`, `{"a": {"b64": "aGk="}}`, `-`, `[1.5e`, "\xff"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := New(text)
		err := s.Skip()
		if err == nil {
			err = s.End()
		}
		special := strings.Contains(string(text), "NaN") || strings.Contains(string(text), "Infinity")
		deep := strings.Count(string(text), "[")+strings.Count(string(text), "{") > MaxDepth
		huge := strings.ContainsAny(string(text), "eE") || len(text) > 300 // exponents beyond float64
		if valid := json.Valid(text); valid != (err == nil) && !special && !deep && !huge {
			t.Fatalf("valid %v, but read with %v", valid, err)
		}
		values, _, err := New(text).Tensor(nil, 1000)
		var flat []float64
		if err == nil && json.Unmarshal(text, &flat) == nil && len(values) == len(flat) {
			for i, v := range flat {
				if values[i] != float32(v) {
					t.Fatalf("number %d is %v, expected %v", i, values[i], float32(v))
				}
			}
		}
		_, _ = New(text).Base64()
	})
}

func BenchmarkTensor(b *testing.B) {
	rows := strings.Repeat("[0.123,0.45,0.9],", 22499) + "[0.1,0.2,0.3]"
	text := []byte("[" + rows + "]")
	b.SetBytes(int64(len(text)))
	values := make([]float32, 0, 67500)
	for b.Loop() {
		if _, _, err := New(text).Tensor(values, 67500); err != nil {
			b.Fatal(err)
		}
	}
}
