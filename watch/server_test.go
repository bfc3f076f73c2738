package watch

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// written returns a run whose events are the given lines.
func written(t *testing.T, lines ...string) Run {
	t.Helper()
	run := NewRun(filepath.Join(t.TempDir(), "pets.keras"))
	appendLines(t, run, lines...)
	return run
}

func appendLines(t *testing.T, run Run, lines ...string) {
	t.Helper()
	file, err := os.OpenFile(run.files.events, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, line := range lines {
		if _, err := file.WriteString(line + "\n"); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	beginLine = `{"kind":"begin","time":"2026-11-23T10:00:00Z","epoch":0,"epochs":2,"steps":2}`
	otherLine = `{"kind":"begin","time":"2026-11-23T11:00:00Z","epoch":0,"epochs":2,"steps":2}`
	epochLine = `{"kind":"epoch","time":"2026-11-23T10:00:01Z","epoch":0,"logs":{"loss":1}}`
	endLine   = `{"kind":"end","time":"2026-11-23T10:00:02Z","epoch":1,"status":"finished"}`
)

// subscription reads server-sent events.
type subscription struct {
	t     *testing.T
	lines *bufio.Scanner
	id    string
}

func subscribe(t *testing.T, url, lastID string) *subscription {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", lastID)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return &subscription{t: t, lines: bufio.NewScanner(answer.Body)}
}

// next returns the next message.
func (s *subscription) next() (m message) {
	s.t.Helper()
	for s.lines.Scan() {
		if id, ok := strings.CutPrefix(s.lines.Text(), "id: "); ok {
			s.id = id
		}
		if content, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(content), &m); err != nil {
				s.t.Fatal(err)
			}
			return m
		}
	}
	s.t.Fatalf("the stream ended: %v", s.lines.Err())
	return m
}

func served(t *testing.T, token string, runs ...Run) (*Server, string) {
	t.Helper()
	s := newServer(runs, token)
	server := httptest.NewServer(s.handler())
	t.Cleanup(func() {
		s.close.Do(func() { close(s.closing) })
		server.Close()
	})
	return s, server.URL
}

// TestStreamResumes: who comes back with the id of the last message hears all
// that is new and nothing twice.
func TestStreamResumes(t *testing.T) {
	run, other := written(t, beginLine), written(t, otherLine)
	_, url := served(t, "", run, other)
	first := subscribe(t, url, "")
	if m := first.next(); m.Run != 0 || len(m.Events) != 1 || string(m.Events[0]) != beginLine {
		t.Errorf("the first message is %+v", m)
	}
	if m := first.next(); m.Run != 1 || string(m.Events[0]) != otherLine {
		t.Errorf("the second message is %+v", m)
	}
	appendLines(t, run, epochLine)
	if m := first.next(); len(m.Events) != 1 || string(m.Events[0]) != epochLine {
		t.Errorf("what is new comes as %+v", m)
	}
	appendLines(t, run, endLine)
	again := subscribe(t, url, first.id)
	if m := again.next(); m.Run != 0 || m.Anew || len(m.Events) != 1 || string(m.Events[0]) != endLine {
		t.Errorf("after resuming comes %+v", m)
	}
	// Another training under the same name is told from the beginning.
	if err := os.WriteFile(run.files.events, []byte(otherLine+"\n"+epochLine+"\n"+epochLine+"\n"+epochLine+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if m := subscribe(t, url, again.id).next(); !m.Anew || len(m.Events) != 4 {
		t.Errorf("another training comes as %+v", m)
	}
	if m := subscribe(t, url, "nonsense").next(); m.Anew || len(m.Events) != 4 {
		t.Errorf("a senseless id gives %+v", m)
	}
}

// TestHistoryAlone: a run whose events are missing is shown by its history.
func TestHistoryAlone(t *testing.T) {
	run := NewRun(filepath.Join(t.TempDir(), "old.keras"))
	history := `{"epochs":[0,1],"names":["loss"],"history":{"loss":[0.5,null]}}`
	if err := os.WriteFile(run.files.history, []byte(history), 0o644); err != nil {
		t.Fatal(err)
	}
	_, url := served(t, "", run)
	m := subscribe(t, url, "").next()
	if len(m.Events) != 4 || !strings.Contains(string(m.Events[1]), `"loss":0.5`) || !strings.Contains(string(m.Events[2]), `"loss":null`) {
		t.Errorf("the history comes as %s", m.Events)
	}
	if err := run.Stop(); err == nil || !strings.Contains(err.Error(), "is over") {
		t.Errorf("it can be stopped: %v", err)
	}
}

// TestLastingErrorsAreToldOnce: a page hears of a file that cannot be read, and
// not five times a second.
func TestLastingErrorsAreToldOnce(t *testing.T) {
	run := NewRun(filepath.Join(t.TempDir(), "pets.keras"))
	if err := os.Mkdir(run.files.events, 0o755); err != nil {
		t.Fatal(err)
	}
	_, url := served(t, "", run)
	stream := subscribe(t, url, "")
	if m := stream.next(); m.Error == "" {
		t.Errorf("the page is not told of the error: %+v", m)
	}
	time.Sleep(3 * lookEvery)
	if err := os.Remove(run.files.events); err != nil {
		t.Fatal(err)
	}
	appendLines(t, run, beginLine)
	if m := stream.next(); m.Error != "" || len(m.Events) != 1 {
		t.Errorf("after the error comes %+v", m)
	}
}

// TestStreamsOutliveTheirRequest: the time for a request does not cut the
// events that answer it.
func TestStreamsOutliveTheirRequest(t *testing.T) {
	run := written(t, beginLine)
	const limit = 100 * time.Millisecond
	server := httptest.NewUnstartedServer(newServer([]Run{run}, "").handler())
	server.Config.ReadTimeout = limit
	server.Start()
	t.Cleanup(server.CloseClientConnections)
	stream := subscribe(t, server.URL, "")
	stream.next()
	time.Sleep(3 * limit)
	appendLines(t, run, endLine)
	if m := stream.next(); len(m.Events) != 1 || string(m.Events[0]) != endLine {
		t.Errorf("after the time for the request comes %+v", m)
	}
}

// TestCloseTellsTheEnd: what was written before Close is sent.
func TestCloseTellsTheEnd(t *testing.T) {
	run := written(t, beginLine)
	s, err := Start("127.0.0.1:0", run)
	if err != nil {
		t.Fatal(err)
	}
	stream := subscribe(t, strings.TrimSuffix(s.URL(), "/"), "")
	stream.next()
	appendLines(t, run, endLine)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if m := stream.next(); string(m.Events[0]) != endLine {
		t.Errorf("at last comes %+v", m)
	}
	if err := s.Wait(t.Context()); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func send(t *testing.T, method, url string, change func(*http.Request)) (int, *http.Response) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(request)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode, answer
}

// TestStrangersStayOut: neither a foreign page whose name leads here nor a form
// of one reaches the training.
func TestStrangersStayOut(t *testing.T) {
	run := written(t, beginLine)
	_, url := served(t, "", run)
	for name, test := range map[string]struct {
		method, path string
		change       func(*http.Request)
		status       int
	}{
		"page":            {http.MethodGet, "/", nil, http.StatusOK},
		"localhost":       {http.MethodGet, "/", func(r *http.Request) { r.Host = "localhost:80" }, http.StatusOK},
		"ipv6":            {http.MethodGet, "/", func(r *http.Request) { r.Host = "[::1]" }, http.StatusOK},
		"foreign name":    {http.MethodGet, "/", func(r *http.Request) { r.Host = "evil.example" }, http.StatusMisdirectedRequest},
		"foreign stop":    {http.MethodPost, "/runs/0/stop", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, http.StatusForbidden},
		"cross-site stop": {http.MethodPost, "/runs/0/stop", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"stop by link":    {http.MethodGet, "/runs/0/stop", nil, http.StatusMethodNotAllowed},
		"no such run":     {http.MethodPost, "/runs/7/stop", nil, http.StatusNotFound},
		"no file":         {http.MethodGet, "/../server.go", nil, http.StatusTemporaryRedirect},
	} {
		if status, _ := send(t, test.method, url+test.path, test.change); status != test.status {
			t.Errorf("%s: status %d, expected %d", name, status, test.status)
		}
	}
	if exists(run.files.stop) {
		t.Error("a stranger stopped the training")
	}
	own := func(r *http.Request) { r.Header.Set("Origin", url) }
	if status, _ := send(t, http.MethodPost, url+"/runs/0/stop", own); status != http.StatusNoContent || !exists(run.files.stop) {
		t.Errorf("the page itself cannot stop: status %d", status)
	}
	appendLines(t, run, endLine)
	if status, _ := send(t, http.MethodPost, url+"/runs/0/stop", own); status != http.StatusConflict {
		t.Errorf("a training that is over can be stopped: status %d", status)
	}
}

func TestToken(t *testing.T) {
	_, url := served(t, "secret", written(t, beginLine))
	for _, path := range []string{"/", "/events", "/style.css", "/?token=wrong", "/?token="} {
		if status, _ := send(t, http.MethodGet, url+path, nil); status != http.StatusUnauthorized {
			t.Errorf("%s without the token: status %d", path, status)
		}
	}
	status, answer := send(t, http.MethodGet, url+"/?token=secret", nil)
	if status != http.StatusSeeOther || answer.Header.Get("Location") != "/" || len(answer.Cookies()) != 1 {
		t.Fatalf("the token gives status %d, %v", status, answer.Header)
	}
	cookie := answer.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie is %v", cookie)
	}
	if status, _ := send(t, http.MethodGet, url+"/", func(r *http.Request) { r.AddCookie(cookie) }); status != http.StatusOK {
		t.Errorf("with the cookie: status %d", status)
	}
}

// TestOtherAddressesNeedAToken: only loopback is open.
func TestOtherAddressesNeedAToken(t *testing.T) {
	for address, token := range map[string]bool{"127.0.0.1:0": false, "localhost:0": false, ":0": true, "0.0.0.0:0": true} {
		s, err := Start(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(s.URL(), "?token="); got != token {
			t.Errorf("%s gives %s", address, s.URL())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Start("nowhere"); err == nil || !strings.Contains(err.Error(), "HOST:PORT") {
		t.Errorf("a senseless address: %v", err)
	}
}

func TestPagesAreCounted(t *testing.T) {
	s, url := served(t, "", written(t, beginLine))
	for range maxStreams {
		s.streams <- struct{}{}
	}
	status, answer := send(t, http.MethodGet, url+"/events", nil)
	if status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one page too many: status %d", status)
	}
}

// TestSlowPagesAreDropped: a page that takes nothing gives its place back.
func TestSlowPagesAreDropped(t *testing.T) {
	run := written(t, beginLine)
	for range 16 {
		appendLines(t, run, `{"kind":"batch","labels":["`+strings.Repeat("x", maxChunk/2)+`"]}`)
	}
	s := newServer([]Run{run}, "")
	s.patience = 100 * time.Millisecond
	server := httptest.NewServer(s.handler())
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := connection.Write([]byte("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	places := func(wanted int) {
		t.Helper()
		for begun := time.Now(); len(s.streams) != wanted; time.Sleep(10 * time.Millisecond) {
			if time.Since(begun) > 10*time.Second {
				t.Fatalf("%d places are taken, expected %d", len(s.streams), wanted)
			}
		}
	}
	places(1)
	places(0)
}

func TestPace(t *testing.T) {
	begun := time.Now()
	at := func(seconds int) time.Time { return begun.Add(time.Duration(seconds) * time.Second) }
	var p pace
	p.beginEpoch(begun, 0, 0)
	if got := p.perSecond(at(2), 100); got != 50 {
		t.Errorf("%v pictures a second, expected 50", got)
	}
	if got := p.left(at(2), 10, 40, 1); got != 14 { // 6 s here, 8 s for an epoch more
		t.Errorf("%v seconds left, expected 14", got)
	}
	if got := p.endEpoch(at(10), 40); got != 10 { // validation took 2 s
		t.Errorf("the epoch took %v", got)
	}
	p.beginEpoch(at(10), 0, 400)
	if got := fmt.Sprint(p.left(at(12), 10, 40, 2), p.left(at(12), 0, 0, 2)); got != "26 20" {
		t.Errorf("left: %s", got)
	}
}
