package serve_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/serve"
)

// exampleFile returns the file of a small model.
func exampleFile() string {
	model, err := network(3)
	if err != nil {
		panic(err)
	}
	defer model.Close()
	folder, err := os.MkdirTemp("", "lince-")
	if err != nil {
		panic(err)
	}
	path := filepath.Join(folder, "colors.keras")
	if err := model.Save(path); err != nil {
		panic(err)
	}
	return path
}

func ExampleServer() {
	path := exampleFile()
	defer os.RemoveAll(filepath.Dir(path))
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server, err := serve.New(ctx, serve.Options{Models: []serve.Model{{Name: "colors", Path: path}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() { ended <- server.Serve(ctx, listener) }()

	answer, err := http.Get("http://" + listener.Addr().String() + "/v2/health/ready")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.Status, string(text))

	stop() // requests at hand are finished
	fmt.Println(<-ended, server.Close(context.Background()))
	// Output:
	// 200 OK {"ready":true}
	// <nil> <nil>
}

func ExampleModel() {
	path := exampleFile()
	defer os.RemoveAll(filepath.Dir(path))
	server, err := serve.New(context.Background(), serve.Options{Models: []serve.Model{
		{Name: "colors", Path: path},
		{Name: "again", Path: path},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close(context.Background())
	answer := httptest.NewRecorder() // the Handler fits into any server
	server.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost/v1/models/again", nil))
	fmt.Println(answer.Body)
	// Output: {"model_version_status":[{"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}
}

func ExampleOptions() {
	_, err := serve.New(context.Background(), serve.Options{
		Models:    []serve.Model{{Name: "pets", Path: "absent.keras"}},
		BatchSize: 16,
		Poll:      time.Second, // a changed file is loaded beside the old one
	})
	fmt.Println(err != nil)
	// Output: true
}

// likeliest is an Explainer that only names the class it was asked for.
type likeliest struct{ model *lince.Model }

func (l likeliest) Explain(_ context.Context, picture []byte, class int) ([]byte, error) {
	return fmt.Appendf(nil, "%s in %d bytes", l.model.ClassName(class), len(picture)), nil
}

func (likeliest) Close() error { return nil }

func ExampleExplainer() {
	path := exampleFile()
	defer os.RemoveAll(filepath.Dir(path))
	server, err := serve.New(context.Background(), serve.Options{
		Models: []serve.Model{{Name: "colors", Path: path}},
		Explain: func(_ context.Context, model *lince.Model) (serve.Explainer, error) {
			return likeliest{model}, nil // package explain has better ones
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close(context.Background())
	const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	answer := httptest.NewRecorder()
	request := httptest.NewRequest("POST", "http://localhost/v1/models/colors/explain?class=2", strings.NewReader(gif))
	server.Handler().ServeHTTP(answer, request)
	fmt.Println(answer.Body)
	// Output: blue in 35 bytes
}

func ExampleLimits() {
	path := exampleFile()
	defer os.RemoveAll(filepath.Dir(path))
	_, err := serve.New(context.Background(), serve.Options{
		Models: []serve.Model{{Name: "colors", Path: path}},
		Limits: serve.Limits{Queue: 64, Body: 1 << 20, Upload: -time.Second},
	})
	fmt.Println(err)
	// Output: serve: Limits.Upload is -1000000000, expected a positive one, or 0 for the default
}
