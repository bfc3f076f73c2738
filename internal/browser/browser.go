// Package browser drives pages in Chromium for tests: what is on them, what a
// keyboard can do, and whether anything went wrong on their consoles.
//
// A test that opens a page is skipped where there is no Chromium, unless the
// environment variable LINCE_NEED_BROWSER is set, which makes that a failure.
package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Required is the environment variable that turns a missing browser into a
// failure.
const Required = "LINCE_NEED_BROWSER"

// patience is how long a page may take for anything.
const patience = 30 * time.Second

// Screens that pages are tried on, in CSS pixels.
var (
	Desktop = Screen{Width: 1200, Height: 900}
	Phone   = Screen{Width: 360, Height: 740, Phone: true}
)

// Screen is what a page is seen on.
type Screen struct {
	Width, Height int64
	Phone         bool // touch, and a viewport that obeys the page
	Dark          bool
}

// Browser is a running Chromium.
type Browser struct {
	t       testing.TB
	context context.Context
}

// Open starts Chromium, which ends with the test.
func Open(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(find(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the process; it may be gone already
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return &Browser{t: t, context: ctx}
}

// find returns the path of Chromium.
func find(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv(Required) != "" {
		t.Fatalf("there is no browser among %s, and %s asks for one", strings.Join(names, ", "), Required)
	}
	t.Skipf("needs Chromium: none of %s is installed", strings.Join(names, ", "))
	return ""
}

// Page is a tab of the browser. When the test ends, what its console complained
// about fails the test.
type Page struct {
	t       testing.TB
	context context.Context

	mutex      sync.Mutex
	complaints []string
}

// Page opens an empty tab for a test.
func (b *Browser) Page(t testing.TB, screen Screen) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.context)
	p := &Page{t: t, context: ctx}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatalf("Chromium opens no page: %v", err)
	}
	theme := "light"
	if screen.Dark {
		theme = "dark"
	}
	call(p, log.Enable, cdp.Empty{})
	call(p, runtime.Enable, cdp.Empty{})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: screen.Width, Height: screen.Height, DeviceScaleFactor: 1, Mobile: screen.Phone,
	})
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: screen.Phone})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	})
	t.Cleanup(func() {
		for _, complaint := range p.Complaints() {
			t.Errorf("the page complains: %s", complaint)
		}
		cancel()
	})
	return p
}

// listen notes errors on the console, uncaught exceptions, and what the browser
// itself reports: failed requests, breaches of the content's policy.
func (p *Page) listen(event any) {
	complaint := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return
		}
		for _, argument := range e.Args {
			complaint += fmt.Sprintf("%s%s ", argument.Value, argument.Description)
		}
	case *runtime.EventExceptionThrown:
		complaint = e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			complaint += " " + thrown.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError {
			return
		}
		complaint = e.Entry.Text + " " + e.Entry.URL
	default:
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.complaints = append(p.complaints, complaint)
}

// Complaints returns what went wrong on the page since it was asked last. A
// test that provokes an error takes it away by asking.
func (p *Page) Complaints() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	list := p.complaints
	p.complaints = nil
	return list
}

func run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.context, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("the page: %v", err)
	}
	return value
}

func call[P, R any](p *Page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	return run(p, func(ctx context.Context, target *chromedp.Target) (R, error) {
		return cdp.Call(ctx, target, command, params)
	})
}

// Go opens an address.
func (p *Page) Go(url string) {
	p.t.Helper()
	run(p, chromedp.Navigate(url))
}

// Wait waits until an expression of JavaScript holds.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if Eval[bool](p, "Promise.resolve("+expression+").then(Boolean)") {
			return
		}
		if time.Since(begun) > patience {
			p.t.Fatalf("waited for %s in vain; the page says:\n%s\n%q", expression, p.Text("body"), p.Complaints())
		}
	}
}

// Eval returns the value of an expression, a promise's once it has one.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Text returns the text that is seen of the first element that a selector finds.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return Eval[string](p, fmt.Sprintf("document.querySelector(%s)?.innerText ?? ''", quote(selector)))
}

// Click presses the first element that a selector finds.
func (p *Page) Click(selector string) {
	p.t.Helper()
	run(p, chromedp.Click(chromedp.CSS(selector)))
}

// Press presses keys one after the other, by the names of package kb, such as
// kb.Tab and kb.Enter, or as text.
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		run(p, chromedp.KeyEvent(key))
	}
}

// TabTo presses the Tab key until the focus is on an element that a selector finds.
func (p *Page) TabTo(selector string) {
	p.t.Helper()
	const most = 60
	for range most {
		if Eval[bool](p, fmt.Sprintf("document.activeElement?.matches(%s) ?? false", quote(selector))) {
			return
		}
		p.Press(kb.Tab)
	}
	p.t.Fatalf("the Tab key does not lead to %s", selector)
}

// Drop drops a file on the first element that a selector finds.
func (p *Page) Drop(selector, name, kind string, content []byte) {
	p.t.Helper()
	Eval[bool](p, fmt.Sprintf(`(() => {
		const bytes = Uint8Array.from(atob(%s), (c) => c.charCodeAt(0));
		const transfer = new DataTransfer();
		transfer.items.add(new File([bytes], %s, {type: %s}));
		const target = document.querySelector(%s);
		for (const kind of ["dragenter", "dragover", "drop"]) {
			target.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: transfer}));
		}
		return true;
	})()`, quote(base64.StdEncoding.EncodeToString(content)), quote(name), quote(kind), quote(selector)))
}

// Choose presses Enter on the file input that has the focus and chooses a file
// in the dialogue that opens.
func (p *Page) Choose(path string) {
	p.t.Helper()
	call(p, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true})
	ctx, cancel := context.WithTimeout(p.context, patience)
	defer cancel()
	opened := chromedp.Events(ctx, page.FileChooserOpened)
	p.Press(kb.Enter)
	for dialogue, err := range opened {
		if err != nil {
			p.t.Fatalf("no dialogue opens: %v", err)
		}
		call(p, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, BackendNodeID: dialogue.BackendNodeID})
		return
	}
}

// Fits checks that nothing makes the page scroll sideways.
func (p *Page) Fits() {
	p.t.Helper()
	wide := Eval[[]string](p, `[...document.querySelectorAll("body *")].filter((e) =>
		e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll, .unseen, .skip, pre, svg"))
		.map((e) => e.tagName + "." + e.className)`)
	if sideways := Eval[bool](p, "document.documentElement.scrollWidth > document.documentElement.clientWidth"); sideways {
		p.t.Errorf("the page is wider than the screen: %q", wide)
	}
}

// Screenshot returns what is on the screen, as a PNG file.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	return call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{}).Data
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // text always can be
	return string(quoted)
}
