package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes idx files of bars that stand where their digit says.
func write(t *testing.T, folder, name string, count int) {
	t.Helper()
	pictures := binary.BigEndian.AppendUint32(nil, 0x803)
	labels := binary.BigEndian.AppendUint32(nil, 0x801)
	labels = binary.BigEndian.AppendUint32(labels, uint32(count))
	for _, extent := range []uint32{uint32(count), 28, 28} {
		pictures = binary.BigEndian.AppendUint32(pictures, extent)
	}
	for i := range count {
		digit := i % 10
		labels = append(labels, byte(digit))
		for pixel := range 28 * 28 {
			pictures = append(pictures, byte(255*(1-min(1, (pixel%28-2*digit)*(pixel%28-2*digit)))))
		}
	}
	for file, content := range map[string][]byte{name + "-images-idx3-ubyte": pictures, name + "-labels-idx1-ubyte": labels} {
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "train", 200)
	write(t, folder, "t10k", 20)
	var out bytes.Buffer
	if err := run(t.Context(), settings{data: folder, epochs: 8}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "of the digits that it has not seen are right") {
		t.Errorf("it says\n%s", &out)
	}
	if err := run(t.Context(), settings{}, io.Discard); err == nil || !strings.Contains(err.Error(), "-data") {
		t.Errorf("without data: %v", err)
	}
}
