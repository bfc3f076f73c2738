package tfevents

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/lince.tfevents anew; then run testdata/compare.py")

// writeSamples writes one file with every kind of summary at fixed times.
func writeSamples(t *testing.T) string {
	t.Helper()
	now := time.Unix(1_700_000_000, 0)
	clock := func() time.Time { defer func() { now = now.Add(250 * time.Millisecond) }(); return now }
	w, err := Create(filepath.Join(t.TempDir(), "logs", "train"), Options{Clock: clock, Host: "a/host"})
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewGray(image.Rect(0, 0, 2, 1))
	picture.SetGray(1, 0, color.Gray{255})
	for _, err := range []error{
		w.Scalar("epoch_loss", 0, 0.75), w.Scalar("epoch_loss", 1, 0.5), w.Scalar("epoch_loss", 2, 0.625),
		w.Histogram("conv2d/kernel/histogram", 2, []float32{-1, 0, 0.5, 0.5, 2}),
		w.Images("pictures", 2, picture),
		w.Model("keras", 0, []byte(`{"class_name": "Sequential"}`)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	events := readFile(t, w.Name()) // before Close: every call has reached the file
	if len(events) != 7 {
		t.Fatalf("%d events in the open file, want 7", len(events))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Name()
}

func readFile(t *testing.T, name string) []Event {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var events []Event
	for event, err := range Read(file) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}

// TestWriter compares with a file that TensorBoard itself was seen to read
// (testdata/compare.py). Pictures are compared decoded: Go's PNG encoder
// may come to compress differently.
func TestWriter(t *testing.T) {
	name := writeSamples(t)
	written, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "lince.tfevents")
	if *update {
		if err := os.WriteFile(golden, written, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	from, to := bytes.NewReader(written), bytes.NewReader(want)
	for i := range 7 {
		g, err1 := readRecord(from)
		w, err2 := readRecord(to)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if i != 5 && !bytes.Equal(g, w) {
			t.Errorf("record %d differs:\n%q\n%q", i, g, w)
		}
	}
	value := readFile(t, name)[5].Values[0]
	if value.Plugin != Images || string(value.Strings[0]) != "2" || string(value.Strings[1]) != "1" {
		t.Errorf("pictures: %+v", value)
	}
	picture, err := png.Decode(bytes.NewReader(value.Strings[2]))
	if err != nil {
		t.Fatal(err)
	}
	if c := color.GrayModel.Convert(picture.At(1, 0)); c != (color.Gray{255}) {
		t.Errorf("pixel %v", c)
	}
}

func TestCreateNames(t *testing.T) {
	dir := t.TempDir()
	clock := func() time.Time { return time.Unix(1234567, 0) }
	pattern := regexp.MustCompile(`^events\.out\.tfevents\.0001234567\.a_b\.\d+\.([01])\.v2$`)
	for _, number := range []string{"0", "1"} {
		w, err := Create(dir, Options{Clock: clock, Host: "a/b"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if m := pattern.FindStringSubmatch(filepath.Base(w.Name())); m == nil || m[1] != number {
			t.Errorf("name %s", w.Name())
		}
		if err := w.Scalar("late", 0, 1); err == nil {
			t.Error("a closed writer wrote")
		}
	}
	if _, err := Create(filepath.Join(dir, filepath.Base(must(os.ReadDir(dir))[0].Name())), Options{}); err == nil {
		t.Error("a file served as folder")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestImagesRefused(t *testing.T) {
	w, err := Create(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Images("none", 0); err == nil {
		t.Error("no pictures accepted")
	}
	err = w.Images("two", 0, image.NewGray(image.Rect(0, 0, 2, 2)), image.NewGray(image.Rect(0, 0, 3, 2)))
	if err == nil || !strings.Contains(err.Error(), "one size") {
		t.Errorf("two sizes: %v", err)
	}
}

// TestReadTensorFlow reads what TensorFlow wrote, and holds Histogram against
// tf.summary.histogram.
func TestReadTensorFlow(t *testing.T) {
	events := readFile(t, filepath.Join("testdata", "tensorflow.tfevents"))
	if len(events) != 8 || events[0].Version != fileVersion {
		t.Fatalf("%d events of version %q", len(events), events[0].Version)
	}
	for epoch, loss := range []float64{0.75, 0.5, 0.625} {
		want := []Value{{Tag: "epoch_loss", Plugin: Scalars, Numbers: []float64{loss}}}
		if got := events[1+epoch]; got.Step != int64(epoch) || !reflect.DeepEqual(got.Values, want) {
			t.Errorf("event %d: %+v, want %+v", 1+epoch, got, want)
		}
	}
	for i, values := range [][]float32{{-1, 0, 0.5, 0.5, 2}, {2, 2}, nil} {
		value := events[4+i].Values[0]
		if value.Plugin != Histograms || !reflect.DeepEqual(value.Shape, []int{30, 3}) {
			t.Fatalf("histogram %d: %s %v", i, value.Plugin, value.Shape)
		}
		for j, b := range Histogram(values) {
			for k, got := range []float64{b.Left, b.Right, b.Count} {
				if want := value.Numbers[3*j+k]; math.Abs(got-want) > 1e-6 { // TensorFlow's edges are float32
					t.Errorf("histogram %d, bucket %d: %v, want %v", i, j, b, value.Numbers[3*j:3*j+3])
				}
			}
		}
	}
}

func TestHistogramLeavesOutWhatIsNotFinite(t *testing.T) {
	inf := float32(math.Inf(1))
	got := Histogram([]float32{1, inf, float32(math.NaN()), 2, -inf})
	if !reflect.DeepEqual(got, Histogram([]float32{1, 2})) {
		t.Errorf("buckets %v", got)
	}
}

func TestMasked(t *testing.T) {
	// CRC-32C of 32 zero bytes is 8a9136aa (RFC 3720, B.4).
	crc := uint32(0x8a9136aa)
	if want := (crc>>15 | crc<<17) + 0xa282ead8; masked(make([]byte, 32)) != want {
		t.Errorf("masked checksum %#x, want %#x", masked(make([]byte, 32)), want)
	}
}

func TestReadDamaged(t *testing.T) {
	whole := appendRecord(nil, firstEvent(time.Unix(1, 0)))
	flipped := bytes.Clone(whole)
	flipped[15] ^= 1
	badLength := bytes.Clone(whole)
	badLength[0] ^= 1
	huge := appendHeader(math.MaxUint64)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"flipped bit", flipped, "damaged"},
		{"flipped length", badLength, "length does not match"},
		{"huge length", huge, "at most"},
		{"long but empty", appendHeader(maxRecord), "unexpected EOF"},
		{"cut header", whole[:5], "unexpected EOF"},
		{"cut body", whole[:20], "unexpected EOF"},
		{"cut checksum", whole[:len(whole)-1], "unexpected EOF"},
		{"no message", appendRecord(nil, []byte{0xff}), "record 0"},
		{"wrong count", appendRecord(nil, summary(time.Time{}, 0, "t", Scalars, nil, tensorHeader(typeFloat, 3))), "0 elements for the shape [3]"},
		{"overflowing shape", appendRecord(nil, summary(time.Time{}, 0, "t", Scalars, nil, tensorHeader(typeFloat, math.MaxInt, 4))), "impossible shape"},
	}
	for _, test := range tests {
		var err error
		for _, err = range Read(bytes.NewReader(test.data)) {
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
	for _, err := range Read(bytes.NewReader(whole[:5])) {
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a cut file gives %v", err)
		}
	}
}

// appendHeader is a record's header alone.
func appendHeader(length uint64) []byte {
	var header []byte
	for i := range 8 {
		header = append(header, byte(length>>(8*i)))
	}
	sum := masked(header)
	return append(header, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
}

func FuzzRead(f *testing.F) {
	first := appendRecord(nil, firstEvent(time.Unix(1, 0)))
	f.Add(first)
	f.Add(appendRecord(first, summary(time.Unix(1, 0), 3, "loss", Scalars, nil, scalarTensor(0.5))))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, err := range Read(bytes.NewReader(data)) {
			if err != nil {
				break
			}
		}
	})
}

// FuzzDecodeEvent goes past the checksums, which random bytes never satisfy.
func FuzzDecodeEvent(f *testing.F) {
	f.Add(firstEvent(time.Unix(1, 0)))
	f.Add(summary(time.Unix(1, 0), 3, "loss", Scalars, nil, scalarTensor(0.5)))
	f.Add(summary(time.Unix(1, 0), 3, "h", Histograms, nil, histogramTensor(Histogram([]float32{1, 2}))))
	f.Add(summary(time.Unix(1, 0), 0, "keras", KerasModel, []byte("1"), stringTensor(nil, []byte("{}"))))
	f.Fuzz(func(t *testing.T, message []byte) {
		event, err := decodeEvent(message)
		if err != nil {
			return
		}
		for _, v := range event.Values {
			if 8*len(v.Numbers) > 8*len(message) || len(v.Strings) > len(message) {
				t.Errorf("%d bytes became %d numbers and %d strings", len(message), len(v.Numbers), len(v.Strings))
			}
		}
	})
}
