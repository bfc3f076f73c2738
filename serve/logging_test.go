package serve

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestPace: twenty lines at once, then one a second.
func TestPace(t *testing.T) {
	var p pace
	begun := time.Now()
	told := 0
	for range 1000 {
		if _, ok := p.take(begun); ok {
			told++
		}
	}
	if told != atOnce {
		t.Errorf("%d lines at once, expected %d", told, atOnce)
	}
	if left, ok := p.take(begun.Add(time.Second)); !ok || left != 1000-atOnce {
		t.Errorf("a second later: %v, %d untold", ok, left)
	}
	if _, ok := p.take(begun.Add(time.Second)); ok {
		t.Error("two lines in a second")
	}
}

// TestRefusalsFillNoDisk: however many requests are refused, few lines tell of
// them; who wants all gets all.
func TestRefusalsFillNoDisk(t *testing.T) {
	for level, most := range map[slog.Level]int{slog.LevelWarn: 0, slog.LevelInfo: atOnce + 5, slog.LevelDebug: 200} {
		var log bytes.Buffer
		s, err := New(t.Context(), Options{
			Models: []Model{{Name: "m", Path: stored(t)}},
			Log:    slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})),
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost/v3", nil))
		}
		lines := strings.Count(log.String(), "status=404")
		if lines > most || lines == 0 && most > 0 || level == slog.LevelDebug && lines != most {
			t.Errorf("at %v: %d lines of 200 refusals, expected at most %d", level, lines, most)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// TestAbortedHandlersCloseTheConnection: http.ErrAbortHandler is net/http's to
// deal with.
func TestAbortedHandlersCloseTheConnection(t *testing.T) {
	var log bytes.Buffer
	s, err := New(t.Context(), Options{
		Models: []Model{{Name: "m", Path: stored(t)}}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Page: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("%v comes out, expected http.ErrAbortHandler", cause)
		}
		if strings.Contains(log.String(), "panic") {
			t.Errorf("it is told as a mistake: %s", log.String())
		}
	}()
	s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
}
