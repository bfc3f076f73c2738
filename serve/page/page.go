// Package page is what a person sees of a server of package serve: a page where
// a picture is dropped, chosen, pasted or taken by the camera, and the model's
// answer appears, with what spoke for it. It works with the addresses that
// package serve documents, and with nothing else:
//
//	serve.Options{Page: page.Handler()}
package page

import (
	"embed"
	"net/http"

	"github.com/lince-ml/lince/internal/web"
)

//go:embed files
var files embed.FS

// Handler serves the page at / and its parts beside it. Everything it needs is
// within the program; it sets the headers that keep foreign scripts out.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /style.css", web.Style())
	mux.Handle("GET /icon.svg", web.Icon())
	for path, file := range map[string]string{"/{$}": "index.html", "/page.css": "page.css", "/page.js": "page.js", "/camera.js": "camera.js"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, files, "files/"+file)
		})
	}
	return web.Guard(mux)
}
