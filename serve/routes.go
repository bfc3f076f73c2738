package serve

import (
	_ "embed"
	"net/http"
	"strings"
)

//go:embed openapi.json
var openAPI []byte

// address is what the path of a request names: a model, one of its versions,
// and what to do.
type address struct {
	name, version, verb string
}

// handler answers a request, or returns why it cannot.
type handler func(w http.ResponseWriter, r *http.Request, at address) error

// routes returns what answers each address.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	add := func(pattern, route string, handle handler) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { answerBy(w, r, route, address{}, handle) })
	}
	add("GET /v1/models", "models", s.listModels)
	mux.HandleFunc("/v1/models/", s.routeV1)
	add("POST /classify", "classify", s.classify)
	add("GET /v2", "v2-server", s.serverMetadata)
	add("GET /v2/health/live", "health", s.live)
	add("GET /v2/health/ready", "health", s.allReady)
	mux.HandleFunc("/v2/models/", s.routeV2)
	mux.Handle("GET /metrics", s.meters.handler())
	add("GET /openapi.json", "openapi", func(w http.ResponseWriter, _ *http.Request, _ address) error {
		writeBody(w, http.StatusOK, "application/json", openAPI)
		return nil
	})
	for _, kept := range []string{"/v1/", "/v2/", "/classify", "/metrics"} {
		mux.HandleFunc(kept, func(w http.ResponseWriter, r *http.Request) { refuse(w, malformed(r)) })
	}
	if s.options.Page != nil {
		mux.Handle("/", s.options.Page)
	} else {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, malformed(r)) })
	}
	return mux
}

// malformed is TensorFlow Serving's answer to what it has no address for.
// Outside of its protocol the status is the usual one.
func malformed(r *http.Request) error {
	status := http.StatusNotFound
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		status = http.StatusBadRequest
	}
	return fail(status, "Malformed request: %.20s %.200s", r.Method, r.URL.Path)
}

func answerBy(w http.ResponseWriter, r *http.Request, route string, at address, handle handler) {
	if a, ok := w.(*answer); ok {
		a.route = route
	}
	if err := handle(w, r, at); err != nil {
		refuse(w, err)
	}
}

// routeV1 finds the handler of an address below /v1/models/:
// NAME[/versions/N][:VERB], NAME[/versions/N]/VERB.
func (s *Server) routeV1(w http.ResponseWriter, r *http.Request) {
	at, ok := splitAddress(strings.TrimPrefix(r.URL.Path, "/v1/models/"), ":/")
	handlers := map[string]struct {
		route  string
		handle handler
	}{
		"GET ":          {"v1-status", s.modelStatus},
		"GET metadata":  {"v1-metadata", s.modelMetadata},
		"POST classify": {"classify", s.classify},
		"POST explain":  {"explain", s.explain},
		// TensorFlow Serving's have a colon.
		"POST :classify": {"v1-classify", s.unsupportedV1},
		"POST :regress":  {"v1-regress", s.unsupportedV1},
		"POST :predict":  {"v1-predict", s.predictV1},
	}
	found, known := handlers[method(r)+" "+at.verb]
	if !ok || !known {
		refuse(w, malformed(r))
		return
	}
	answerBy(w, r, found.route, at, found.handle)
}

// routeV2 finds the handler of an address below /v2/models/:
// NAME[/versions/N][/VERB].
func (s *Server) routeV2(w http.ResponseWriter, r *http.Request) {
	at, ok := splitAddress(strings.TrimPrefix(r.URL.Path, "/v2/models/"), "/")
	switch {
	case ok && method(r) == http.MethodGet && at.verb == "":
		answerBy(w, r, "v2-metadata", at, s.metadataV2)
	case ok && method(r) == http.MethodGet && at.verb == "ready":
		answerBy(w, r, "v2-ready", at, s.modelReady)
	case ok && r.Method == http.MethodPost && at.verb == "infer":
		answerBy(w, r, "v2-infer", at, s.inferV2)
	default:
		refuse(w, malformed(r))
	}
}

// method returns what a request asks to be done: HEAD is answered as GET, by
// net/http without the body.
func method(r *http.Request) string {
	if r.Method == http.MethodHead {
		return http.MethodGet
	}
	return r.Method
}

// splitAddress takes a path apart. A verb behind a colon keeps it.
func splitAddress(path, marks string) (at address, ok bool) {
	rest := path
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && strings.Contains(marks, ":") {
		rest, at.verb = rest[:i], rest[i:]
	}
	parts := strings.Split(rest, "/")
	if at.name = parts[0]; at.name == "" {
		return at, false
	}
	if parts = parts[1:]; len(parts) >= 2 && parts[0] == "versions" {
		at.version, parts = parts[1], parts[2:]
		if at.version == "" {
			return at, false
		}
	}
	if len(parts) == 1 && at.verb == "" && parts[0] != "" {
		at.verb, parts = parts[0], nil
	}
	return at, len(parts) == 0
}
