package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lince-ml/lince/format/npz"
	"github.com/lince-ml/lince/tensor"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readArchive(t testing.TB, content []byte) map[string]*tensor.Tensor {
	t.Helper()
	archive, err := npz.OpenArchive(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	arrays := make(map[string]*tensor.Tensor)
	for _, name := range archive.Names() {
		if arrays[name], err = archive.Read(name); err != nil {
			t.Fatal(err)
		}
	}
	return arrays
}

func TestGolden(t *testing.T) {
	var golden map[string]struct {
		Shape  tensor.Shape
		DType  string
		Values []string
	}
	if err := json.Unmarshal(file(t, "values.json"), &golden); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		arrays := readArchive(t, file(t, name))
		if len(arrays) != len(golden) {
			t.Errorf("%s: %d arrays, expected %d", name, len(arrays), len(golden))
		}
		for key, want := range golden {
			got := arrays[key]
			if got == nil || got.DType().String() != want.DType || !got.Shape().Equal(want.Shape) {
				t.Errorf("%s: %s is %v, expected %s%v", name, key, got, want.DType, want.Shape)
				continue
			}
			for i, x := range got.Float64s() {
				if y, err := strconv.ParseFloat(want.Values[i], 64); err != nil || x != y {
					t.Errorf("%s: %s[%d] is %v, expected %v", name, key, i, x, want.Values[i])
				}
			}
		}
	}
}

func TestSingle(t *testing.T) {
	arrays := readArchive(t, file(t, "stored.npz"))
	for _, name := range []string{"f4", "fortran", "scalar"} {
		got, err := npz.Read(bytes.NewReader(file(t, name+".npy")))
		if err != nil || !reflect.DeepEqual(got, arrays[name]) {
			t.Errorf("%s: %v, %v, expected %v", name, got, err, arrays[name])
		}
	}
}

// TestSameBytes writes what NumPy wrote, byte for byte.
func TestSameBytes(t *testing.T) {
	for _, name := range []string{"f4.npy", "scalar.npy"} {
		want := file(t, name)
		array, err := npz.Read(bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := npz.Write(&got, array); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: wrote %q, %v, expected %q", name, got.Bytes(), err, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	arrays := readArchive(t, file(t, "stored.npz"))
	long, err := tensor.New(tensor.Float32, 100, 1000)
	if err != nil {
		t.Fatal(err)
	}
	long.Float32s()[99999] = 1
	arrays["long"] = long
	var first, second bytes.Buffer
	if err := errors.Join(npz.WriteArchive(&first, arrays), npz.WriteArchive(&second, arrays)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same arrays gave other bytes the second time")
	}
	if got := readArchive(t, first.Bytes()); !reflect.DeepEqual(got, arrays) {
		t.Errorf("wrote %v, read %v", arrays, got)
	}
}

func TestRefused(t *testing.T) {
	for name, want := range map[string]string{
		"refused_objects.npy": "pickled", "refused_records.npy": "records", "refused_texts.npy": "no tensor holds", "refused_complex.npy": "no tensor holds",
	} {
		if _, err := npz.Read(bytes.NewReader(file(t, name))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected an error that says %q", name, err, want)
		}
	}
	brain := tensor.Scalar(tensor.BrainOf(1))
	if err := npz.Write(io.Discard, brain); err == nil || !strings.Contains(err.Error(), "bfloat16") {
		t.Errorf("bfloat16: %v", err)
	}
}

func TestTexts(t *testing.T) {
	content := file(t, "texts.npz")
	archive, err := npz.OpenArchive(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"one", "", "zwölf", "a\x00b"}
	for _, name := range []string{"wide", "big"} {
		if got, err := archive.Strings(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v, expected %q", name, got, err, want)
		}
	}
	if got, err := archive.Strings("bytes"); err != nil || !slices.Equal(got, []string{"cat", "", "dog", "x"}) {
		t.Errorf("bytes: %q, %v", got, err)
	}
	if _, err := archive.Read("wide"); err == nil || !strings.Contains(err.Error(), "texts") {
		t.Errorf("texts read as numbers: %v", err)
	}
	if _, err := archive.Strings("number"); err == nil || !strings.Contains(err.Error(), "texts are expected") {
		t.Errorf("a number read as texts: %v", err)
	}
	if _, err := archive.Read("absent"); err == nil || !strings.Contains(err.Error(), `"absent"`) {
		t.Errorf("an array that is not there: %v", err)
	}
}

// npy is an array with a header of one's own.
func npy(header string, elements ...byte) []byte {
	start := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	return slices.Concat(start, []byte(header), elements)
}

func TestHeaders(t *testing.T) {
	for header, want := range map[string]string{
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }":                        "",
		`{"shape":(2L,),"fortran_order":True,"descr":"u1"}  ` + "\n":                       "",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }":                        "3 bytes, 2 are there",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }":              "are there",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }":    "more elements than memory",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976, 2), }":    "larger than any file",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }":         "9 dimensions",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }":                       "an extent",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }":     "an extent",
		"{'descr': '|u1', 'fortran_order': 0, 'shape': (2,), }":                            "expected",
		"{'descr': '|u1', 'shape': (2,), }":                                                "not all of",
		"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,), }":        "twice",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'evil': __import__('os')": "unknown key",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), } + 1":                    "after the end",
		"": "expected",
	} {
		_, err := npz.Read(bytes.NewReader(npy(header, 1, 2)))
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "npz: ")) {
			t.Errorf("%s: %v, expected %q", header, err, want)
		}
	}
}

func TestRefusedArchives(t *testing.T) {
	one := npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", 1, 2)
	pack := func(names []string, content []byte, method uint16) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, name := range names {
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(content); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	wrong := pack([]string{"a.npy"}, one, zip.Store)
	wrong[bytes.Index(wrong, one)+len(one)-1] ^= 1
	for want, content := range map[string][]byte{
		"no array":             pack([]string{"a.txt"}, one, zip.Store),
		"two arrays":           pack([]string{"a.npy", "a.npy"}, one, zip.Store),
		"1 bytes after":        pack([]string{"a.npy"}, append(slices.Clone(one), 0), zip.Store),
		"far more than":        pack([]string{"a.npy"}, make([]byte, 100<<20), zip.Deflate),
		"checksum":             wrong,
		"not a valid zip file": []byte("PK"),
	} {
		err := exercise(content)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected an error that says %q: %v", want, err)
		}
	}
}

func seeds(t testing.TB) map[string][]byte {
	files := make(map[string][]byte)
	for _, name := range []string{"stored.npz", "deflated.npz", "texts.npz", "f4.npy", "fortran.npy", "scalar.npy"} {
		files[name] = file(t, name)
	}
	return files
}

func exercise(content []byte) (err error) {
	if strings.HasPrefix(string(content), "PK") {
		archive, err := npz.OpenArchive(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return err
		}
		for _, name := range archive.Names() {
			if _, first := archive.Read(name); err == nil {
				err = first
			}
			archive.Strings(name)
		}
		return err
	}
	_, err = npz.Read(bytes.NewReader(content))
	return err
}

func TestDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	bounded := func(content []byte, what string, number int) error {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := exercise(content)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 8<<20 {
			t.Errorf("%s %d: %d bytes of memory for a file of %d", what, number, taken, len(content))
		}
		return err
	}
	for name, content := range seeds(t) {
		for n := range len(content) {
			if err := bounded(content[:n], name+" cut at", n); err == nil {
				t.Errorf("%s cut at %d of %d reads without an error", name, n, len(content))
			}
		}
		for i := range 2000 {
			damaged := bytes.Clone(content)
			bit := random.IntN(8 * len(damaged))
			damaged[bit/8] ^= 1 << (bit % 8)
			bounded(damaged, name+" flip", i)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, content := range seeds(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) { exercise(content) })
}

func TestRealArrays(t *testing.T) {
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
	}
	content, err := os.ReadFile(filepath.Join(folder, "..", "shared", "data", "models", "squeezenet_v1.0_reference_10.npz"))
	if err != nil {
		t.Skipf("no real arrays to read: %v", err)
	}
	archive, err := npz.OpenArchive(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	x, first := archive.Read("x")
	prob, second := archive.Read("prob")
	files, third := archive.Strings("files")
	if err := errors.Join(first, second, third); err != nil {
		t.Fatal(err)
	}
	if !x.Shape().Equal(tensor.Shape{10, 227, 227, 3}) || !prob.Shape().Equal(tensor.Shape{10, 1000}) || len(files) != 10 || !strings.HasSuffix(strings.ToLower(files[9]), ".jpeg") {
		t.Errorf("x %v, prob %v, files %q", x, prob, files)
	}
	for row := range 10 {
		sum := 0.0
		for _, p := range prob.Float64s()[row*1000 : (row+1)*1000] {
			sum += p
		}
		if sum < 0.9999 || sum > 1.0001 {
			t.Errorf("the probabilities of picture %d add up to %v", row, sum)
		}
	}
}
