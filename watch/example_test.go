package watch_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/lince-ml/lince/watch"
)

// folder returns one that is gone after the example.
func folder() (path string, remove func()) {
	path, err := os.MkdirTemp("", "lince-example-")
	if err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(path) }
}

func ExampleRecorder() {
	place, remove := folder()
	defer remove()
	if err := train(context.Background(), filepath.Join(place, "pets.keras"), 2); err != nil {
		log.Fatal(err)
	}
	files, err := os.ReadDir(place)
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		fmt.Println(file.Name())
	}
	// Output:
	// pets.events.jsonl
	// pets.samples.png
}

func ExampleServer() {
	place, remove := folder()
	defer remove()
	path := filepath.Join(place, "pets.keras")
	server, err := watch.Start("127.0.0.1:0", watch.NewRun(path))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	fmt.Println(strings.HasPrefix(server.URL(), "http://127.0.0.1:"))
	fmt.Println(train(context.Background(), path, 1)) // the page grows meanwhile
	// Output:
	// true
	// <nil>
}

func ExampleRun() {
	place, remove := folder()
	defer remove()
	path := filepath.Join(place, "pets.keras")
	err := train(context.Background(), path, 100, stopAt(path, 3))
	fmt.Println(errors.Is(err, watch.ErrStopped), errors.Is(err, context.Canceled))
	fmt.Println(watch.NewRun(path).Stop())
	// Output:
	// true true
	// watch: the run pets is over
}

func ExampleFind() {
	_, err := watch.Find("pets")
	fmt.Println(err)
	// Output: watch: there is no run pets: neither pets.events.jsonl nor pets.history.json is there; lince train leaves both
}

const lines = `{"kind":"begin","time":"2026-11-23T10:00:00Z","epoch":0,"epochs":2,"steps":50}
{"kind":"epoch","time":"2026-11-23T10:00:09Z","epoch":0,"logs":{"loss":0.7,"val_loss":null}}
`

func ExampleEvent() {
	events, err := watch.ReadEvents(strings.NewReader(lines))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(events[0].Epochs, "epochs of", events[0].Steps, "batches")
	fmt.Println(events[1].Time.Sub(events[0].Time))
	// Output:
	// 2 epochs of 50 batches
	// 9s
}

func ExampleKind() {
	events, err := watch.ReadEvents(strings.NewReader(lines))
	fmt.Println(events[0].Kind == watch.Begin, events[1].Kind, err)
	// Output: true epoch <nil>
}

// A value that is no finite number, such as the loss of a training that went
// astray, is nil.
func ExampleValues() {
	events, err := watch.ReadEvents(strings.NewReader(lines))
	fmt.Println(*events[1].Logs["loss"], events[1].Logs["val_loss"] == nil, err)
	// Output: 0.7 true <nil>
}
