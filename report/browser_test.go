package report_test

import (
	"net/url"
	"path/filepath"
	"testing"

	"github.com/lince-ml/lince/internal/browser"
)

// TestPageInBrowser opens the page as a file: every picture shows, its console
// is silent, and nothing is wider than the screen.
func TestPageInBrowser(t *testing.T) {
	b := browser.Open(t)
	r, out := written(t)
	outcome, err := r.Write(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(outcome.Files[0])}).String()
	for name, screen := range map[string]browser.Screen{"desktop": browser.Desktop, "phone": browser.Phone} {
		t.Run(name, func(t *testing.T) {
			page := b.Page(t, screen)
			page.Go(address)
			page.Wait(`[...document.images].every((i) => i.complete)`)
			if n := browser.Eval[int](page, `[...document.images].filter((i) => i.naturalWidth === 0 || !i.alt).length`); n > 0 {
				t.Errorf("%d pictures do not show or say nothing", n)
			}
			if n := browser.Eval[int](page, `document.images.length`); n < 7 {
				t.Errorf("%d pictures, expected the charts at least", n)
			}
			page.Fits()
			page.TabTo(`a[href="#model"]`)
			page.TabTo(`#confusion summary`)
		})
	}
}
