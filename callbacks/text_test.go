package callbacks

import (
	"testing"
	"time"
)

// TestTemplate has what Python's str.format gives.
func TestTemplate(t *testing.T) {
	values := map[string]any{"epoch": 7, "loss": 1.23456, "low": -0.00012345, "big": 1234567.0}
	tests := []struct{ text, want string }{
		{`{epoch}`, `7`},
		{`{epoch:02d}`, `07`},
		{`{epoch:3d}|`, `  7|`},
		{`{epoch:.2f}`, `7.00`},
		{`{loss}`, `1.23456`},
		{`{loss:.2f}`, `1.23`},
		{`{loss:08.3f}`, `0001.235`},
		{`{loss:.1e}`, `1.2e+00`},
		{`{loss:g}`, `1.23456`},
		{`{loss:.3g}`, `1.23`},
		{`{low:.2f}`, `-0.00`},
		{`{low:07.2f}`, `-000.00`},
		{`{low:g}`, `-0.00012345`},
		{`{{{epoch}}}`, `{7}`},
		{`a{{b}}`, `a{b}`},
		{`{loss:f}`, `1.234560`},
		{`{loss:9.1f}|`, `      1.2|`},
		{`{low:.3e}`, `-1.234e-04`},
		{`{big:g}`, `1.23457e+06`},
		{`{big:.0f}`, `1234567`},
	}
	for _, test := range tests {
		parsed, err := parseTemplate(test.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parsed.fill(func(name string) (any, bool) { value, ok := values[name]; return value, ok })
		if err != nil || got != test.want {
			t.Errorf("%s gives %q, %v; Python %q", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{"{loss:d}", "{epoch:.2d}", "{accuracy}"} {
		parsed, err := parseTemplate(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parsed.fill(func(name string) (any, bool) { value, ok := values[name]; return value, ok }); err == nil {
			t.Errorf("%s gives %q, expected an error", text, got)
		}
	}
}

func TestProgressTexts(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"empty bar", bar(0, 8), "────────────────────"},
		{"half a bar", bar(4, 8), "━━━━━━━━━━──────────"},
		{"full bar", bar(9, 8), "━━━━━━━━━━━━━━━━━━━━"},
		{"seconds", clock(12400 * time.Millisecond), "12s"},
		{"minutes", clock(65 * time.Second), "1:05"},
		{"hours", clock(3727 * time.Second), "1:02:07"},
		{"slow steps", short(2 * time.Second), "2s"},
		{"steps", short(45 * time.Millisecond), "45ms"},
		{"fast steps", short(320 * time.Microsecond), "320us"},
		{"figure", figure(0.73456), "0.7346"},
		{"small figure", figure(0.00012), "1.2000e-04"},
		{"nothing", figure(0), "0.0000"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: %q, expected %q", test.name, test.got, test.want)
		}
	}
}
