package watch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/internal/browser"
	"github.com/lince-ml/lince/watch"
)

// slow makes every batch last, so that there is something to watch.
func slow() lince.Callback {
	return callbacks.Func{BatchEnd: func(*lince.Run, int) error {
		time.Sleep(40 * time.Millisecond)
		return nil
	}}
}

// points counts the points of the curve of training in a chart.
const points = `(document.querySelector(".chart:first-child polyline.curve.series-1")?.points.length ?? 0)`

func start(t *testing.T, runs ...watch.Run) *watch.Server {
	t.Helper()
	server, err := watch.Start("127.0.0.1:0", runs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// TestPages drives the live page in a browser.
func TestPages(t *testing.T) {
	b := browser.Open(t)
	over := record(t, 3)
	t.Run("grows", func(t *testing.T) { grows(t, b) })
	t.Run("phone", func(t *testing.T) { onPhone(t, b, over) })
	t.Run("keyboard", func(t *testing.T) { byKeyboard(t, b, over) })
	t.Run("killed", func(t *testing.T) { killed(t, b) })
	t.Run("side by side", func(t *testing.T) { sideBySide(t, b, over) })
}

// grows: the page is open before the training begins, grows with it, and its
// button stops it.
func grows(t *testing.T, b *browser.Browser) {
	path := filepath.Join(t.TempDir(), "pets.keras")
	page := b.Page(t, browser.Desktop)
	server := start(t, watch.NewRun(path))
	page.Go(server.URL())
	page.Wait(`document.body.innerText.includes("Waiting for the first batch")`)

	ended := make(chan error, 1)
	go func() { ended <- train(context.Background(), path, 1000, slow()) }()
	page.Wait(points + " >= 2")
	before := browser.Eval[int](page, points)
	page.Wait(fmt.Sprintf("%s > %d", points, before+2))
	page.Wait(`document.querySelectorAll(".tiles canvas").length === 8`)
	text := strings.ToLower(page.Text("main"))
	for _, shown := range []string{"running", "loss", "val accuracy", "learning rate", "pictures/s", "time left", "star"} {
		if !strings.Contains(text, shown) {
			t.Errorf("the page does not show %q", shown)
		}
	}
	page.Click(".stop")
	select {
	case err := <-ended:
		if !errors.Is(err, watch.ErrStopped) {
			t.Errorf("the training ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the button does not stop the training")
	}
	page.Wait(`document.querySelector(".state").innerText.includes("everything is saved")`)
	page.Wait(`document.querySelector(".stop").hidden`)
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	page.Wait(`document.querySelector("#connection").innerText.includes("lince watch shows it again")`)
}

// onPhone: nothing is wider than a phone, in the dark either.
func onPhone(t *testing.T, b *browser.Browser, over string) {
	screen := browser.Phone
	screen.Dark = true
	page := b.Page(t, screen)
	page.Go(start(t, watch.NewRun(over)).URL())
	page.Wait(points + " === 3")
	page.Wait(`document.querySelector(".state").innerText === "Finished"`)
	page.Fits()
	if paper := browser.Eval[string](page, `getComputedStyle(document.body).backgroundColor`); paper != "rgb(18, 22, 28)" {
		t.Errorf("in the dark the page is %s", paper)
	}
}

// byKeyboard: whoever has no pointer reads every value.
func byKeyboard(t *testing.T, b *browser.Browser, over string) {
	page := b.Page(t, browser.Desktop)
	page.Go(start(t, watch.NewRun(over)).URL())
	page.Wait(points + " === 3")
	page.TabTo(".chart svg[role=slider]")
	said := func() string {
		return browser.Eval[string](page, `document.activeElement.getAttribute("aria-valuetext")`)
	}
	if text := said(); !strings.HasPrefix(text, "epoch 3: training ") {
		t.Errorf("at first the chart says %q", text)
	}
	page.Press(kb.ArrowLeft)
	if text := said(); !strings.HasPrefix(text, "epoch 2: ") || !strings.Contains(text, "validation") {
		t.Errorf("after an arrow the chart says %q", text)
	}
	page.Press(kb.Home)
	if text := said(); !strings.HasPrefix(text, "epoch 1: ") {
		t.Errorf("at its beginning the chart says %q", text)
	}
	page.TabTo(".chart summary")
	page.Press(kb.Enter)
	page.Wait(`document.querySelectorAll(".chart table tbody tr").length === 3`)
}

// killed: of a training that was killed and cannot stop any more, the page goes
// on to say that nothing is heard.
func killed(t *testing.T, b *browser.Browser) {
	path := filepath.Join(t.TempDir(), "pets.keras")
	begin := fmt.Sprintf(`{"kind":"begin","time":%q,"epoch":0,"epochs":2,"steps":2}`, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
	if err := os.WriteFile(strings.TrimSuffix(path, "keras")+"events.jsonl", []byte(begin+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	page := b.Page(t, browser.Desktop)
	page.Go(start(t, watch.NewRun(path)).URL())
	page.Wait(`document.querySelector(".state")?.innerText.startsWith("Running; nothing heard")`)
	page.Click(".stop")
	page.Wait(`document.querySelector(".state").innerText.startsWith("Stopping after the batch at hand; nothing heard")`)
}

// sideBySide: several runs share the charts, told apart by name and colour.
func sideBySide(t *testing.T, b *browser.Browser, over string) {
	runs := []watch.Run{watch.NewRun(over), watch.NewRun(record(t, 2))}
	runs[0].Name, runs[1].Name = "first", "second"
	page := b.Page(t, browser.Desktop)
	page.Go(start(t, runs...).URL())
	page.Wait(`document.querySelectorAll(".run").length === 2 && document.querySelector(".chart polyline.curve.series-2")`)
	legend := page.Text(".chart .legend")
	for _, name := range []string{"first training", "first validation", "second training"} {
		if !strings.Contains(legend, name) {
			t.Errorf("the legend is %q", legend)
		}
	}
}
