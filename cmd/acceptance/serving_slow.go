package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lince-ml/lince/internal/restclient"
)

// measureSlowClients lets others ask while many send little and some send what
// hurts.
func measureSlowClients(ctx context.Context, s *session) (*result, error) {
	server, err := s.serveExample(ctx, "--header-timeout", "5s", "--upload-timeout", "10s")
	if err != nil {
		return nil, err
	}
	files, _, err := s.testPictures(16)
	if err != nil {
		return nil, err
	}
	slowly, stop := context.WithCancel(ctx)
	defer stop()
	var group sync.WaitGroup
	count := s.fewer(1000, 200)
	opened, cut := make(chan bool, count), make(chan bool, count)
	for i := range count {
		group.Go(func() { trickle(slowly, server.address, i%2 == 0, opened, cut) })
	}
	for range count {
		<-opened
	}
	var meanwhile statuses
	var times []float64
	begun := time.Now()
	for i := 0; time.Since(begun) < time.Duration(s.fewer(20, 7))*time.Second; i++ {
		took, err := milliseconds(func() error { return classifyOnce(ctx, server, files[i%len(files)]) })
		meanwhile.count(err)
		times = append(times, took)
	}
	wrong, cases, err := harmful(ctx, server.Client, files[0])
	if err != nil {
		return nil, err
	}
	meanwhile.count(classifyOnce(ctx, server, files[0]))
	group.Wait()
	r := &result{}
	r.tell("slow clients at once", float64(len(cut)), "")
	r.equals("of them, those whose connection was not ended by the server", float64(count-countTrue(cut, count)), 0, "")
	r.equals("requests of others meanwhile that were not answered", float64(meanwhile.busy.Load()+meanwhile.others.Load()), 0, "")
	r.tell("requests of others meanwhile", float64(len(times)), "")
	r.tell("their p50", percentile(times, .5), "ms")
	r.tell("their p99", percentile(times, .99), "ms")
	r.equals(fmt.Sprintf("of %d harmful requests, those not refused with a reason", cases), float64(wrong), 0, "")
	r.note("Half of the slow clients send a byte of a header every second, half a byte of a body; the server was given 5 s for headers and 10 s for bodies.")
	return r, server.stop()
}

func countTrue(values <-chan bool, count int) int {
	yes := 0
	for range count {
		if <-values {
			yes++
		}
	}
	return yes
}

// trickle sends a request a byte a second, and tells whether the server ended
// the connection.
func trickle(ctx context.Context, address string, header bool, opened, cut chan<- bool) {
	ended := false
	defer func() { cut <- ended }()
	conn, err := net.DialTimeout("tcp", address, 30*time.Second)
	if opened <- true; err != nil {
		return
	}
	defer conn.Close()
	begin := "POST /classify HTTP/1.1\r\nHost: localhost\r\n"
	if !header {
		begin += "Content-Length: 100000\r\n\r\n"
	}
	if _, err := conn.Write([]byte(begin)); err != nil {
		ended = true
		return
	}
	answered := make(chan struct{})
	go func() { // until the server closes
		defer close(answered)
		buffer := make([]byte, 512)
		for {
			if _, err := conn.Read(buffer); err != nil {
				return
			}
		}
	}()
	for range 60 {
		select {
		case <-answered:
			ended = true
			return
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			_, _ = conn.Write([]byte("x")) // Read tells if the server is gone
		}
	}
}

// harmful sends what would hurt, and counts what is not refused with a reason.
func harmful(ctx context.Context, client restclient.Client, picture []byte) (wrong, cases int, err error) {
	predict, infer, classify := "/v1/models/"+servedName+":predict", "/v2/models/"+servedName+"/infer", "/classify"
	for _, c := range []struct {
		what, path string
		body       []byte
		status     int
	}{
		{"too large", classify, make([]byte, 33<<20), http.StatusRequestEntityTooLarge},
		{"a bomb", classify, bomb(60000, 60000), http.StatusRequestEntityTooLarge},
		{"truncated", classify, picture[:len(picture)/3], http.StatusBadRequest},
		{"no picture", classify, []byte("hello"), http.StatusBadRequest},
		{"empty", classify, nil, http.StatusBadRequest},
		{"deep", predict, []byte(`{"instances": ` + strings.Repeat("[", 1<<20)), http.StatusBadRequest},
		{"deep objects", predict, []byte(`{"instances": ` + strings.Repeat(`{"a":`, 1<<18)), http.StatusBadRequest},
		{"deep elsewhere", infer, []byte(`{"parameters": ` + strings.Repeat(`{"a":`, 1<<18)), http.StatusBadRequest},
		{"wrong shape", predict, []byte(`{"instances": [[[[1, 2, 3]]]]}`), http.StatusBadRequest},
		{"ragged", predict, []byte(`{"instances": [[[1, 2], [3]]]}`), http.StatusBadRequest},
		{"many numbers", predict, []byte(`{"inputs": [` + strings.Repeat("0,", 10_000_000) + `0]}`), http.StatusBadRequest},
		{"many samples", predict, []byte(`{"instances": [` + strings.Repeat(`{"b64": "aGk="},`, 1000) + `{"b64": "aGk="}]}`), http.StatusBadRequest},
		{"a huge shape", infer, []byte(`{"inputs": [{"name": "` + inputName + `", "datatype": "UINT8", "shape": [2147483647, 2147483647, 2147483647], "data": [1]}]}`), http.StatusBadRequest},
		{"a wrong shape", infer, []byte(`{"inputs": [{"name": "` + inputName + `", "datatype": "UINT8", "shape": [1, 2, 2, 3], "data": [1]}]}`), http.StatusBadRequest},
		{"bytes that are missing", infer, []byte(`{"inputs": [{"name": "` + inputName + `", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 1000000000}}]}`), http.StatusBadRequest},
	} {
		cases++
		_, _, err := client.Do(ctx, http.MethodPost, c.path, nil, c.body)
		if ctx.Err() != nil {
			return 0, 0, ctx.Err()
		}
		refusal, ok := errors.AsType[*restclient.Refusal](err)
		if !ok || refusal.Status != c.status || refusal.Reason == "" {
			wrong++
		}
	}
	return wrong, cases, nil
}

// bomb returns the beginning of a PNG that announces a size, and a little data.
func bomb(width, height uint32) []byte {
	var file bytes.Buffer
	file.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, content []byte) {
		length := uint32(len(content))
		file.Write([]byte{byte(length >> 24), byte(length >> 16), byte(length >> 8), byte(length)})
		body := append([]byte(kind), content...)
		file.Write(body)
		sum := crc32.ChecksumIEEE(body)
		file.Write([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	}
	chunk("IHDR", []byte{
		byte(width >> 24), byte(width >> 16), byte(width >> 8), byte(width),
		byte(height >> 24), byte(height >> 16), byte(height >> 8), byte(height), 8, 2, 0, 0, 0,
	})
	chunk("IDAT", make([]byte, 100))
	chunk("IEND", nil)
	return file.Bytes()
}
