package backendtest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func testRuns(t *testing.T, b backend.Backend) {
	t.Run("repeats are bit-identical", func(t *testing.T) { testRepeats(t, b) })
	t.Run("concurrent runs", func(t *testing.T) { testConcurrentRuns(t, b) })
	t.Run("training concurrently updates once per run", func(t *testing.T) { testConcurrentUpdates(t, b) })
	t.Run("cancellation", func(t *testing.T) { testCancellation(t, b) })
	t.Run("interruption", func(t *testing.T) { testInterruption(t, b) })
	t.Run("memory does not grow", func(t *testing.T) { testMemory(t, b) })
}

// network is a small network with a training step: its loss, and its weights
// updated by gradient descent.
type network struct {
	program *graph.Program
	weights []*graph.Variable
}

func newNetwork() (*network, error) {
	net := &network{weights: []*graph.Variable{
		variable("kernel", tensor.Float32, 3, 3, 2, 5), variable("bias", tensor.Float32, 5), variable("dense", tensor.Float32, 45, 3),
	}}
	g := graph.New()
	x, targets := g.Parameter("x", tensor.Float32, batch, 8, 8, 2), g.Parameter("targets", tensor.Float32, batch, 3)
	kernel, bias, dense := g.Read(net.weights[0]), g.Read(net.weights[1]), g.Read(net.weights[2])
	y := graph.Convolve(graph.Convolution{Window: window(3, 3, 1, 1, [2][2]int{}), Groups: 1}, x, kernel).Add(bias).ReLU()
	y = y.ReduceWindow(graph.Largest, window(2, 2, 2, 1, [2][2]int{})).Reshape(batch, 45)
	losses := y.MatMul(dense).SoftmaxCrossentropy(targets)
	loss := losses.ReduceSum(0)
	gradients, err := graph.Gradient(loss, kernel, bias, dense)
	if err != nil {
		return nil, err
	}
	net.program = &graph.Program{Inputs: []*graph.Node{x, targets}, Outputs: []*graph.Node{loss, losses}}
	for i, read := range []*graph.Node{kernel, bias, dense} {
		net.program.Updates = append(net.program.Updates, graph.Update{Variable: net.weights[i], Value: read.Sub(gradients[i].Scale(0.125))})
	}
	return net, g.Err()
}

func (net *network) inputs(samples int) [][]float32 {
	x, targets := make([]float32, samples*128), make([]float32, samples*3)
	for i := range x {
		x[i] = float32(i*7%11) / 11
	}
	for i := range samples {
		targets[i*3+i%3] = 1
	}
	return [][]float32{x, targets}
}

func (f *fixture) writeWeights(net *network) {
	for at, v := range net.weights {
		count, _ := v.Type.Shape.Elements()
		values := make([]float32, count)
		for i := range values {
			values[i] = float32((i+at)*5%13-6) / 16
		}
		f.write(v, values...)
	}
}

func testRepeats(t *testing.T, b backend.Backend) {
	net, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	var first [][]float32
	for repeat := range 4 {
		f := newFixture(t, b, net.weights...)
		f.writeWeights(net)
		e := f.compile(net.program)
		var all [][]float32
		for _, samples := range []int{capacity, 3, capacity} {
			all = append(all, f.run(e, net.program, samples, net.inputs(samples)...)...)
		}
		all = append(all, f.readAll(net)...)
		if repeat == 0 {
			first = all
		}
		if !slices.EqualFunc(all, first, slices.Equal[[]float32]) {
			t.Fatalf("repeat %d of the same training differs from the first", repeat)
		}
	}
	if slices.Equal(first[1], first[len(first)-4]) {
		t.Error("training changed nothing")
	}
}

func testConcurrentRuns(t *testing.T, b backend.Backend) {
	v := variable("v", tensor.Float32, 7, 3)
	f := newFixture(t, b, v)
	f.write(v, slices.Repeat([]float32{1, 2, 3}, 7)...)
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, batch, 7)
	program := &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{x.MatMul(g.Read(v)).ReLU()}}
	executables := []backend.Executable{f.compile(program), f.compile(program)}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			samples := 1 + worker%capacity
			input, _ := tensor.Of(slices.Repeat([]float32{float32(worker)}, samples*7), samples, 7)
			output, _ := tensor.New(tensor.Float32, samples, 3)
			for range 20 {
				err := executables[worker%2].Run(context.Background(), f.state, samples, []*tensor.Tensor{input}, []*tensor.Tensor{output})
				n := float32(7 * worker)
				if want := slices.Repeat([]float32{n, 2 * n, 3 * n}, samples); err != nil || !slices.Equal(output.Float32s(), want) {
					t.Errorf("worker %d: %v, %v, expected %v", worker, err, output.Float32s(), want)
					return
				}
			}
		})
	}
	group.Wait()
}

func testConcurrentUpdates(t *testing.T, b backend.Backend) {
	v := variable("v", tensor.Float32)
	f := newFixture(t, b, v)
	g := graph.New()
	program := &graph.Program{Updates: []graph.Update{{Variable: v, Value: g.Read(v).Shift(1)}}}
	e := f.compile(program)
	before := f.state.Generation(v)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 25 {
				if err := e.Run(context.Background(), f.state, 1, nil, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	f.expect(v, 100)
	if got := f.state.Generation(v) - before; got != 100 {
		t.Errorf("100 updates moved the generation by %d", got)
	}
}

func testCancellation(t *testing.T, b backend.Backend) {
	net, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if e, err := b.Compile(cancelled, net.program, capacity); err == nil {
		e.Close()
		t.Error("compiling with a cancelled context returned no error")
	}
	f := newFixture(t, b, net.weights...)
	f.writeWeights(net)
	e := f.compile(net.program)
	inputs, outputs, err := net.tensors(capacity)
	if err != nil {
		t.Fatal(err)
	}
	before := f.read(net.weights[0])
	if err := e.Run(cancelled, f.state, capacity, inputs, outputs); err == nil {
		t.Error("running with a cancelled context returned no error")
	}
	f.expect(net.weights[0], before...)
	if err := e.Run(context.Background(), f.state, capacity, inputs, outputs); err != nil {
		t.Errorf("running after a cancelled run: %v", err)
	}
}

// testInterruption ends training steps at many moments. Whenever it does, a
// step has happened wholly or not at all.
func testInterruption(t *testing.T, b backend.Backend) {
	net, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, b, net.weights...)
	e := f.compile(net.program)
	inputs, outputs, err := net.tensors(capacity)
	if err != nil {
		t.Fatal(err)
	}
	f.writeWeights(net)
	before := f.readAll(net)
	f.run(e, net.program, capacity, net.inputs(capacity)...)
	after := f.readAll(net)
	for delay := time.Microsecond; delay < 10*time.Millisecond; delay += delay/4 + 1 {
		f.writeWeights(net)
		interrupted, cancel := context.WithTimeout(context.Background(), delay)
		err := e.Run(interrupted, f.state, capacity, inputs, outputs)
		cancel()
		want := after
		if err != nil {
			want = before
		}
		if !slices.EqualFunc(f.readAll(net), want, slices.Equal[[]float32]) {
			t.Fatalf("after %v, with error %v: the variables are neither those before nor those after the step", delay, err)
		}
	}
}

func (f *fixture) readAll(net *network) [][]float32 {
	f.Helper()
	var all [][]float32
	for _, v := range net.weights {
		all = append(all, f.read(v))
	}
	return all
}

func (net *network) tensors(samples int) (inputs, outputs []*tensor.Tensor, err error) {
	for i, values := range net.inputs(samples) {
		input, err := tensor.Of(values, graph.Resolve(net.program.Inputs[i].Shape(), samples)...)
		if err != nil {
			return nil, nil, fmt.Errorf("input %d: %w", i, err)
		}
		inputs = append(inputs, input)
	}
	outputs, err = emptyTensors(net.program.Outputs, samples)
	return inputs, outputs, err
}

// testMemory runs a training step many times; what stays on the heap must not
// depend on how often.
func testMemory(t *testing.T, b backend.Backend) {
	net, err := newNetwork()
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, b, net.weights...)
	f.writeWeights(net)
	e := f.compile(net.program)
	inputs, outputs, err := net.tensors(capacity)
	if err != nil {
		t.Fatal(err)
	}
	heapAfter := func(runs int) uint64 {
		for range runs {
			if err := e.Run(context.Background(), f.state, capacity, inputs, outputs); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	first := heapAfter(10)
	// 200 runs that each left 1 kB behind would leave 200 kB.
	if last := heapAfter(200); last > first+100<<10 {
		t.Errorf("the heap grew from %d to %d bytes in 200 runs", first, last)
	}
}
