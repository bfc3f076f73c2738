package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/activations"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/optimizers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
	"github.com/lince-ml/lince/transfer"
)

// network has a base of a convolution with batch normalisation and a branch,
// and a head of two dense layers.
func network(t testing.TB, dropout float64) *lince.Model {
	t.Helper()
	x := layers.NewInput(layers.Input{Shape: []int{8, 8, 2}})
	y := layers.Apply(layers.Conv2D{Filters: 4, Kernel: layers.Square(3), Padding: layers.Same, Name: "convolution"}, x)
	y = layers.Apply(layers.BatchNormalization{Name: "normalization"}, y)
	z := layers.Apply(layers.Activation{Of: activations.ReLU}, y)
	y = layers.Apply(layers.GlobalAveragePooling2D{}, layers.Apply(layers.Add{}, y, z))
	y = layers.Apply(layers.Dropout{Rate: dropout}, y)
	y = layers.Apply(layers.Dense{Units: 5, Activation: activations.ReLU, Name: "hidden"}, y)
	y = layers.Apply(layers.Dense{Units: 3, Activation: activations.Softmax, Name: "classes"}, y)
	m, err := lince.NewModel(lince.Inputs(x), lince.Outputs(y))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	for _, name := range []string{"convolution", "normalization"} {
		m.Layer(name).SetTrainable(false)
	}
	return m
}

const count = 22

// pictures is a source of noise with classes.
func pictures(t testing.TB, noShuffle bool) data.Source {
	t.Helper()
	r := random.NewStream(3)
	x, y := make([]float32, count*8*8*2), make([]float32, count*3)
	for i := range x {
		x[i] = float32(r.Normal())
	}
	for i := range count {
		y[3*i+i%3] = 1
	}
	inputs, err := tensor.Of(x, count, 8, 8, 2)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := tensor.Of(y, count, 3)
	if err != nil {
		t.Fatal(err)
	}
	source, err := data.FromArrays(data.Arrays{Inputs: []*tensor.Tensor{inputs}, Targets: []*tensor.Tensor{targets}, BatchSize: 5, NoShuffle: noShuffle})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func compile(t testing.TB, m *lince.Model) {
	t.Helper()
	err := m.Compile(lince.Training{Optimizer: optimizers.SGD{LearningRate: 0.1, Momentum: 0.9}, Loss: losses.CategoricalCrossentropy{}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
}

func names(m *lince.Model) []string {
	var names []string
	for _, l := range m.Layers() {
		names = append(names, l.Name())
	}
	return names
}

func predictions(t testing.TB, m *lince.Model, source data.Source) []float32 {
	t.Helper()
	outputs, err := m.Predict(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	return outputs[0].Float32s()
}

func farthest(a, b []float32) float64 {
	far := 0.0
	for i := range a {
		far = math.Max(far, math.Abs(float64(a[i]-b[i])))
	}
	return far
}

// Training the head on features does to the whole model what training that
// does, which computes the base anew for every batch.
func TestHeadLearnsAsTheWhole(t *testing.T) {
	ctx := context.Background()
	whole, parted := network(t, 0), network(t, 0)
	compile(t, whole)
	compile(t, parted) // gives both the same first weights
	base, head, err := transfer.Split(parted)
	if err != nil {
		t.Fatal(err)
	}
	source := pictures(t, true)
	if _, err := whole.Fit(ctx, source, lince.Fit{Epochs: 4}); err != nil {
		t.Fatal(err)
	}
	features, err := transfer.Features{NoShuffle: true}.Compute(ctx, base, source)
	if err != nil {
		t.Fatal(err)
	}
	compile(t, head)
	before := predictions(t, parted, source)
	if _, err := head.Fit(ctx, features, lince.Fit{Epochs: 4}); err != nil {
		t.Fatal(err)
	}
	want, got := predictions(t, whole, source), predictions(t, parted, source)
	if far := farthest(got, want); far > 1e-5 || farthest(before, want) < 1e-2 {
		t.Errorf("after training the head alone predictions are %v off those of training the whole; training moved them by %v", far, farthest(before, want))
	}
	if far := farthest(predictions(t, head, features), got); far > 1e-6 {
		t.Errorf("the head on features predicts %v off the whole model", far)
	}
	if err := features.Close(); err != nil {
		t.Error(err)
	}
}

func TestSplitWhereLearningBegins(t *testing.T) {
	m := network(t, 0.5)
	base, head, err := transfer.Split(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(base); got[len(got)-1] != "global_average_pooling2d" || slices.Contains(got, "dropout") {
		t.Errorf("the base holds %v", got)
	}
	if got := strings.Join(names(head), " "); got != "features dropout hidden classes" {
		t.Errorf("the head holds %s", got)
	}
	m.Layer("convolution").SetTrainable(true)
	if _, _, err := transfer.Split(m); err == nil || !strings.Contains(err.Error(), "freeze") {
		t.Errorf("nothing can be computed once: %v", err)
	}
	m.Freeze()
	m.Layer("normalization").SetTrainable(false)
	dropout := m.Layer("dropout")
	dropout.SetTrainable(false)
	if base, _, err = transfer.Split(m); err != nil || strings.Contains(strings.Join(names(base), " "), "dropout") {
		t.Errorf("a frozen dropout still draws: base %v, %v", base, err)
	}
}

// A frozen model used as a layer is one fixed piece.
func TestSplitNested(t *testing.T) {
	inner := network(t, 0)
	inner.Freeze()
	m, err := lince.Sequential(layers.Input{Shape: []int{8, 8, 2}}, inner, layers.Dense{Units: 2, Activation: activations.Softmax})
	if err != nil {
		t.Fatal(err)
	}
	base, head, err := transfer.Split(m)
	if err != nil {
		t.Fatal(err)
	}
	if base.OutputShape()[1] != 3 || len(head.Layers()) != 2 {
		t.Errorf("base %v makes %v, head %v", names(base), base.OutputShape(), names(head))
	}
}

// What was kept is found again, unless it is damaged or another's.
func TestKept(t *testing.T) {
	ctx, folder := context.Background(), t.TempDir()
	base, head, err := transfer.Split(network(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer head.Close()
	for _, memory := range []int64{0, -1} {
		computed := 0
		compute := func(key string) *transfer.Computed {
			f := transfer.Features{Dir: folder, Key: fmt.Sprint(key, memory), Memory: memory, Passes: 2, Progress: func(done, total int) {
				if computed++; total != 2*count {
					t.Errorf("%d of %d done", done, total)
				}
			}}
			features, err := f.Compute(ctx, base, pictures(t, false))
			if err != nil {
				t.Fatal(err)
			}
			return features
		}
		first := compute("a")
		batches := computed
		again := compute("a")
		if batches == 0 || computed != batches {
			t.Errorf("memory %d: %d batches computed, then %d more", memory, batches, computed-batches)
		}
		want, got := predictions(t, head, first), predictions(t, head, again)
		if !slices.Equal(want, got) {
			t.Errorf("memory %d: found features give other predictions", memory)
		}
		if err := errors.Join(first.Close(), again.Close()); err != nil {
			t.Error(err)
		}
		damage(t, folder)
		anew := compute("a")
		if computed == batches || !slices.Equal(predictions(t, head, anew), want) {
			t.Errorf("memory %d: damaged features are used", memory)
		}
		compute("b")
		if computed != 3*batches {
			t.Errorf("memory %d: another key finds the features", memory)
		}
	}
	bytes, err := transfer.Size(folder)
	if freed, failure := transfer.Clean(folder); err != nil || failure != nil || bytes == 0 || freed != bytes {
		t.Errorf("%d bytes are kept, %d freed; %v, %v", bytes, freed, err, failure)
	}
	if bytes, err = transfer.Size(folder); bytes != 0 || err != nil {
		t.Errorf("%d bytes are left, %v", bytes, err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*.tmp"))
	if err != nil || len(left) > 2 { // those of file-backed sources not closed
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

// damage flips a bit of every file of rows.
func damage(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.rows"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of rows: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 4
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Each epoch holds every sample once, in an order of its own.
func TestEpochs(t *testing.T) {
	base, _, err := transfer.Split(network(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	features, err := transfer.Features{}.Compute(context.Background(), base, pictures(t, false))
	if err != nil {
		t.Fatal(err)
	}
	var orders [2][]int
	for epoch := range orders {
		for batch, err := range features.Batches(context.Background(), epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
			orders[epoch] = append(orders[epoch], batch.Indices...)
		}
	}
	if slices.Equal(orders[0], orders[1]) {
		t.Error("two epochs have the same order")
	}
	for _, order := range orders {
		slices.Sort(order)
		for i, index := range order {
			if i != index {
				t.Fatalf("an epoch holds %v", order)
			}
		}
	}
}

func TestStopped(t *testing.T) {
	base, _, err := transfer.Split(network(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	f := transfer.Features{Dir: folder, Key: "k", Memory: -1, Progress: func(int, int) { cancel() }}
	if _, err := f.Compute(ctx, base, pictures(t, false)); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("a stopped computation leaves %v", left)
	}
}

func TestCutPoints(t *testing.T) {
	names, err := transfer.CutPoints(network(t, 0.1))
	want := "convolution normalization add global_average_pooling2d dropout hidden"
	if got := strings.Join(names, " "); got != want || err != nil {
		t.Errorf("cut points are %s, %v, want %s", got, err, want)
	}
}
