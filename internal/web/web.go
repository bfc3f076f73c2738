// Package web is what the pages of Lince have in common: one style sheet and
// the headers they are served with, so that the live page, the serving page and
// the report look alike and trust nobody.
//
// A page served over HTTP links the sheet as style.css, keeps its scripts in
// files, and wraps its handler:
//
//	mux.Handle("GET /style.css", web.Style())
//	server.Handler = web.Guard(mux)
//
// A page that is opened as a file holds the sheet within itself:
//
//	markup.Style(web.Sheet)
//
// The sheet styles plain HTML: header, main and footer below body, headings,
// tables, buttons, inputs and pre. Beside them it knows the classes card (a
// sheet of paper), grid (cards side by side), row, scroll (around wide tables),
// figures (a dl of numbers), note and note bad, faint, unseen (for screen
// readers), skip (the link past the header), button primary and button danger.
// Its colours are the custom properties at its top, for light and for dark
// screens; series-1 to series-6 are those of curves.
package web

import (
	_ "embed"
	"net/http"
	"strings"
	"time"
)

// Sheet is the style sheet.
//
//go:embed style.css
var Sheet string

// Policy is the Content-Security-Policy of all pages: everything comes from the
// page's own server, nothing inline runs, and no other page may frame it.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
	"media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed icon.svg
var icon string

// Style serves the sheet.
func Style() http.Handler { return file("style.css", "text/css; charset=utf-8", Sheet) }

// Icon serves the picture that browsers show in tabs, for
//
//	<link rel="icon" href="icon.svg">
//
// without which they ask for one that is not there.
func Icon() http.Handler { return file("icon.svg", "image/svg+xml", icon) }

func file(name, kind, content string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", kind)
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(content))
	})
}

// Guard sets the headers that keep a page from doing what it should not.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", Policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}
