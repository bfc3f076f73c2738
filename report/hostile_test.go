package report_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/browser"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/report"
)

// Names that try to leave the place where they are shown.
const (
	breaksOut = `</td></title></style></pre><script>window.hit=1</script><img src=x onerror=window.hit=1>`
	quotes    = `" onerror="window.hit=1" x='` + "\x1b[2J\x00\u202e`${window.hit=1}`"
	address   = `javascript:window.hit=1//`
)

// hostile returns a report whose every name is one of these, on classes whose
// pictures are there.
func hostile(t *testing.T) report.Report {
	t.Helper()
	m, err := lince.Sequential(
		layers.Input{Shape: []int{side, side, 3}},
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Name: breaksOut},
		layers.GlobalAveragePooling2D{}, layers.Dense{Units: 3, Activation: activations.Softmax, Name: quotes},
	)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), `a"b'c<d>`)
	if err := shapes.WriteFolder(folder, 2, side, 1, 0); err != nil {
		t.Fatal(err)
	}
	photo := filepath.Join(folder, "star", `"><script>window.hit=1<`+"\n.png")
	if err := os.Rename(filepath.Join(folder, "star", "000.png"), photo); err != nil {
		t.Fatal(err)
	}
	return report.Report{
		Model: m, File: breaksOut + ".keras", Folder: quotes, Repeat: breaksOut, Command: quotes, Version: breaksOut,
		Evaluation: &report.Evaluation{
			Classes: []string{breaksOut, quotes, address}, Files: []string{photo, breaksOut, address}, Labels: []int{0, 1, 2},
			Probabilities: [][]float64{{0.1, 0.9, 0}, {0.2, 0.1, 0.7}, {1, 0, 0}},
			Skipped:       []images.Bad{{File: quotes, Err: os.ErrNotExist}},
		},
		Check: &images.Report{
			Directory: breaksOut, Classes: []images.ClassCount{{Name: quotes}},
			Findings: []images.Finding{{Kind: "leak", Message: breaksOut, Files: []string{quotes, address}}},
		},
		Settings: []byte(`{"folder": "</pre><script>window.hit=1</script>"}`),
	}
}

func TestHostileNames(t *testing.T) {
	r := hostile(t)
	outcome, err := r.Write(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	page := read(t, outcome.Files[0])
	for _, part := range []string{"<script", "<img src=x", "\x1b", "\x00", "\u202e", `" onerror`, `="javascript:`} {
		if strings.Contains(page, part) {
			t.Errorf("the page holds %q", part)
		}
	}
	b := browser.Open(t)
	tab := b.Page(t, browser.Desktop)
	tab.Go((&url.URL{Scheme: "file", Path: filepath.ToSlash(outcome.Files[0])}).String())
	tab.Wait(`[...document.images].every((i) => i.complete)`)
	if browser.Eval[bool](tab, `window.hit !== undefined || document.scripts.length > 0`) {
		t.Error("a name was run as a script")
	}
	if n := browser.Eval[int](tab, `document.querySelectorAll("[onerror], [onload], [onfocus], a:not([href^='#'])").length`); n > 0 {
		t.Errorf("%d elements act or lead elsewhere", n)
	}
	if n := browser.Eval[int](tab, `[...document.images].filter((i) => i.naturalWidth === 0).length`); n > 0 {
		t.Errorf("%d pictures do not show", n)
	}
	if got := browser.Eval[string](tab, `document.querySelector("#classes tbody th").textContent`); got != breaksOut {
		t.Errorf("the first class is shown as %q", got)
	}
	tab.Fits()
}
