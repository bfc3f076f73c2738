package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/internal/restclient"
)

// servingRows are those of the HTTP server. It runs as users run it, a process
// of the built command on loopback, and is asked by a client that knows the
// public protocols alone.
func servingRows() []row {
	rooms := []string{"serve"}
	sources := []string{"serving.go", "serving_unix.go"}
	return []row{
		{name: "rest", what: "lince serve: the example CNN through TensorFlow Serving's REST, the Open Inference Protocol and POST /classify, beside lince predict",
			bar: "outputs within 1e-5; TensorFlow Serving's error shapes for bad input", rooms: rooms, sources: slices.Concat(sources, []string{"serving_rest.go"}), measure: measureREST},
		{name: "latency", what: "lince serve on loopback, the example CNN, one client, in turns with the bare network",
			bar:   "binary uint8 tensor: p50 within 1.5 ms of the bare forward pass; JPEG: within 1.3× of decoding, resizing and the forward pass; p99 stated",
			timed: true, rooms: rooms, sources: slices.Concat(sources, []string{"serving_latency.go"}), measure: measureLatency},
		{name: "throughput", what: "lince serve on loopback, the example CNN, 32 clients, in turns with offline prediction of the same inputs",
			bar: "at least 85 % of offline prediction, the client's share of the processors stated", timed: true, rooms: rooms,
			sources: slices.Concat(sources, []string{"serving_latency.go"}), measure: measureThroughput},
		{name: "overload", what: "lince serve under ten times its capacity for 2 minutes, then SIGTERM",
			bar: "queue bounded, memory flat, only 200 and 503, in-flight work finished", timed: true, rooms: rooms,
			sources: slices.Concat(sources, []string{"serving_overload.go"}), measure: measureOverload},
		{name: "slow-clients", what: "lince serve with 1,000 slow clients at once, and with bodies too large, bombs, truncated pictures, wrong shapes, deep JSON",
			bar: "an error with its reason; others are served meanwhile", rooms: rooms,
			sources: slices.Concat(sources, []string{"serving_slow.go"}), measure: measureSlowClients},
	}
}

// served is a lince serve that runs.
type served struct {
	restclient.Client
	process *exec.Cmd
	log     *bytes.Buffer
	address string // host and port
	ended   chan error
}

// servedName is the name of the model that is served.
const servedName = "example"

// serveExample starts lince serve of the example CNN.
func (s *session) serveExample(ctx context.Context, flags ...string) (*served, error) {
	if runtime.GOOS == "windows" {
		return nil, missing{"a system with SIGTERM"}
	}
	if _, err := os.Stat(s.path("lince")); err != nil {
		if err := s.buildLince(ctx, s.path("lince")); err != nil {
			return nil, err
		}
		if err := s.saveTrained(ctx, s.path(servedName+".keras")); err != nil {
			return nil, err
		}
	}
	arguments := append([]string{"serve", s.path(servedName + ".keras"), "--addr", "127.0.0.1:0"}, flags...)
	v := &served{process: exec.CommandContext(ctx, s.path("lince"), arguments...), log: &bytes.Buffer{}, ended: make(chan error, 1)}
	v.process.Stderr = v.log
	out, err := v.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := v.process.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	base, found := strings.CutPrefix(strings.TrimSpace(line), "serving at ")
	if err != nil || !found {
		return nil, errors.Join(fmt.Errorf("lince serve printed %q: %w: %s", line, err, v.log), v.process.Process.Kill(), v.process.Wait())
	}
	go func() { v.ended <- v.process.Wait() }()
	base = strings.TrimSuffix(base, "/")
	v.address = strings.TrimPrefix(base, "http://")
	transport := &http.Transport{MaxIdleConnsPerHost: 4096, MaxConnsPerHost: 0, DisableCompression: true}
	v.Client = restclient.Client{Base: base, HTTP: &http.Client{Transport: transport}}
	return v, nil
}

// stop tells the server to end and returns how it did.
func (v *served) stop() error {
	if err := v.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return v.wait(40 * time.Second)
}

func (v *served) wait(longest time.Duration) error {
	select {
	case err := <-v.ended:
		if err != nil {
			return fmt.Errorf("lince serve: %w: %s", err, lastLines(v.log.String(), 5))
		}
		return nil
	case <-time.After(longest):
		return errors.Join(errors.New("lince serve did not end"), v.process.Process.Kill())
	}
}

// metric returns a number of /metrics.
func (v *served) metric(ctx context.Context, name string) (float64, error) {
	_, content, err := v.Do(ctx, http.MethodGet, "/metrics", nil, nil)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		if rest, found := strings.CutPrefix(strings.TrimSpace(line), name+" "); found {
			return strconv.ParseFloat(rest, 64)
		}
	}
	return 0, fmt.Errorf("/metrics has no %s", name)
}

// pixelTensor is a V2 input of one picture's pixels, as an answer in binary is
// asked for with it.
func pixelTensor(pixels []byte) restclient.Tensor {
	return restclient.Tensor{Name: inputName, Datatype: "UINT8", Shape: []int{1, exampleSize, exampleSize, 3}, Binary: pixels}
}

// inputName is how the example CNN's input is called.
const inputName = "input_layer"

// percentile returns the value below which a share of the values lie.
func percentile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// servedModel returns the served model in this process, ready for batches.
func (s *session) servedModel() (*lince.Model, error) {
	return lince.LoadWith(s.path(servedName+".keras"), lince.LoadOptions{NoCompile: true})
}

// testPictures returns the content of picture files: real photos, or drawn
// ones where there are none.
func (s *session) testPictures(count int) (files [][]byte, paths []string, err error) {
	paths, err = s.photos(count)
	if err != nil || len(paths) == 0 {
		paths = nil
		for i := range count {
			path := s.path(fmt.Sprintf("drawn-%d.png", i))
			if err := writePNG(path, gradient(300+i, 400)); err != nil {
				return nil, nil, err
			}
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, content)
	}
	return files, paths, nil
}
