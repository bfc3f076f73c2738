package house

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Groups of rooms that others name together.
var (
	files      = []string{"format/hdf5", "format/keras", "format/npz", "format/safetensors", "format/tfevents"}
	vocabulary = []string{"activations", "initializers", "regularizers", "layers", "losses", "metrics", "optimizers"}
	ground     = []string{"tensor", "random", "config"}
	pictures   = []string{"images/augment", "images/internal/kernel", "images/jpeg", "images/mt19937", "images/picture", "images/resize"}
	below      = slices.Concat(ground, []string{"data", "graph", "images", "backend", "backend/cpu"}, files, vocabulary)
)

// The root package, and the rooms around it.
var (
	root   = []string{"."}
	around = []string{"plot", "callbacks", "applications", "applications/fetch", "transfer", "tune", "watch", "explain", "report", "serve", "serve/page"}
)

// rooms says which other rooms of the house a room's code may use, from the
// cellar up: the table of docs/architecture.md.
var rooms = map[string][]string{
	"tensor": {},
	"random": {},
	"config": {},

	"data":            {"tensor", "random"},
	"format/hdf5":     {"tensor"},
	"format/keras":    {"tensor", "config", "format/hdf5"},
	"format/npz":      {"tensor", "format/internal/elements"},
	"format/tfevents": {},

	"format/safetensors":       {"tensor", "format/internal/elements"},
	"format/internal/elements": {"tensor"},

	"graph": {"tensor", "random"},

	"backend":                     {"graph", "tensor"},
	"backend/backendtest":         {"backend", "backend/reference", "graph", "tensor", "random"},
	"backend/reference":           {"backend", "graph", "tensor"},
	"backend/cpu":                 {"backend", "backend/cpu/internal/conv", "backend/cpu/internal/gemm", "backend/cpu/internal/kernel", "backend/cpu/internal/pool", "graph", "tensor"},
	"backend/cpu/internal/kernel": {},
	"backend/cpu/internal/pool":   {},
	"backend/cpu/internal/gemm":   {"backend/cpu/internal/kernel", "backend/cpu/internal/pool"},
	"backend/cpu/internal/conv":   {"backend/cpu/internal/gemm", "backend/cpu/internal/kernel", "backend/cpu/internal/pool"},

	"images/internal/kernel": {},

	"images/mt19937": {},
	"images/jpeg":    {"images/internal/kernel"},
	"images/picture": {"images/jpeg"},
	"images/resize":  {"images/internal/kernel", "images/picture"},
	"images/augment": {"images/internal/kernel"},
	"images":         slices.Concat(pictures, []string{"data", "tensor", "random"}),

	"activations":  {"graph", "config", "tensor"},
	"initializers": {"random", "config", "tensor"},
	"regularizers": {"graph", "config", "tensor"},
	"layers":       {"activations", "initializers", "regularizers", "graph", "data", "random", "config", "tensor"},
	"losses":       {"graph", "config", "tensor"},
	"metrics":      {"losses", "graph", "config", "tensor"},
	"optimizers":   {"graph", "config", "tensor"},

	".":                   below,
	"plot":                slices.Concat(below, root),
	"callbacks":           slices.Concat(below, root),
	"tune":                slices.Concat(below, root),
	"explain":             slices.Concat(below, root, []string{"images/picture"}),
	"watch":               slices.Concat(below, root, []string{"internal/web"}),
	"transfer":            slices.Concat(below, root),
	"applications":        slices.Concat(below, root, []string{"applications/blocks"}),
	"applications/blocks": {"activations", "initializers", "layers", "regularizers"},
	"applications/fetch":  {"applications", "format/hdf5"},
	"serve":               slices.Concat(below, root, []string{"images/picture", "serve/internal/batching", "serve/internal/jsontensor"}),
	"report":              slices.Concat(below, root, []string{"plot", "report/measure", "internal/markup", "internal/web"}),
	"report/measure":      {},
	"cmd/lince":           slices.Concat(below, root, around, []string{"backend/reference", "internal/shapes"}),

	"serve/page":                {"internal/web"},
	"serve/internal/batching":   {},
	"serve/internal/jsontensor": {},

	"cmd/acceptance":                 slices.Concat(below, root, around, pictures, []string{"backend/reference", "internal/shapes", "internal/restclient", "cmd/acceptance/internal/ledger"}),
	"cmd/acceptance/internal/ledger": {},

	"examples/cnn":        slices.Concat(below, root, around),
	"examples/finetune":   slices.Concat(below, root, around),
	"examples/lenet":      slices.Concat(below, root, around),
	"examples/multiclass": slices.Concat(below, root, around),
	"examples/residual":   slices.Concat(below, root, around),
	"examples/serving":    slices.Concat(below, root, around),
	"examples/transfer":   slices.Concat(below, root, around),

	"internal/web":        {},
	"internal/markup":     {},
	"internal/browser":    {}, // for tests alone
	"internal/restclient": {},
	"internal/shapes":     {"random"},
	"internal/golden":     {"tensor"},
	"internal/house":      {},
}

// TestRoomsImportDownwards holds the code to the table. Tests are left out:
// they may run a layer on the reference engine.
func TestRoomsImportDownwards(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources(t) {
		allowed, known := rooms[s.room]
		if !known && !seen[s.room] {
			t.Errorf("the room %s is not in the table of rooms; say there and in docs/architecture.md what it may import", s.room)
		}
		seen[s.room] = true
		if !known || s.test() {
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if room, ours := roomOf(imported); ours && !slices.Contains(allowed, room) {
				t.Errorf("%s imports %s, which %s must not know", s.path, room, s.room)
			}
			if imported == "C" {
				t.Errorf("%s uses cgo; the house is pure Go", s.path)
			}
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("the table of rooms has %s, which does not exist", room)
		}
	}
}

// TestTableIsAcyclic makes sure that the table itself has a direction.
func TestTableIsAcyclic(t *testing.T) {
	done, path := map[string]bool{}, []string{}
	var visit func(room string)
	visit = func(room string) {
		if slices.Contains(path, room) {
			t.Errorf("the table of rooms goes in a circle: %s", strings.Join(append(path, room), " → "))
			return
		}
		if done[room] {
			return
		}
		path = append(path, room)
		for _, next := range rooms[room] {
			visit(next)
		}
		path = path[:len(path)-1]
		done[room] = true
	}
	for room := range rooms {
		visit(room)
	}
}

func roomOf(imported string) (room string, ours bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}
