package hdf5

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// exercise reads all there is to read, whatever the errors, and returns how
// many objects came without one.
func exercise(file []byte, unchecked bool) int {
	f, err := open(bytes.NewReader(file), int64(len(file)), unchecked)
	if err != nil {
		return 0
	}
	sound := 0
	for o, err := range f.Objects() {
		if err != nil {
			return sound
		}
		sound++
		attributes, err := o.Attributes()
		if err != nil {
			sound--
		}
		for _, a := range attributes {
			a.Strings()
			a.Tensor()
		}
		if d, ok := o.(*Dataset); ok {
			d.Read()
			d.Strings()
		}
	}
	return sound
}

// bounded fails the test if exercise takes more memory in all than a file of
// this size may: datasets may take 16 MiB each whatever is stored.
func bounded(t *testing.T, file []byte, unchecked bool, what string, number int) int {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sound := exercise(file, unchecked)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 128<<20 {
		t.Errorf("%s %d: %d bytes of memory for a file of %d", what, number, taken, len(file))
	}
	return sound
}

// small are the files whose every byte is cut and flipped.
func small(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.h5")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	files := make(map[string][]byte)
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(file) < 36<<10 {
			files[filepath.Base(path)] = file
		}
	}
	return files
}

// TestTruncated cuts two files, one of each generation of the format, at
// every byte and the others at every eleventh.
func TestTruncated(t *testing.T) {
	for name, file := range small(t) {
		whole := exercise(file, false)
		step := 11
		if name == "texts.h5" || name == "attributes_latest.h5" {
			step = 1
		}
		for n := 0; n < len(file); n += step {
			if got := bounded(t, file[:n], true, name+" cut at", n); got > whole {
				t.Errorf("%s cut at %d: %d objects, the whole file has %d", name, n, got, whole)
			}
		}
	}
}

func TestFlippedBits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, file := range small(t) {
		for i := range 700 {
			damaged := bytes.Clone(file)
			for range 1 + random.IntN(4) {
				bit := random.IntN(8 * len(damaged))
				damaged[bit/8] ^= 1 << (bit % 8)
			}
			bounded(t, damaged, i%2 == 0, name+" flip", i)
		}
	}
}

// TestChecksums flips every bit of the structures that carry checksums.
func TestChecksums(t *testing.T) {
	file, err := os.ReadFile("testdata/attributes_latest.h5")
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.Index(file, []byte("OHDR")) + 12 // superblock, and the header up to its messages
	for bit := range 8 * end {
		damaged := bytes.Clone(file)
		damaged[bit/8] ^= 1 << (bit % 8)
		if f, err := Open(bytes.NewReader(damaged), int64(len(damaged))); err == nil {
			t.Errorf("bit %d: opened: %v", bit, f.Root().Children())
		}
	}
}

// TestEnumerationOfAnotherSize is what fuzzing found: a boolean of three bytes
// over integers of one.
func TestEnumerationOfAnotherSize(t *testing.T) {
	file, err := os.ReadFile("testdata/attributes.h5")
	if err != nil {
		t.Fatal(err)
	}
	boolean := []byte{1<<4 | classEnum, 2, 0, 0, 1, 0, 0, 0}
	at := bytes.Index(file, boolean)
	if at < 0 {
		t.Fatal("no boolean in the file")
	}
	file[at+4] = 3
	f, err := Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Root().Attribute("flag")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Tensor(); err == nil {
		t.Errorf("read as %v", got)
	}
}

func FuzzOpen(f *testing.F) {
	for _, file := range small(f) {
		if len(file) < 10<<10 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) { exercise(file, true) })
}
