package backendtest

import (
	"context"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func testVariables(t *testing.T, b backend.Backend) {
	t.Run("declared, written, read", func(t *testing.T) { testState(t, b) })
	t.Run("updates see old values", func(t *testing.T) { testSwap(t, b) })
	t.Run("shared by executables", func(t *testing.T) { testShared(t, b) })
	t.Run("generation makes packed weights stale", func(t *testing.T) { testStaleWeights(t, b) })
	t.Run("states are apart", func(t *testing.T) { testStatesApart(t, b) })
	t.Run("errors change nothing", func(t *testing.T) { testErrorsKeepVariables(t, b) })
}

func variable(name string, dtype tensor.DType, shape ...int) *graph.Variable {
	return &graph.Variable{Name: name, Type: graph.Type{DType: dtype, Shape: shape}}
}

// fixture holds what tests of variables need, with errors ending the test.
type fixture struct {
	*testing.T
	backend backend.Backend
	state   backend.State
}

func newFixture(t *testing.T, b backend.Backend, variables ...*graph.Variable) *fixture {
	t.Helper()
	f := &fixture{t, b, b.NewState()}
	if err := f.state.Declare(variables...); err != nil {
		t.Fatalf("declaring: %v", err)
	}
	return f
}

func (f *fixture) write(v *graph.Variable, values ...float32) {
	f.Helper()
	value, err := tensor.Of(values, v.Type.Shape...)
	if err != nil {
		f.Fatal(err)
	}
	if err := f.state.Write(v, value); err != nil {
		f.Fatalf("writing %s: %v", v.Name, err)
	}
}

func (f *fixture) read(v *graph.Variable) []float32 {
	f.Helper()
	into, err := tensor.New(v.Type.DType, v.Type.Shape...)
	if err != nil {
		f.Fatal(err)
	}
	if err := f.state.Read(v, into); err != nil {
		f.Fatalf("reading %s: %v", v.Name, err)
	}
	return into.Float32s()
}

func (f *fixture) expect(v *graph.Variable, values ...float32) {
	f.Helper()
	if got := f.read(v); !slices.Equal(got, values) {
		f.Errorf("variable %s is %v, expected %v", v.Name, got, values)
	}
}

func (f *fixture) compile(program *graph.Program) backend.Executable {
	f.Helper()
	executable, err := f.backend.Compile(context.Background(), program, capacity)
	if err != nil {
		f.Fatalf("compiling: %v", err)
	}
	f.Cleanup(func() { executable.Close() })
	return executable
}

// run runs with float32 inputs and returns the outputs.
func (f *fixture) run(e backend.Executable, program *graph.Program, samples int, inputs ...[]float32) [][]float32 {
	f.Helper()
	tensors := make([]*tensor.Tensor, len(inputs))
	for i, values := range inputs {
		var err error
		if tensors[i], err = tensor.Of(values, graph.Resolve(program.Inputs[i].Shape(), samples)...); err != nil {
			f.Fatal(err)
		}
	}
	outputs, err := emptyTensors(program.Outputs, samples)
	if err != nil {
		f.Fatal(err)
	}
	if err := e.Run(context.Background(), f.state, samples, tensors, outputs); err != nil {
		f.Fatalf("running: %v", err)
	}
	results := make([][]float32, len(outputs))
	for i, output := range outputs {
		results[i] = output.Float32s()
	}
	return results
}

func testState(t *testing.T, b backend.Backend) {
	v, scalar, none, whole := variable("v", tensor.Float32, 2, 3), variable("scalar", tensor.Float32), variable("none", tensor.Float32, 0, 2), variable("whole", tensor.Int32, 2)
	f := newFixture(t, b, v, scalar, none, whole)
	f.expect(v, 0, 0, 0, 0, 0, 0)
	f.expect(none)
	before := f.state.Generation(v)
	f.write(v, 1, 2, 3, 4, 5, 6)
	f.write(scalar, 7)
	if f.state.Generation(v) == before {
		t.Error("writing did not change the generation")
	}
	if err := f.state.Declare(v, scalar, v); err != nil {
		t.Errorf("declaring again: %v", err)
	}
	f.expect(v, 1, 2, 3, 4, 5, 6)
	f.expect(scalar, 7)

	kept := []float32{9, 9, 9, 9, 9, 9}
	f.write(v, kept...)
	kept[0] = 1
	f.read(v)[1] = 1
	f.expect(v, 9, 9, 9, 9, 9, 9)

	numbers, _ := tensor.Of([]int32{1 << 30, -5}, 2)
	into, _ := tensor.New(tensor.Int32, 2)
	if err := f.state.Write(whole, numbers); err != nil {
		t.Fatal(err)
	}
	if err := f.state.Read(whole, into); err != nil {
		t.Fatal(err)
	}
	if got, _ := tensor.Values[int32](into); !slices.Equal(got, []int32{1 << 30, -5}) {
		t.Errorf("int32 variable is %v", got)
	}
}

func testSwap(t *testing.T, b backend.Backend) {
	x, y, z := variable("x", tensor.Float32, 2), variable("y", tensor.Float32, 2), variable("z", tensor.Float32)
	f := newFixture(t, b, x, y, z)
	f.write(x, 1, 2)
	f.write(y, 10, 20)
	g := graph.New()
	program := &graph.Program{
		Outputs: []*graph.Node{g.Read(x).Add(g.Read(y)), g.Read(x)},
		Updates: []graph.Update{{Variable: x, Value: g.Read(y)}, {Variable: y, Value: g.Read(x)}, {Variable: z, Value: g.Read(z).Shift(1)}},
	}
	e := f.compile(program)
	generations := []uint64{f.state.Generation(x), f.state.Generation(y), f.state.Generation(z)}
	outputs := f.run(e, program, 1)
	if !slices.Equal(outputs[0], []float32{11, 22}) || !slices.Equal(outputs[1], []float32{1, 2}) {
		t.Errorf("outputs are %v, expected the values before the updates", outputs)
	}
	f.expect(x, 10, 20)
	f.expect(y, 1, 2)
	f.expect(z, 1)
	for i, v := range []*graph.Variable{x, y, z} {
		if f.state.Generation(v) == generations[i] {
			t.Errorf("the update of %s did not change its generation", v.Name)
		}
	}
	f.run(e, program, 1)
	f.expect(x, 1, 2)
	f.expect(z, 2)
}

func testShared(t *testing.T, b backend.Backend) {
	w := variable("w", tensor.Float32, 2, 2)
	f := newFixture(t, b, w)
	f.write(w, 1, 0, 0, 1)
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, batch, 2)
	apply := &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{x.MatMul(g.Read(w))}}
	h := graph.New()
	double := &graph.Program{Updates: []graph.Update{{Variable: w, Value: h.Read(w).Scale(2)}}}
	applying, doubling := f.compile(apply), f.compile(double)
	for step := range 3 {
		factor := float32(int(1) << step)
		if got := f.run(applying, apply, 1, []float32{3, 4}); !slices.Equal(got[0], []float32{3 * factor, 4 * factor}) {
			t.Errorf("after %d updates by another executable: %v", step, got[0])
		}
		f.run(doubling, double, 1)
	}
	f.expect(w, 8, 0, 0, 8)
}

func testStaleWeights(t *testing.T, b backend.Backend) {
	w := variable("w", tensor.Float32, 3, 3, 2, 2)
	f := newFixture(t, b, w)
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, batch, 4, 4, 2)
	move := graph.Convolution{Window: window(3, 3, 1, 1, [2][2]int{}), Groups: 1}
	program := &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{graph.Convolve(move, x, g.Read(w))}}
	e := f.compile(program)
	for _, weight := range []float32{1, 2, -3} {
		f.write(w, slices.Repeat([]float32{weight}, 36)...)
		got := f.run(e, program, 2, slices.Repeat([]float32{1}, 64))
		if want := slices.Repeat([]float32{18 * weight}, 16); !slices.Equal(got[0], want) {
			t.Errorf("with all weights %v: %v, expected %v", weight, got[0], want)
		}
	}
}

func testStatesApart(t *testing.T, b backend.Backend) {
	v := variable("v", tensor.Float32)
	first, second := newFixture(t, b, v), newFixture(t, b, v)
	g := graph.New()
	program := &graph.Program{Updates: []graph.Update{{Variable: v, Value: g.Read(v).Shift(1)}}}
	e := first.compile(program)
	first.run(e, program, 0)
	first.run(e, program, 0)
	second.run(e, program, 0)
	first.expect(v, 2)
	second.expect(v, 1)
}

func testErrorsKeepVariables(t *testing.T, b backend.Backend) {
	v := variable("v", tensor.Float32, 2)
	f := newFixture(t, b, v)
	f.write(v, 5, 6)
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, batch, 2)
	program := &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{x.Neg()},
		Updates: []graph.Update{{Variable: v, Value: x.ReduceSum(0)}}}
	e := f.compile(program)
	generation := f.state.Generation(v)
	input, _ := tensor.New(tensor.Float32, 2, 2)
	short, _ := tensor.New(tensor.Float32, 1, 2)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Run(cancelled, f.state, 2, []*tensor.Tensor{input}, []*tensor.Tensor{input.Clone()}); err == nil {
		t.Error("a cancelled run returned no error")
	}
	if err := e.Run(context.Background(), f.state, 2, []*tensor.Tensor{input}, []*tensor.Tensor{short}); err == nil {
		t.Error("an output of the wrong shape was taken")
	}
	f.expect(v, 5, 6)
	if f.state.Generation(v) != generation {
		t.Error("runs that failed changed the generation")
	}
	if got := f.run(e, program, 2, []float32{1, 2, 3, 4}); !slices.Equal(got[0], []float32{-1, -2, -3, -4}) {
		t.Errorf("after failed runs: %v", got[0])
	}
	f.expect(v, 4, 6)
}
