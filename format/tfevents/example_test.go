package tfevents_test

import (
	"fmt"
	"os"
	"path/filepath"

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
