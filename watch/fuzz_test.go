package watch

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func FuzzReadEvents(f *testing.F) {
	f.Add([]byte(beginLine + "\n" + epochLine + "\n" + endLine + "\n"))
	f.Add([]byte(`{"kind":"epoch","logs":{"loss":null}}` + "\n{"))
	f.Fuzz(func(t *testing.T, content []byte) {
		events, err := ReadEvents(bytes.NewReader(content))
		if err == nil && len(events) != bytes.Count(content, []byte("\n")) {
			t.Errorf("%d events in %q", len(events), content)
		}
	})
}

// FuzzTail: whatever a file holds and a client claims to have heard, what comes
// is whole lines, none twice, and ends.
func FuzzTail(f *testing.F) {
	f.Add([]byte(beginLine+"\n"+epochLine+"\n"), "ea5aaccd.bab")
	f.Add([]byte("\n\n{}\nx"), "0.ffffffffffffffff-1")
	f.Fuzz(func(t *testing.T, content []byte, position string) {
		run := NewRun(filepath.Join(t.TempDir(), "pets.keras"))
		if err := os.WriteFile(run.files.events, content, 0o644); err != nil {
			t.Fatal(err)
		}
		follower := tails([]Run{run}, position)[0]
		heard := 0
		for {
			lines, _, err := follower.next()
			if err != nil {
				t.Fatal(err)
			}
			if len(lines) == 0 {
				break
			}
			heard += len(lines)
		}
		if whole := bytes.Count(content, []byte("\n")); heard > whole || follower.offset > int64(len(content)) {
			t.Errorf("%d lines of %d, up to byte %d of %d", heard, whole, follower.offset, len(content))
		}
	})
}
