package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

// alone keeps the user's own caches and mirrors out of a test.
func alone(t *testing.T) {
	t.Helper()
	t.Cleanup(xdg.Reload)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KERAS_HOME", t.TempDir())
	t.Setenv(fetch.MirrorVariable, "")
	xdg.Reload()
}

func TestModels(t *testing.T) {
	alone(t)
	cache := t.TempDir()
	out := succeed(t, "models", "--cache", cache)
	lines := strings.Split(out, "\n")
	if !strings.HasPrefix(lines[0], "NAME") || !strings.Contains(lines[0], "WEIGHTS") {
		t.Errorf("it begins with %q", lines[0])
	}
	find := func(out, name string) string {
		for line := range strings.Lines(out) {
			if fields := strings.Fields(line); len(fields) > 0 && fields[0] == name {
				return strings.Join(fields, " ")
			}
		}
		t.Errorf("no %s in\n%s", name, out)
		return ""
	}
	if got, want := find(out, "inception_v3"), "inception_v3 299×299×3 23,851,784 77.9 % to fetch"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	kept := filepath.Join(cache, "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := find(succeed(t, "models", "--cache", cache), "inception_v3"); !strings.HasSuffix(got, "here: no top") {
		t.Errorf("with a file: %s", got)
	}
	list := decode[[]network](t, succeed(t, "models", "--cache", cache, "--json"))
	for _, n := range list {
		if n.Name == "inception_v3" && (len(n.Weights) != 2 || n.Weights[0].Path != "" || n.Weights[1].Path != kept || n.Title != "InceptionV3") {
			t.Errorf("%+v", n)
		}
		if n.Licence == "" || n.Parameters == 0 || len(n.Input) != 3 || n.Input[0] == 0 {
			t.Errorf("%+v lacks something", n)
		}
	}
}

// TestModelsFetch: MobileNetV2's weights have no published checksum, so any
// file will do.
func TestModelsFetch(t *testing.T) {
	alone(t)
	weights, err := os.ReadFile(baseWeights(t))
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(weights)
	}))
	defer server.Close()
	cache := t.TempDir()
	const name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_160_no_top.h5"
	args := []string{"models", "fetch", "MobileNetV2", "--alpha", "0.35", "--image-size", "160", "--no-top", "--cache", cache, "--mirror", server.URL + "/keras"}
	for range 2 {
		if got := succeed(t, args...); got != filepath.Join(cache, name)+"\n" {
			t.Errorf("it says %q", got)
		}
	}
	if len(asked) != 1 || asked[0] != "/keras/"+name {
		t.Errorf("asked for %q", asked)
	}
	from, other := t.TempDir(), t.TempDir()
	if o := call(t, "models", "fetch", "inception_v3", "--from", from, "--cache", other); o.status != failed || !strings.Contains(o.screen, from) {
		t.Errorf("status %d: %s", o.status, o.screen)
	}
	if o := call(t, "models", "fetch", "inception_v3", "--from", filepath.Join(from, "nowhere"), "--cache", other); o.status != failed || !strings.Contains(o.screen, "no such") {
		t.Errorf("status %d: %s", o.status, o.screen)
	}
	_, err = fetchesOr(fetch.Client{Folder: other, From: from}, fileInstead)(t.Context(), applications.ClassIndexFile())
	if err == nil || !strings.Contains(err.Error(), "--weights takes a FILE") {
		t.Errorf("what cannot be fetched: %v", err)
	}
	for says, args := range map[string][]string{
		`there is no "inception_v4"`: {"inception_v4"},
		"Alpha is 0.3":               {"mobilenet_v2", "--alpha", "0.3"},
		"has one width":              {"inception_v3", "--alpha", "0.5"},
		"no weights are published":   {"resnet20"},
		"NAME":                       {},
	} {
		if o := call(t, append([]string{"models", "fetch"}, args...)...); o.status != misused || !strings.Contains(o.screen, says) {
			t.Errorf("%v: status %d, %s", args, o.status, o.screen)
		}
	}
}
