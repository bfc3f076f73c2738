package serve_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/internal/restclient"
	"github.com/lince-ml/lince/serve"
)

func TestBadRequestsAreRefused(t *testing.T) {
	client, _, _ := started(t, func(o *serve.Options) { o.Limits = serve.Limits{Queue: 4, Body: 5000, Pixels: 1000} })
	predict, infer := "/v1/models/shapes:predict", "/v2/models/shapes/infer"
	good := drawing(t, 16, 16, 1)
	v2 := func(fields string) string { return `{"inputs": [{"name": "input_layer", ` + fields + `}]}` }
	for what, c := range map[string]struct {
		path, body string
		status     int
		reason     string
	}{
		"no JSON":           {predict, `{`, 400, "a string expected"},
		"a list":            {predict, `[1]`, 400, "an object expected"},
		"nothing":           {predict, ``, 400, "the end"},
		"no instances":      {predict, `{}`, 400, "Missing"},
		"both formats":      {predict, `{"instances": [], "inputs": []}`, 400, "expected one"},
		"no samples":        {predict, `{"instances": []}`, 400, "no samples"},
		"a wrong shape":     {predict, `{"instances": [[1, 2]]}`, 400, "a sample of shape (2,) given"},
		"ragged lists":      {predict, `{"instances": [[[1, 2], [3]]]}`, 400, "beside one of 2"},
		"a column too flat": {predict, `{"inputs": 5}`, 400, "a number given"},
		"no base64":         {predict, `{"instances": [{"b64": "***"}]}`, 400, "no base64"},
		"no picture":        {predict, `{"instances": [{"b64": "aGVsbG8="}]}`, 400, "not a picture"},
		"an empty picture":  {predict, `{"instances": [{"b64": ""}]}`, 400, "empty"},
		"unknown input":     {predict, `{"instances": [{"x": 1}]}`, 400, `no input "x"`},
		"two ways":          {predict, `{"instances": [{"b64": "aGk=", "x_bytes": {"b64": "aGk="}}], "x": 1}`, 400, ""},
		"a key twice":       {predict, `{"instances": [{"b64": "aGk=", "b64": "aGk="}]}`, 400, "twice"},
		"unknown signature": {predict, `{"signature_name": "x", "instances": [1]}`, 400, "not known"},
		"numbers there":     {predict, `{"signature_name": "pictures", "instances": [1]}`, 400, "takes pictures"},
		"half a pixel":      {predict, `{"signature_name": "pixels", "instances": [` + nested("0.5") + `]}`, 400, "whole numbers"},
		"too many samples":  {predict, `{"instances": [` + strings.Repeat(`{"b64": "aGk="},`, 4) + `{"b64": "aGk="}]}`, 400, "more than 4"},
		"too many numbers":  {predict, `{"inputs": [` + strings.Repeat("1,", 800) + `1]}`, 400, "more numbers"},
		"deep":              {predict, `{"instances": ` + strings.Repeat("[", 4000), 400, "in one another"},
		"more behind":       {predict, `{"instances": [{"b64": "aGk="}]} x`, 400, "the end expected"},
		"absent":            {"/v1/models/absent:predict", `{}`, 404, "Servable not found"},
		"another version":   {"/v1/models/shapes/versions/7:predict", `{}`, 404, "Specific(shapes, 7)"},
		"classify":          {"/v1/models/shapes:classify", `{}`, 400, "tensorflow/serving/classify"},
		"regress":           {"/v1/models/shapes:regress", `{}`, 400, "tensorflow/serving/regress"},
		"another verb":      {"/v1/models/shapes:run", `{}`, 400, "Malformed request"},
		"no address":        {"/v3", `{}`, 404, "Malformed request"},
		"too large":         {"/classify", strings.Repeat("x", 5001), 413, "larger than 5000 bytes"},
		"too many pixels":   {"/classify", string(drawing(t, 100, 11, 1)), 413, "too large"},
		"truncated":         {"/classify", string(good[:len(good)/2]), 400, "ends too early"},
		"a wrong top":       {"/classify?top=-1", string(good), 400, "top=-1"},
		"an absent model":   {"/classify?model=absent", string(good), 404, "Servable not found"},
		"no explanations":   {"/v1/models/shapes/explain", string(good), 501, "does not explain"},
		"V2, no input":      {infer, `{}`, 400, "0 inputs given"},
		"V2, a wrong name":  {infer, `{"inputs": [{"name": "x"}]}`, 400, `no input "x"`},
		"V2, no data":       {infer, v2(`"datatype": "FP32", "shape": [1, 8, 8, 3]`), 400, "neither data"},
		"V2, a datatype":    {infer, v2(`"datatype": "INT64", "shape": [1, 8, 8, 3], "data": [1]`), 400, "not taken"},
		"V2, a shape":       {infer, v2(`"datatype": "FP32", "shape": [1, 8, 8], "data": [1]`), 400, "the shape (1, 8, 8) given"},
		"V2, huge":          {infer, v2(`"datatype": "FP32", "shape": [2147483647, 8, 8, 3], "data": [1]`), 400, "at most 4"},
		"V2, few numbers":   {infer, v2(`"datatype": "FP32", "shape": [1, 8, 8, 3], "data": [1]`), 400, "1 numbers given"},
		"V2, missing bytes": {infer, v2(`"datatype": "FP32", "shape": [1, 8, 8, 3], "parameters": {"binary_data_size": 768}`), 400, "0 bytes are left"},
		"V2, both":          {infer, v2(`"datatype": "FP32", "shape": [1, 8, 8, 3], "data": [1], "parameters": {"binary_data_size": 0}`), 400, "both"},
		"V2, pictures":      {infer, v2(`"datatype": "BYTES", "shape": [2], "data": ["aGk="]`), 400, "1 pictures given"},
		"V2, an output":     {infer, `{"outputs": [{"name": "x"}], ` + v2(`"datatype": "FP32", "shape": [1, 8, 8, 3], "data": ` + nested("1"))[1:], 400, `no output "x"`},
	} {
		_, _, err := client.Do(t.Context(), http.MethodPost, c.path, nil, []byte(c.body))
		refused(t, what, err, c.status, c.reason)
	}
	header := http.Header{"Content-Encoding": {"gzip"}}
	_, _, err := client.Do(t.Context(), http.MethodPost, "/classify", header, good)
	refused(t, "gzip", err, http.StatusUnsupportedMediaType, "Content-Encoding")
	header = http.Header{"Inference-Header-Content-Length": {"99999"}}
	_, _, err = client.Do(t.Context(), http.MethodPost, infer, header, []byte(`{}`))
	refused(t, "a long header", err, http.StatusBadRequest, "expected a number of bytes")
	if _, _, err := client.Do(t.Context(), http.MethodPost, "/classify", nil, good); err != nil {
		t.Errorf("a good request afterwards: %v", err)
	}
}

// nested returns a tensor of the model's shape in JSON.
func nested(value string) string {
	pixel := "[" + value + "," + value + "," + value + "]"
	row := "[" + strings.TrimSuffix(strings.Repeat(pixel+",", side), ",") + "]"
	return "[" + strings.TrimSuffix(strings.Repeat(row+",", side), ",") + "]"
}

// TestFullQueue: what a slow model has no place for is refused at once, and
// the rest is answered.
func TestFullQueue(t *testing.T) {
	client, _, _ := started(t, func(o *serve.Options) { o.BatchSize, o.Limits.Queue, o.Limits.Decoders = 1, 2, 1 })
	content := drawing(t, 800, 800, 3)
	var good, busy int
	var mutex sync.Mutex
	var group sync.WaitGroup
	for range 24 {
		group.Go(func() {
			_, _, err := client.Do(t.Context(), http.MethodPost, "/classify", nil, content)
			mutex.Lock()
			defer mutex.Unlock()
			refusal, ok := errors.AsType[*restclient.Refusal](err)
			switch {
			case err == nil:
				good++
			case ok && refusal.Status == 503 && refusal.RetryAfter == "1":
				busy++
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if good == 0 || busy == 0 {
		t.Errorf("%d answered, %d refused; expected some of both", good, busy)
	}
}

func TestTokenAndHeaders(t *testing.T) {
	client, _, _ := started(t, func(o *serve.Options) {
		o.Token = "secret"
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a page") })
	})
	for path, open := range map[string]bool{
		"/": true, "/page.js": true, "/openapi.json": true, "/v2/health/live": true, "/v2/health/ready": true,
		"/v1/models": false, "/v2": false, "/v2/models/shapes": false, "/metrics": false,
	} {
		_, _, err := client.Do(t.Context(), http.MethodGet, path, nil, nil)
		if open {
			if err != nil {
				t.Errorf("%s without a token: %v", path, err)
			}
			continue
		}
		refused(t, path+" without a token", err, http.StatusUnauthorized, "token")
		wrong := client
		wrong.Token = "guess"
		_, _, err = wrong.Do(t.Context(), http.MethodGet, path, nil, nil)
		refused(t, path+" with a wrong token", err, http.StatusUnauthorized, "token")
		right := client
		right.Token = "secret"
		if _, _, err = right.Do(t.Context(), http.MethodGet, path, nil, nil); err != nil {
			t.Errorf("%s with the token: %v", path, err)
		}
	}
	answered, _, err := client.Do(t.Context(), http.MethodGet, "/v2/health/live", http.Header{"X-Request-Id": {"mine-7"}}, nil)
	if err != nil || answered.Get("X-Request-Id") != "mine-7" || answered.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %v", answered, err)
	}
	answered, _, err = client.Do(t.Context(), http.MethodGet, "/v2/health/live", http.Header{"X-Request-Id": {"a\tb"}}, nil)
	if id := answered.Get("X-Request-Id"); err != nil || id == "" || id == "a\tb" {
		t.Errorf("an id that is none was kept: %q %v", id, err)
	}
	_, _, err = client.Do(t.Context(), http.MethodPost, "/classify", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Authorization": {"Bearer secret"}}, []byte("x"))
	refused(t, "a page of another site", err, http.StatusForbidden, "other sites")
}

// listening returns a client of a server that serves a listener of its own, and
// what stops it.
func listening(t *testing.T, o serve.Options) (client restclient.Client, stop func() error) {
	t.Helper()
	path := t.TempDir() + "/shapes.keras"
	save(t, path, 3)
	o.Limits.Notice = cmp.Or(o.Limits.Notice, time.Millisecond)
	o.Models = []serve.Model{{Name: "shapes", Path: path}}
	server, err := serve.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-ended, server.Close(context.Background()))
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return restclient.Client{Base: "http://" + listener.Addr().String(), HTTP: &http.Client{Transport: transport}}, stop
}

func TestForeignHostsAreRefused(t *testing.T) {
	client, _ := listening(t, serve.Options{Hosts: []string{"proxy.example"}})
	for host, known := range map[string]bool{"localhost:1": true, "127.0.0.1": true, "[::1]:5": true, "proxy.example": true, "evil.example": false} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, client.Base+"/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := client.HTTP.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if (response.StatusCode == http.StatusOK) != known || !known && response.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("host %s: status %d", host, response.StatusCode)
		}
	}
}

// TestForeignHostsNeedAToken: without a token a foreign name is refused wherever
// the server listens.
func TestForeignHostsNeedAToken(t *testing.T) {
	for token, status := range map[string]int{"": http.StatusMisdirectedRequest, "secret": http.StatusOK} {
		client, _, _ := started(t, func(o *serve.Options) { o.Token = token })
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, client.Base+"/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "evil.example"
		request.Header.Set("Authorization", "Bearer secret")
		response, err := client.HTTP.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("token %q: status %d, expected %d", token, response.StatusCode, status)
		}
	}
}

func TestSlowClientsAreCutOff(t *testing.T) {
	client, _ := listening(t, serve.Options{Token: "secret", Limits: serve.Limits{Header: 50 * time.Millisecond, Upload: 100 * time.Millisecond}})
	address := strings.TrimPrefix(client.Base, "http://")
	const bearer = "Authorization: Bearer secret\r\n"
	for _, c := range []struct{ what, begin, status string }{
		{"a header", "POST /classify HTTP/1.1\r\nHost: localhost\r\n", ""},
		{"a body", "POST /classify HTTP/1.1\r\nHost: localhost\r\n" + bearer + "Content-Length: 1000\r\n\r\nabc", "408"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write([]byte(c.begin)); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			var answer bytes.Buffer
			if _, err := answer.ReadFrom(conn); err != nil {
				t.Errorf("%s that does not end: %v", c.what, err)
			}
			if !strings.Contains(answer.String(), c.status) {
				t.Errorf("%s that does not end: %q", c.what, answer.String())
			}
		})
	}
}

// TestDeafClientsAreCutOff: who asks on and on and reads no answer is left.
func TestDeafClientsAreCutOff(t *testing.T) {
	client, _ := listening(t, serve.Options{Limits: serve.Limits{Upload: 50 * time.Millisecond, Answer: 50 * time.Millisecond}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(client.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	many := bytes.Repeat([]byte("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"), 1000)
	for err == nil {
		_, err = conn.Write(many)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is held for ever")
	}
}

// TestStopFinishesRequests: requests at hand are answered after the server was
// told to stop.
func TestStopFinishesRequests(t *testing.T) {
	client, stop := listening(t, serve.Options{Limits: serve.Limits{Notice: time.Second}})
	content := drawing(t, 800, 800, 3)
	answers := make(chan error, 8)
	for range cap(answers) {
		go func() {
			_, _, err := client.Do(context.Background(), http.MethodPost, "/classify", nil, content)
			answers <- err
		}()
	}
	eventually(t, "requests are at hand", func() bool {
		_, body, err := client.Do(t.Context(), http.MethodGet, "/metrics", nil, nil)
		return err == nil && !bytes.Contains(body, []byte(`lince_queue_length{model="shapes"} 0`))
	})
	if err := stop(); err != nil {
		t.Error(err)
	}
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Errorf("a request at hand: %v", err)
		}
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(client.Base, "http://")); err == nil {
		t.Error("the server still takes connections")
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	client, _ := listening(t, serve.Options{Limits: serve.Limits{Connections: 2, Idle: 100 * time.Millisecond, Header: time.Second}})
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			own := restclient.Client{Base: client.Base, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
			if err := own.Get(t.Context(), "/v1/models", nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestReloadUnderLoad: a changed file answers without a request being lost, and
// a damaged one changes nothing.
func TestReloadUnderLoad(t *testing.T) {
	var log bytes.Buffer
	client, server, path := started(t, func(o *serve.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	content := drawing(t, 20, 20, 4)
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, _, err := client.Do(t.Context(), http.MethodPost, "/classify", nil, content); err != nil {
					t.Errorf("while loading: %v", err)
					return
				}
			}
		})
	}
	for range 3 {
		save(t, path, 3)
		if err := server.Reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(path, []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := server.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "shapes.keras") {
		t.Errorf("a damaged file: %v", err)
	}
	stop()
	group.Wait()
	if err := client.Get(t.Context(), "/v1/models/shapes/versions/4", nil); err != nil {
		t.Errorf("the last good version does not answer: %v", err)
	}
	_, body, err := client.Do(t.Context(), http.MethodGet, "/metrics", nil, nil)
	if err != nil || !bytes.Contains(body, []byte(`lince_model_loads_total{model="shapes",result="error"} 1`)) || !strings.Contains(log.String(), "model not loaded") {
		t.Errorf("the failure is not told: %v\n%s", err, log.String())
	}
}

func TestChangedFilesAreTakenUp(t *testing.T) {
	path := t.TempDir() + "/shapes.keras"
	save(t, path, 3)
	server, err := serve.New(t.Context(), serve.Options{Models: []serve.Model{{Name: "shapes", Path: path}}, Poll: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	client := restclient.Client{Base: "http://" + listener.Addr().String()}
	save(t, path, 1)
	eventually(t, "the new file answers", func() bool { return client.Get(t.Context(), "/v1/models/shapes/versions/2", nil) == nil })
	cancel()
	if err := errors.Join(<-ended, server.Close(context.Background())); err != nil {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	path := t.TempDir() + "/shapes.keras"
	save(t, path, 3)
	for what, o := range map[string]serve.Options{
		"nothing to serve":         {},
		"cannot be a model's name": {Models: []serve.Model{{Name: "a/b", Path: path}}},
		"two models are named":     {Models: []serve.Model{{Name: "a", Path: path}, {Name: "a", Path: path}}},
		"Limits.Queue is -1":       {Models: []serve.Model{{Name: "a", Path: path}}, Limits: serve.Limits{Queue: -1}},
		"absent.keras":             {Models: []serve.Model{{Name: "a", Path: "absent.keras"}}},
		"has the names of 2": {Models: []serve.Model{{Name: "a", Path: path}}, Load: func(path string) (*lince.Model, error) {
			m, err := lince.Load(path)
			if err == nil {
				m.Classes = m.Classes[:2]
			}
			return m, err
		}},
	} {
		if _, err := serve.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, expected an error with %q", err, what)
		}
	}
}

// TestTLS: a server with a certificate speaks HTTPS alone.
func TestTLS(t *testing.T) {
	client, _ := listening(t, serve.Options{TLS: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return nil, errors.New("no certificate for tests")
	}}})
	if err := client.Get(t.Context(), "/v2/health/live", nil); err == nil {
		t.Error("a plain request was answered")
	}
}
