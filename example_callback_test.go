package lince_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
)

// Enough is a callback that ends the training once a value is reached.
type Enough struct {
	Monitor string
	Value   float64
}

// Observe begins to watch a training.
func (c Enough) Observe(run *lince.Run) (lince.Observer, error) {
	return &enough{settings: c, run: run}, nil
}

type enough struct {
	lince.Idle
	settings Enough
	run      *lince.Run
}

func (o *enough) EpochEnd(_ int, logs lince.Logs) error {
	if value, ok := logs.Get(o.settings.Monitor); ok && value >= o.settings.Value {
		o.run.Stop(fmt.Sprintf("%s reached %g", o.settings.Monitor, o.settings.Value))
	}
	return nil
}

func ExampleCallback() {
	history, err := judge().Fit(context.Background(), grays(32), lince.Fit{
		Epochs: 1000, Callbacks: []lince.Callback{Enough{Monitor: "accuracy", Value: 1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(history.Epochs) < 1000, history.Last("accuracy"))
	// Output: true 1
}

// A Run is given to every callback and tells where the training is.
func ExampleRun() {
	_, err := judge().Fit(context.Background(), grays(32), lince.Fit{
		Epochs: 2,
		Callbacks: []lince.Callback{callbacks.Func{
			EpochEnd: func(run *lince.Run, epoch int, _ lince.Logs) error {
				fmt.Printf("epoch %d of %d: %d steps, %d samples\n", epoch+1, run.Epochs(), run.Step(), run.Samples())
				return nil
			},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// epoch 1 of 2: 4 steps, 32 samples
	// epoch 2 of 2: 8 steps, 64 samples
}

// steps counts what it is told. Its methods are those of Observer, Settler,
// Stateful and Remembering.
type steps struct {
	lince.Idle
	run             *lince.Run
	Batches, Rounds int
	first           *lince.Snapshot
}

// Observe makes the value a callback that watches one training.
func (o *steps) Observe(run *lince.Run) (_ lince.Observer, err error) {
	o.run = run
	o.first, err = run.Model().Snapshot()
	return o, err
}

func (o *steps) BatchEnd(int) error {
	o.Batches++
	return nil
}

func (o *steps) Settled(epochEnded bool) error {
	if epochEnded {
		o.Rounds++
	}
	return nil
}

func (o *steps) Key() string { return "steps" }

func (o *steps) MarshalJSON() ([]byte, error) { return json.Marshal([2]int{o.Batches, o.Rounds}) }

func (o *steps) UnmarshalJSON(memory []byte) error {
	var counts [2]int
	err := json.Unmarshal(memory, &counts)
	o.Batches, o.Rounds = counts[0], counts[1]
	return err
}

func (o *steps) Weights() *lince.Snapshot { return o.first }

func (o *steps) SetWeights(s *lince.Snapshot) { o.first = s }

func watch(epochs int) *steps {
	watching := new(steps)
	_, err := judge().Fit(context.Background(), grays(32), lince.Fit{
		Epochs: epochs, Callbacks: []lince.Callback{watching},
	})
	if err != nil {
		log.Fatal(err)
	}
	return watching
}

func ExampleObserver() {
	var observer lince.Observer = watch(2)
	fmt.Println(observer.(*steps).Batches, "batches")
	// Output: 8 batches
}

// Idle does nothing, so that an observer implements only what it needs.
func ExampleIdle() {
	var observer lince.Observer = struct{ lince.Idle }{}
	fmt.Println(observer.EpochBegin(0), observer.End(nil))
	// Output: <nil> <nil>
}

// Settled is the moment for checkpoints.
func ExampleSettler() {
	var observer lince.Settler = watch(2)
	fmt.Println(observer.(*steps).Rounds, "epochs are done with")
	// Output: 2 epochs are done with
}

// What an observer remembers is kept by checkpoints as JSON.
func ExampleStateful() {
	var observer lince.Stateful = watch(2)
	memory, err := observer.MarshalJSON()
	fmt.Println(observer.Key(), string(memory), err)
	// Output: steps [8,2] <nil>
}

// The weights that an observer keeps go into checkpoints too.
func ExampleRemembering() {
	observer := watch(2)
	var remembering lince.Remembering = observer
	fmt.Println(observer.run.Model().Restore(remembering.Weights()))
	// Output: <nil>
}

// A training that is cut off and goes on where it stopped, to the bit.
func ExampleRun_SaveCheckpoint() {
	folder, err := os.MkdirTemp("", "lince-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	backup := callbacks.BackupAndRestore{Path: filepath.Join(folder, "backup.keras")}

	ctx, cancel := context.WithCancel(context.Background())
	cut := callbacks.Func{EpochEnd: func(*lince.Run, int, lince.Logs) error { cancel(); return nil }}
	first, err := judge().Fit(ctx, grays(32), lince.Fit{Epochs: 4, Callbacks: []lince.Callback{backup, cut}})
	fmt.Println(first.Epochs, err)

	second, err := judge().Fit(context.Background(), grays(32), lince.Fit{Epochs: 4, Callbacks: []lince.Callback{backup}})
	fmt.Println(second.Epochs, err)
	// Output:
	// [0] context canceled
	// [0 1 2 3] <nil>
}

// Arrays can be divided, so that Fit may hold a part of them back.
func ExampleDivisible() {
	first, last, err := grays(40).(lince.Divisible).Divide(0.25)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.Spec().Samples, last.Spec().Samples)
	// Output: 30 10
}

func ExampleFit_validationSplit() {
	history, err := judge().Fit(context.Background(), grays(40), lince.Fit{ValidationSplit: 0.25})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Names)
	// Output: [loss accuracy val_loss val_accuracy]
}
