package tfevents_test

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lince-ml/lince/format/tfevents"
)

func Example() {
	logs, err := os.MkdirTemp("", "logs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(logs)

	w, err := tfevents.Create(filepath.Join(logs, "train"), tfevents.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for epoch, loss := range []float32{0.75, 0.5} {
		if err := w.Scalar("epoch_loss", int64(epoch), loss); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}

	file, err := os.Open(w.Name())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	for event, err := range tfevents.Read(file) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, v := range event.Values {
			fmt.Println(event.Step, v.Tag, v.Plugin, v.Numbers)
		}
	}
	// Output:
	// 0 epoch_loss scalars [0.75]
	// 1 epoch_loss scalars [0.5]
}

func ExampleHistogram() {
	buckets := tfevents.Histogram([]float32{0, 1, 1, 30})
	fmt.Println(len(buckets), buckets[0], buckets[1], buckets[29])
	// Output: 30 {0 1 1} {1 2 2} {29 30 1}
}

// written returns the events of a file that write fills, and the file's name.
func written(options tfevents.Options, write func(*tfevents.Writer) error) (events []tfevents.Event, name string, err error) {
	logs, err := os.MkdirTemp("", "logs")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(logs)
	w, err := tfevents.Create(logs, options)
	if err != nil {
		return nil, "", err
	}
	defer w.Close()
	if err := write(w); err != nil {
		return nil, "", err
	}
	file, err := os.Open(w.Name())
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	for event, err := range tfevents.Read(file) {
		if err != nil {
			return nil, "", err
		}
		events = append(events, event)
	}
	return events, filepath.Base(w.Name()), nil
}

// What a callback writes at the end of an epoch.
func ExampleWriter() {
	events, _, err := written(tfevents.Options{}, func(w *tfevents.Writer) error {
		if err := w.Scalar("epoch_accuracy", 3, 0.875); err != nil {
			return err
		}
		return w.Histogram("conv2d/kernel/histogram", 3, []float32{-0.5, 0, 0.25, 0.5})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range events {
		for _, v := range event.Values {
			fmt.Println(event.Step, v.Tag, v.Plugin, v.Shape)
		}
	}
	// Output:
	// 3 epoch_accuracy scalars []
	// 3 conv2d/kernel/histogram histograms [30 3]
}

// With a clock of its own a file has the same bytes in every run; the host
// stands in its name alone.
func ExampleOptions() {
	options := tfevents.Options{
		Clock: func() time.Time { return time.Unix(1_700_000_000, 0) },
		Host:  "lab",
	}
	events, name, err := written(options, func(w *tfevents.Writer) error { return w.Scalar("epoch_loss", 0, 0.5) })
	if err != nil {
		fmt.Println(err)
		return
	}
	begins, _, _ := strings.Cut(name, fmt.Sprintf(".%d.", os.Getpid()))
	fmt.Println(begins, events[1].WallTime.UTC())
	// Output: events.out.tfevents.1700000000.lab 2023-11-14 22:13:20 +0000 UTC
}

// The first event holds the format's version and no values.
func ExampleEvent() {
	events, _, err := written(tfevents.Options{}, func(w *tfevents.Writer) error {
		return w.Scalar("epoch_loss", 7, 0.25)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range events {
		fmt.Printf("%d %q %v\n", event.Step, event.Version, event.Values)
	}
	// Output:
	// 0 "brain.Event:2" []
	// 7 "" [{epoch_loss scalars [] [0.25] []}]
}

// Pictures are a list of strings: width, height, and a PNG file each.
func ExampleValue() {
	events, _, err := written(tfevents.Options{}, func(w *tfevents.Writer) error {
		return w.Images("pictures", 0, image.NewGray(image.Rect(0, 0, 28, 20)))
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	v := events[1].Values[0]
	fmt.Printf("%s %v %s×%s %q\n", v.Plugin, v.Shape, v.Strings[0], v.Strings[1], v.Strings[2][1:4])
	// Output: images [3] 28×20 "PNG"
}

// The bucket with the most values tells where the weights lie.
func ExampleBucket() {
	var fullest tfevents.Bucket
	for _, b := range tfevents.Histogram([]float32{0, 12.5, 12.75, 13, 30}) {
		if b.Count > fullest.Count {
			fullest = b
		}
	}
	fmt.Printf("%.0f of the values lie in [%.0f, %.0f)\n", fullest.Count, fullest.Left, fullest.Right)
	// Output: 2 of the values lie in [12, 13)
}
