package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lince-ml/lince/internal/restclient"
)

// statuses counts answers.
type statuses struct{ good, busy, others atomic.Int64 }

func (c *statuses) count(err error) {
	refusal, refused := errors.AsType[*restclient.Refusal](err)
	switch {
	case err == nil:
		c.good.Add(1)
	case refused && refusal.Status == 503 && refusal.RetryAfter != "":
		c.busy.Add(1)
	default:
		c.others.Add(1)
	}
}

// outstanding is the most requests that the overload has open at a time.
const outstanding = 1024

// measureOverload sends ten times what the server can do.
func measureOverload(ctx context.Context, s *session) (*result, error) {
	if runtime.GOOS != "linux" {
		return nil, missing{"Linux, which tells the memory of a process"}
	}
	server, err := s.serveExample(ctx)
	if err != nil {
		return nil, err
	}
	files, _, err := s.testPictures(64)
	if err != nil {
		return nil, err
	}
	ask := func(i int) error { return classifyOnce(ctx, server, files[i%len(files)]) }
	capacity, _, err := throughputOf(ctx, float64(s.fewer(8, 2)), ask)
	if err != nil {
		return nil, err
	}
	var counts statuses
	seconds := s.fewer(120, 10)
	watched := watchServer(ctx, server, time.Duration(seconds)*time.Second)
	sent := flood(ctx, 10*capacity, time.Duration(seconds)*time.Second, func(i int) { counts.count(ask(i)) })
	seen := <-watched
	r := &result{}
	r.tell("capacity, 32 clients", capacity, "pictures/s")
	r.tell("requests offered to capacity", float64(sent)/float64(seconds)/capacity, "×")
	r.tell("answered with 200", float64(counts.good.Load()), "")
	r.tell("answered with 503 and Retry-After", float64(counts.busy.Load()), "")
	r.equals("anything else", float64(counts.others.Load()), 0, "")
	r.tell("answered with 200, to capacity", float64(counts.good.Load())/float64(seconds)/capacity, "×")
	r.atMost("longest queue", seen.queue, 128, "pictures")
	r.tell("resident memory in the second quarter", seen.memory[0], "MB")
	r.atMost("resident memory in the last quarter, to the second", seen.memory[1]/seen.memory[0], 1.1, "×")
	lost, err := terminated(ctx, server, files)
	if err != nil {
		return nil, err
	}
	r.equals("of 64 requests at hand at SIGTERM, those not answered", float64(lost), 0, "")
	return r, nil
}

// flood calls ask at a rate per second, in as many goroutines as are let, and
// returns how often.
func flood(ctx context.Context, rate float64, lasting time.Duration, ask func(i int)) int {
	places := make(chan struct{}, outstanding)
	var group sync.WaitGroup
	sent, begun := 0, time.Now()
	for ctx.Err() == nil && time.Since(begun) < lasting {
		for due := int(rate * time.Since(begun).Seconds()); sent < due; sent++ {
			places <- struct{}{}
			group.Add(1)
			go func(i int) {
				defer group.Done()
				ask(i)
				<-places
			}(sent)
			if time.Since(begun) > lasting {
				break
			}
		}
		time.Sleep(time.Millisecond)
	}
	group.Wait()
	return sent
}

// sightings are what was seen of a server under load.
type sightings struct {
	queue  float64
	memory [2]float64 // means of the second and the last quarter, in MB
}

// watchServer looks at the server's queue and memory for a time.
func watchServer(ctx context.Context, server *served, lasting time.Duration) <-chan sightings {
	result := make(chan sightings, 1)
	go func() {
		var seen sightings
		var counts [2]float64
		begun := time.Now()
		for ctx.Err() == nil && time.Since(begun) < lasting {
			passed := float64(time.Since(begun)) / float64(lasting)
			if queue, err := server.metric(ctx, `lince_queue_length{model="`+servedName+`"}`); err == nil {
				seen.queue = max(seen.queue, queue)
			}
			resident, err := residentNow(server.process.Process.Pid)
			for i, from := range []float64{.25, .75} {
				if err == nil && passed >= from && passed < from+.25 {
					counts[i]++
					seen.memory[i] += (resident - seen.memory[i]) / counts[i]
				}
			}
			time.Sleep(200 * time.Millisecond)
		}
		result <- seen
	}()
	return result
}

// residentNow returns the resident memory of a process in MB.
func residentNow(pid int) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kilobytes * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("process %d has no VmRSS", pid)
}

// terminated sends requests, then SIGTERM, and returns how many of them were
// not answered with 200 or 503. The server must end by itself.
func terminated(ctx context.Context, server *served, files [][]byte) (lost int64, err error) {
	const atHand = 64
	var written, group sync.WaitGroup
	var counts statuses
	for i := range atHand {
		written.Add(1)
		group.Go(func() {
			once := sync.OnceFunc(written.Done)
			defer once()
			traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { once() }})
			counts.count(classifyOnce(traced, server, files[i%len(files)]))
		})
	}
	written.Wait()
	if err := server.process.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	group.Wait()
	return atHand - counts.good.Load() - counts.busy.Load(), server.wait(40 * time.Second)
}
