package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/tensor"
)

// forward runs the network on prepared values in this process.
func forward(ctx context.Context, model *lince.Model, values []float32, samples int) error {
	input, err := tensor.Of(values, samples, exampleSize, exampleSize, 3)
	if err != nil {
		return err
	}
	_, err = model.PredictOnBatch(ctx, input)
	return err
}

// milliseconds calls a function and returns how long it took.
func milliseconds(call func() error) (float64, error) {
	begun := time.Now()
	err := call()
	return float64(time.Since(begun).Microseconds()) / 1000, err
}

// measureLatency asks one request at a time, each beside the same work without
// a server.
func measureLatency(ctx context.Context, s *session) (*result, error) {
	server, err := s.serveExample(ctx)
	if err != nil {
		return nil, err
	}
	files, _, err := s.testPictures(50)
	if err != nil {
		return nil, err
	}
	model, err := s.servedModel()
	if err != nil {
		return nil, err
	}
	defer model.Close()
	var bare, binary, offline, jpeg []float64
	for i := range s.fewer(1000, 60) {
		file := files[i%len(files)]
		values, err := model.Preprocessing.Decode(file)
		if err != nil {
			return nil, err
		}
		pixels := make([]byte, len(values))
		for p, v := range values {
			pixels[p] = byte(v*255 + 0.5)
		}
		for _, side := range []struct {
			times *[]float64
			call  func() error
		}{
			{&bare, func() error { return forward(ctx, model, values, 1) }},
			{&binary, func() error { _, err := server.Infer(ctx, servedName, pixelTensor(pixels), true); return err }},
			{&offline, func() error {
				decoded, err := model.Preprocessing.Decode(file)
				if err != nil {
					return err
				}
				return forward(ctx, model, decoded, 1)
			}},
			{&jpeg, func() error { return classifyOnce(ctx, server, file) }},
		} {
			took, err := milliseconds(side.call)
			if err != nil {
				return nil, err
			}
			if i >= 20 { // the first are for warming up
				*side.times = append(*side.times, took)
			}
		}
	}
	r := &result{}
	r.atMost("binary uint8 tensor, p50, more than the bare forward pass", percentile(binary, .5)-percentile(bare, .5), 1.5, "ms")
	r.atMost("JPEG, p50, to decoding, resizing and the forward pass", percentile(jpeg, .5)/percentile(offline, .5), 1.3, "×")
	for _, side := range []struct {
		what  string
		times []float64
	}{{"bare forward pass", bare}, {"binary uint8 tensor", binary}, {"decoding, resizing and forward pass", offline}, {"JPEG", jpeg}} {
		r.tell(side.what+", p50", percentile(side.times, .5), "ms")
		r.tell(side.what+", p99", percentile(side.times, .99), "ms")
	}
	r.note("One request after the other, each kind in turn with the same work in the client's process, %d times.", len(bare))
	return r, server.stop()
}

func classifyOnce(ctx context.Context, server *served, file []byte) error {
	_, _, err := server.Do(ctx, http.MethodPost, "/v1/models/"+servedName+"/classify", nil, file)
	return err
}

// clients is how many ask at the same time.
const clients = 32

// throughputOf returns how often per second ask succeeds when many call it,
// and the share of the processors that this process took.
func throughputOf(ctx context.Context, seconds float64, ask func(i int) error) (rate, share float64, err error) {
	var done atomic.Int64
	var failure atomic.Pointer[error]
	var group sync.WaitGroup
	begun, before := time.Now(), processorTime()
	end := begun.Add(time.Duration(seconds * float64(time.Second)))
	for c := range clients {
		group.Go(func() {
			for i := c; time.Now().Before(end) && ctx.Err() == nil && failure.Load() == nil; i += clients {
				if err := ask(i); err != nil {
					failure.CompareAndSwap(nil, &err)
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	wall := time.Since(begun).Seconds()
	if failed := failure.Load(); failed != nil {
		return 0, 0, *failed
	}
	return float64(done.Load()) / wall, (processorTime() - before) / wall, ctx.Err()
}

// measureThroughput lets many clients ask, in turns with offline prediction in
// batches.
func measureThroughput(ctx context.Context, s *session) (*result, error) {
	server, err := s.serveExample(ctx)
	if err != nil {
		return nil, err
	}
	model, err := s.servedModel()
	if err != nil {
		return nil, err
	}
	defer model.Close()
	files, paths, err := s.testPictures(clients * 4)
	if err != nil {
		return nil, err
	}
	pixels := make([][]byte, len(files))
	for i, file := range files {
		values, err := model.Preprocessing.Decode(file)
		if err != nil {
			return nil, err
		}
		pixels[i] = make([]byte, len(values))
		for p, v := range values {
			pixels[i][p] = byte(v*255 + 0.5)
		}
	}
	sides := []struct {
		what    string
		offline func() (float64, error)
		ask     func(i int) error
	}{
		{"binary uint8 tensors", func() (float64, error) { return offlinePixels(ctx, model, pixels) },
			func(i int) error {
				_, err := server.Infer(ctx, servedName, pixelTensor(pixels[i%len(pixels)]), true)
				return err
			}},
		{"JPEG", func() (float64, error) { return offlineFiles(ctx, model, paths) },
			func(i int) error { return classifyOnce(ctx, server, files[i%len(files)]) }},
	}
	r := &result{}
	for _, side := range sides {
		var alone, asked, ratios, shares []float64
		for range s.fewer(5, 2) {
			offline, err := side.offline()
			if err != nil {
				return nil, err
			}
			rate, share, err := throughputOf(ctx, float64(s.fewer(8, 2)), side.ask)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", side.what, err)
			}
			alone, asked, ratios, shares = append(alone, offline), append(asked, rate), append(ratios, rate/offline), append(shares, share)
		}
		r.atLeast(side.what+": to offline prediction", median(ratios), .85, "×")
		r.tell(side.what+": 32 clients", median(asked), "pictures/s")
		r.tell(side.what+": offline prediction", median(alone), "pictures/s")
		r.tell(side.what+": what the clients took of the processors", median(shares), "cores")
	}
	r.note("Clients and server share the machine's processors; offline prediction has them alone. Offline is this process: tensors scaled and predicted in batches of 32, JPEG files by Model.Classify. Ratios are medians of turns.")
	return r, server.stop()
}

// offlinePixels predicts in batches for a few seconds.
func offlinePixels(ctx context.Context, model *lince.Model, pixels [][]byte) (float64, error) {
	length := len(pixels[0])
	values := make([]float32, clients*length)
	done, begun := 0, time.Now()
	for time.Since(begun) < 3*time.Second {
		for i := range clients {
			row := values[i*length : (i+1)*length]
			for p, v := range pixels[(done+i)%len(pixels)] {
				row[p] = float32(v)
			}
			if err := model.Preprocessing.Standardize(row); err != nil {
				return 0, err
			}
		}
		if err := forward(ctx, model, values, clients); err != nil {
			return 0, err
		}
		done += clients
	}
	return float64(done) / time.Since(begun).Seconds(), nil
}

// offlineFiles classifies files for a few seconds.
func offlineFiles(ctx context.Context, model *lince.Model, paths []string) (float64, error) {
	done, begun := 0, time.Now()
	for time.Since(begun) < 3*time.Second {
		for _, err := range model.Classify(ctx, paths...) {
			if err != nil {
				return 0, err
			}
			done++
		}
	}
	return float64(done) / time.Since(begun).Seconds(), nil
}
