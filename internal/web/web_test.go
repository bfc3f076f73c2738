package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/lince-ml/lince/internal/web"
)

// TestSheetIsSelfContained: no page asks the network for anything.
func TestSheetIsSelfContained(t *testing.T) {
	for _, outside := range []string{"url(", "@import", "http"} {
		if strings.Contains(web.Sheet, outside) {
			t.Errorf("the sheet holds %q", outside)
		}
	}
}

// TestDarkHasEveryColour: a colour of the light screen that the dark one lacks
// would be unreadable there. Accents on soft grounds come in both.
func TestDarkHasEveryColour(t *testing.T) {
	light, rest, found := strings.Cut(web.Sheet, "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("there is no dark look")
	}
	dark, _, _ := strings.Cut(rest, "\n}\n")
	for _, colour := range regexp.MustCompile(`(--[a-z0-9-]+): #`).FindAllStringSubmatch(light, -1) {
		if !strings.Contains(dark, colour[1]+": #") {
			t.Errorf("the dark look has no %s", colour[1])
		}
	}
}

func TestGuardedStyle(t *testing.T) {
	answer := httptest.NewRecorder()
	web.Guard(web.Style()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/style.css", nil))
	if answer.Code != http.StatusOK || answer.Body.String() != web.Sheet {
		t.Errorf("status %d and %d bytes", answer.Code, answer.Body.Len())
	}
	header := answer.Header()
	if got := header.Get("Content-Type"); !strings.HasPrefix(got, "text/css") {
		t.Errorf("the sheet's type is %q", got)
	}
	if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	if header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("types are guessed")
	}
}
