package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/applications/fetch"
)

// publisher serves every file with the same content.
func publisher() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write([]byte("weights"))
	}))
}

func ExampleClient() {
	folder, err := os.MkdirTemp("", "lince")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	server := publisher()
	defer server.Close()
	client := fetch.Client{Folder: folder, Mirrors: []string{server.URL}}
	path, err := client.Get(context.Background(), fetch.File{
		Name: "net.h5", URL: "https://example.org/net.h5", MD5: "63f4f1e9b725370f459720575cd5f953",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	content, err := os.ReadFile(path)
	fmt.Println(filepath.Base(path), string(content), err)
	// Output: net.h5 weights <nil>
}

// A client's method Weights is what an application asks for its weights.
func ExampleClient_Weights() {
	client := fetch.Client{}
	options := applications.Options{Weights: applications.ImageNet, Fetch: client.Weights}
	fmt.Println(options.Weights, options.Fetch != nil)
	// Output: imagenet true
}

func ExampleFile() {
	file, err := applications.Application("inception_v3").WeightFile(applications.Options{NoTop: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	published := fetch.Published(file)
	fmt.Println(published.Name)
	fmt.Println(published.MD5)
	// Output:
	// inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5
	// bcbd6486424b2319ff4ef7d526e38f63
}

func ExampleProgress() {
	folder, err := os.MkdirTemp("", "lince")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	server := publisher()
	defer server.Close()
	client := fetch.Client{Folder: folder, Readable: []string{}, Mirrors: []string{}}
	client.Progress = func(p fetch.Progress) {
		if p.Done == p.Total {
			fmt.Printf("%s: %d of %d bytes\n", p.Name, p.Done, p.Total)
		}
	}
	if _, err := client.Get(context.Background(), fetch.File{Name: "net.h5", URL: server.URL + "/net.h5"}); err != nil {
		fmt.Println(err)
	}
	// Output: net.h5: 7 of 7 bytes
}
