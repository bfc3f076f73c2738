package page_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/browser"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/serve"
	"github.com/lince-ml/lince/serve/page"
)

const side = 24

// network returns an untrained network that tells the shapes apart.
func network() (*lince.Model, error) {
	model, err := lince.Sequential(
		layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Activation: activations.ReLU, InputShape: []int{side, side, 3}},
		layers.GlobalAveragePooling2D{},
		layers.Dense{Units: 4, Activation: activations.Softmax},
	)
	if err != nil {
		return nil, err
	}
	model.Classes = shapes.Classes()
	model.Preprocessing = &images.Preprocessing{TargetSize: images.Square(side), Rescale: 1.0 / 255}
	return model, nil
}

// drawn returns the file of a drawn shape.
func drawn(t *testing.T, class int) []byte {
	t.Helper()
	picture, err := shapes.Draw(class, 96, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// likeliest is how the page writes the answer for a picture.
func likeliest(t *testing.T, content []byte) string {
	t.Helper()
	model, err := network()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	for found, err := range model.Classify(t.Context(), path) {
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s, %.1f %%", found.Class, 100*found.Probability)
	}
	return ""
}

// served returns the address of a server of two models with the page.
func served(t *testing.T, change func(*serve.Options)) string {
	t.Helper()
	folder := t.TempDir()
	options := serve.Options{Page: page.Handler(), Explain: outline}
	for _, name := range []string{"shapes", "twins"} {
		model, err := network()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, name+".keras")
		if err := model.Save(path); err != nil {
			t.Fatal(err)
		}
		options.Models = append(options.Models, serve.Model{Name: name, Path: path})
	}
	if change != nil {
		change(&options)
	}
	server, err := serve.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		web.Close()
		if err := server.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return web.URL + "/"
}

// outlined stands for Grad-CAM: the page shows whatever picture comes.
type outlined struct{}

func outline(context.Context, *lince.Model) (serve.Explainer, error) { return outlined{}, nil }

func (outlined) Close() error { return nil }

func (outlined) Explain(context.Context, []byte, int) ([]byte, error) {
	picture, err := shapes.Draw(0, 64, 2, 0)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	err = png.Encode(&file, picture)
	return file.Bytes(), err
}

// TestPage drives the page in a browser.
func TestPage(t *testing.T) {
	b := browser.Open(t)
	t.Run("drop", func(t *testing.T) { drop(t, b) })
	t.Run("keyboard", func(t *testing.T) { byKeyboard(t, b) })
	t.Run("phone and camera", func(t *testing.T) { onPhone(t, b) })
	t.Run("errors", func(t *testing.T) { errorsInWords(t, b) })
	t.Run("token", func(t *testing.T) { withToken(t, b) })
}

// drop: a dropped picture is classified, with the model's own figures.
func drop(t *testing.T, b *browser.Browser) {
	content := drawn(t, 2)
	tab := b.Page(t, browser.Desktop)
	tab.Go(served(t, nil))
	tab.Wait(`document.querySelectorAll("#model option").length === 2`)
	tab.Drop("#drop", "it's.png", "image/png", content)
	tab.Wait(`document.querySelector("#best").innerText !== ""`)
	if got, want := tab.Text("#best"), likeliest(t, content); got != want {
		t.Errorf("the page says %q, the model %q", got, want)
	}
	tab.Wait(`document.querySelectorAll("#classes li").length === 4 && document.querySelector("#picture").naturalWidth === 96`)
	widths := browser.Eval[[]float64](tab, `[...document.querySelectorAll(".bar")].map((b) => parseFloat(b.style.width))`)
	for i := 1; i < len(widths); i++ {
		if widths[i] > widths[i-1] {
			t.Errorf("the bars are %v wide, expected the likeliest first", widths)
		}
	}
	if call := tab.Text("#call"); !strings.Contains(call, `'@it'\''s.png'`) || !strings.Contains(call, "/v1/models/shapes/classify?top=5") {
		t.Errorf("the call is %s", call)
	}
}

// byKeyboard: all of it without a pointer.
func byKeyboard(t *testing.T, b *browser.Browser) {
	path := filepath.Join(t.TempDir(), "star.png")
	if err := os.WriteFile(path, drawn(t, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	tab := b.Page(t, browser.Desktop)
	tab.Go(served(t, nil))
	tab.Wait(`document.querySelectorAll("#model option").length === 2`)
	tab.TabTo("#file")
	tab.Choose(path)
	tab.Wait(`document.querySelector("#best").innerText !== ""`)
	tab.TabTo("#explain")
	tab.Press(" ")
	tab.Wait(`!document.querySelector("#why").hidden && document.querySelector("#why").naturalWidth === 64`)
	tab.Press(" ")
	tab.Wait(`document.querySelector("#why").hidden && !document.querySelector("#picture").hidden`)
	tab.TabTo("#model")
	tab.Press(kb.ArrowDown)
	tab.Wait(`document.querySelector("#call").innerText.includes("/v1/models/twins/")`)
	tab.TabTo("#copy")
	tab.Press(kb.Enter)
	tab.Wait(`document.querySelector("#copied").innerText !== ""`)
}

// onPhone: the camera's picture is classified, on a narrow and dark screen.
func onPhone(t *testing.T, b *browser.Browser) {
	screen := browser.Phone
	screen.Dark = true
	tab := b.Page(t, screen)
	tab.Go(served(t, nil))
	tab.Wait(`document.querySelectorAll("#model option").length === 2`)
	tab.Fits()
	tab.Click("#camera")
	tab.Wait(`!document.querySelector("#viewfinder").hidden && document.querySelector("#video").videoWidth > 0`)
	tab.Fits()
	tab.Click("#shoot")
	tab.Wait(`document.querySelector("#best").innerText !== "" && document.querySelector("#viewfinder").hidden`)
	tab.Fits()
}

// errorsInWords: what is no picture is told so, and the page goes on.
func errorsInWords(t *testing.T, b *browser.Browser) {
	tab := b.Page(t, browser.Desktop)
	tab.Go(served(t, nil))
	tab.Wait(`document.querySelectorAll("#model option").length === 2`)
	tab.Drop("#drop", "notes.txt", "text/plain", []byte("no picture at all"))
	tab.Wait(`!document.querySelector("#trouble").hidden`)
	if text := tab.Text("#trouble"); len(text) < 20 || strings.Contains(text, "status") {
		t.Errorf("the page says %q", text)
	}
	tab.Complaints() // the browser's, of the refused request
	tab.Drop("#drop", "star.png", "image/png", drawn(t, 1))
	tab.Wait(`document.querySelector("#trouble").hidden && document.querySelector("#best").innerText !== ""`)
}

// withToken: the page asks for the token that the server wants.
func withToken(t *testing.T, b *browser.Browser) {
	tab := b.Page(t, browser.Desktop)
	tab.Go(served(t, func(o *serve.Options) { o.Token = "secret" }))
	tab.Wait(`!document.querySelector("#ask").hidden`)
	tab.Press("wrong", kb.Enter)
	tab.Wait(`document.querySelector("#trouble").innerText.includes("does not know")`)
	tab.Complaints() // the browser's, of the refused requests
	tab.TabTo("#token")
	tab.Press("secret", kb.Enter)
	tab.Wait(`document.querySelector("#ask").hidden && document.querySelectorAll("#model option").length === 2`)
	tab.Drop("#drop", "star.png", "image/png", drawn(t, 1))
	tab.Wait(`document.querySelector("#best").innerText !== ""`)
	if call := tab.Text("#call"); strings.Contains(call, "secret") || !strings.Contains(call, "$TOKEN") {
		t.Errorf("the call is %s", call)
	}
}

// TestHandlerServesAllParts: what the page asks for is there, with its headers.
func TestHandlerServesAllParts(t *testing.T) {
	for path, kind := range map[string]string{
		"/": "text/html", "/style.css": "text/css", "/page.css": "text/css", "/page.js": "text/javascript", "/camera.js": "text/javascript", "/icon.svg": "image/svg+xml",
	} {
		answer := httptest.NewRecorder()
		page.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if got := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || !strings.HasPrefix(got, kind) {
			t.Errorf("%s: status %d, %s", path, answer.Code, got)
		}
		if answer.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s comes without a policy", path)
		}
	}
	answer := httptest.NewRecorder()
	page.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/page.go", nil))
	if answer.Code != http.StatusNotFound {
		t.Errorf("a file that is no part of the page: status %d", answer.Code)
	}
}
