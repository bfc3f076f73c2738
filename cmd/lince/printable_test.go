package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for given, want := range map[string]string{
		"cats\t12\n日本 é 👩\u200d🔬":        "cats\t12\n日本 é 👩\u200d🔬",
		"\rreading pictures: 1 of 2\r":   "\rreading pictures: 1 of 2\r",
		"good\rbad":                      `good\rbad`,
		"\x1b]0;title\a\x1b[2J":          `\x1b]0;title\a\x1b[2J`,
		"a\x00b\bc\x7fd":                 `a\x00b\bc\x7fd`,
		"c1 \u009b31m, bytes \x9b\xff":   `c1 \u009b31m, bytes \x9b\xff`,
		"photo\u202egnp.exe\u2066\ufeff": `photo\u202egnp.exe\u2066\ufeff`,
		`C:\photos "best"`:               `C:\photos "best"`,
	} {
		var b bytes.Buffer
		if n, err := fmt.Fprint(printable{&b}, given); err != nil || n != len(given) || b.String() != want {
			t.Errorf("%q is printed as %q (%d bytes, %v), expected %q", given, b.String(), n, err, want)
		}
	}
}

// TestHostileNamesInJSON: what is printed is escaped, and still what was given.
func TestHostileNamesInJSON(t *testing.T) {
	const name = "a\x7fb\u009b31m \u202egnp \U000e0001 日本 👩\u200d🔬\n\r\t\\"
	var b bytes.Buffer
	if err := printJSON(printable{&b}, []string{name}); err != nil {
		t.Fatal(err)
	}
	var back []string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back) != 1 || back[0] != name {
		t.Errorf("%q is printed as %s, which reads as %q (%v)", name, b.String(), back, err)
	}
	if text := b.String(); escaped(text) != text || !strings.Contains(text, `\udb40\udc01`) {
		t.Errorf("printed %q", text)
	}
}

// TestHostileNamesArePrinted: no name reaches the terminal's controls, neither
// in results nor in errors.
func TestHostileNamesArePrinted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such names")
	}
	const name = "cats\x1b[2J\u009b\xff"
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, name), 0o755); err != nil {
		t.Skipf("this file system has no such names: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, name, name+".png"), []byte("none"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", folder}, {"predict", filepath.Join(folder, name)}, {"watch", name}, {name}} {
		var out, screen bytes.Buffer
		run(context.Background(), args, &out, &screen)
		all := out.String() + screen.String()
		if strings.ContainsAny(all, "\x1b\u009b") || strings.Contains(all, "\xff") || !strings.Contains(all, "cats") {
			t.Errorf("%q prints %q", args[0], all)
		}
	}
}
