package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/safetensors"
)

// file returns a header and so many bytes of elements.
func file(header string, elements int) []byte {
	content := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(content, header...), make([]byte, elements)...)
}

func TestRefused(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"a":{"dtype":%q,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	pair := func(a, b string) string {
		return fmt.Sprintf(`{"a":{"dtype":"U8","shape":[4],"data_offsets":%s},"b":{"dtype":"U8","shape":[4],"data_offsets":%s}}`, a, b)
	}
	for name, test := range map[string]struct {
		content []byte
		says    string
	}{
		"empty":            {nil, "a file of 0 bytes"},
		"no header":        {make([]byte, 8), "no JSON"},
		"long header":      {append(bytes.Repeat([]byte{0xff}, 8), '{', '}'), "a header of 18446744073709551615 bytes"},
		"header beyond":    {append([]byte{3, 0, 0, 0, 0, 0, 0, 0}, '{', '}'), "a header of 3 bytes in a file of 10"},
		"list":             {file(`[]`, 0), "[ where { is expected"},
		"cut":              {file(`{"a":`, 0), "no JSON"},
		"two objects":      {file(`{}{}`, 0), "after the JSON"},
		"bytes left":       {file(`{}`, 1), "take 0 bytes, the file has 1"},
		"number as entry":  {file(`{"a":1}`, 0), "1 where { is expected"},
		"unknown type":     {file(one("F33", "[1]", "[0,4]"), 4), `unknown type "F33"`},
		"unknown key":      {file(`{"a":{"dtyp":"F32"}}`, 0), `unknown key "dtyp"`},
		"no shape":         {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), "expected dtype"},
		"one offset":       {file(one("F32", "[1]", "[0]"), 4), "expected dtype"},
		"three offsets":    {file(one("F32", "[1]", "[0,4,4]"), 4), "more than 2"},
		"key twice":        {file(`{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), `"dtype" twice`},
		"tensor twice":     {file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), `two tensors are called "a"`},
		"negative":         {file(one("F32", "[-1]", "[0,4]"), 4), "-1 where"},
		"fraction":         {file(one("F32", "[1.0]", "[0,4]"), 4), "1.0 where"},
		"backwards":        {file(one("F32", "[1]", "[4,0]"), 4), "its place is 4 to 0"},
		"too small":        {file(one("F32", "[2]", "[0,4]"), 4), "takes 64 bits"},
		"beyond":           {file(one("F32", "[1]", "[4,8]"), 4), "begins at byte 4"},
		"beyond the file":  {file(one("U8", "[1000000000000]", "[0,1000000000000]"), 4), "the file has 4"},
		"overflow":         {file(one("U8", "[4294967296,4294967296,4294967296]", "[0,0]"), 0), `tensor "a"`},
		"overflow of bits": {file(one("U64", "[1152921504606846976]", "[0,0]"), 0), "larger than any file"},
		"half a byte":      {file(one("F4", "[3]", "[0,1]"), 1), "takes 12 bits"},
		"many dimensions":  {file(one("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1), "more than 8"},
		"overlap":          {file(pair("[0,4]", "[2,6]"), 6), `"b" begins at byte 2`},
		"same place":       {file(pair("[0,4]", "[0,4]"), 4), `"b" begins at byte 0`},
		"hole":             {file(pair("[0,4]", "[5,9]"), 9), `"b" begins at byte 5`},
		"metadata twice":   {file(`{"__metadata__":{},"__metadata__":{}}`, 0), "comes twice"},
		"metadata number":  {file(`{"__metadata__":{"a":1}}`, 0), "1 where a text"},
		"metadata key":     {file(`{"__metadata__":{"a":"","a":""}}`, 0), `"a" twice`},
		"long name":        {file(`{"`+strings.Repeat("a", 2<<20)+`":1}`, 0), "more than 1048576 bytes"},
		"deep":             {file(strings.Repeat(`{"a":`, 1<<20), 0), `unknown key "a"`},
	} {
		_, err := safetensors.Open(bytes.NewReader(test.content), int64(len(test.content)))
		if err == nil || !strings.HasPrefix(err.Error(), "safetensors: ") || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: expected an error that says %q: %v", name, test.says, err)
		}
	}
}

// TestManyTensors: a header cannot name more tensors than memory is bounded
// for, nor keep more texts.
func TestManyTensors(t *testing.T) {
	for say, entry := range map[string]func(i int) string{
		"more than 65536 tensors": func(i int) string { return fmt.Sprintf(`"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`, i) },
		"metadata of more than":   func(i int) string { return fmt.Sprintf(`"__metadata__":{"%d":%q},`, i, strings.Repeat("a", 1<<10)) },
	} {
		var header strings.Builder
		header.WriteByte('{')
		for i := range 70_000 {
			text := entry(i)
			if i > 0 {
				text = strings.TrimPrefix(text, `"__metadata__":{`)
			}
			if strings.HasPrefix(say, "metadata") {
				text = strings.TrimSuffix(text, "},") + ","
			}
			header.WriteString(text)
		}
		content := file(header.String(), 0)
		if _, err := safetensors.Open(bytes.NewReader(content), int64(len(content))); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("expected an error that says %q: %.100v", say, err)
		}
	}
}

// exercise reads all there is to read.
func exercise(content []byte) error {
	f, err := safetensors.Open(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return err
	}
	for _, name := range f.Names() {
		if _, err := f.Read(name); err != nil {
			return err
		}
	}
	return nil
}

// bounded fails the test if a file takes more memory in all than its size
// twice and a little for the header.
func bounded(t *testing.T, content []byte, what string, number int) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := exercise(content)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(2*len(content)+1<<20) {
		t.Errorf("%s %d: %d bytes of memory for a file of %d", what, number, taken, len(content))
	}
	return err
}

func TestTruncated(t *testing.T) {
	content := golden(t)
	for n := range content {
		if bounded(t, content[:n], "cut at", n) == nil {
			t.Errorf("cut at %d of %d reads without an error", n, len(content))
		}
	}
}

func TestFlippedBits(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	content := golden(t)
	for i := range 6_000 {
		damaged := bytes.Clone(content)
		for range 1 + random.IntN(3) {
			bit := random.IntN(8 * len(damaged))
			damaged[bit/8] ^= 1 << (bit % 8)
		}
		bounded(t, damaged, "flip", i)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(golden(f))
	f.Add(file(`{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"__metadata__":{"b":"\u00fc"}}  `, 8))
	f.Add(file(`{"a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},"b":{"dtype":"F4","shape":[2],"data_offsets":[1,2]}}`, 2))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) >= 8 && content[7] != 0 { // most lengths are nonsense: make it fit
			binary.LittleEndian.PutUint64(content, uint64(len(content)-8))
		}
		exercise(content)
	})
}
