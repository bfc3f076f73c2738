package backendtest

import (
	"context"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// testMisuse checks that what a caller gets wrong is an error and no panic.
func testMisuse(t *testing.T, b backend.Backend) {
	t.Run("compile", func(t *testing.T) { testCompileErrors(t, b) })
	t.Run("run", func(t *testing.T) { testRunErrors(t, b) })
	t.Run("state", func(t *testing.T) { testStateErrors(t, b) })
	t.Run("name", func(t *testing.T) {
		if b.Name() == "" {
			t.Error("the backend has no name")
		}
	})
}

func testCompileErrors(t *testing.T, b backend.Backend) {
	g := graph.New()
	x := g.Parameter("x", tensor.Float32, batch, 2)
	broken := graph.New()
	bad := broken.Parameter("x", tensor.Float32, 2).Add(broken.Parameter("y", tensor.Float32, 3))
	for name, c := range map[string]struct {
		program  *graph.Program
		capacity int
	}{
		"negative capacity":    {&graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{x}}, -1},
		"nothing to compute":   {&graph.Program{Inputs: []*graph.Node{x}}, 1},
		"input not listed":     {&graph.Program{Outputs: []*graph.Node{x.Neg()}}, 1},
		"input is no input":    {&graph.Program{Inputs: []*graph.Node{x, x.Neg()}, Outputs: []*graph.Node{x}}, 1},
		"invalid value":        {&graph.Program{Outputs: []*graph.Node{bad}}, 1},
		"update of wrong type": {&graph.Program{Inputs: []*graph.Node{x}, Updates: []graph.Update{{Variable: variable("v", tensor.Float32, 2), Value: x}}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if e, err := b.Compile(context.Background(), c.program, c.capacity); err == nil {
				e.Close()
				t.Error("compiled without an error")
			}
		})
	}
}

func testRunErrors(t *testing.T, b backend.Backend) {
	v := variable("v", tensor.Float32, 2)
	f := newFixture(t, b, v)
	g := graph.New()
	x := g.Parameter("pictures", tensor.Float32, batch, 2)
	program := &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{x.Add(g.Read(v))}}
	e := f.compile(program)
	make := func(dtype tensor.DType, shape ...int) *tensor.Tensor {
		made, err := tensor.New(dtype, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	good := make(tensor.Float32, 2, 2)
	list := func(tensors ...*tensor.Tensor) []*tensor.Tensor { return tensors }
	for _, c := range []struct {
		name            string
		state           backend.State
		samples         int
		inputs, outputs []*tensor.Tensor
		says            string
	}{
		{"too many samples", f.state, capacity + 1, list(make(tensor.Float32, capacity+1, 2)), list(make(tensor.Float32, capacity+1, 2)), ""},
		{"negative samples", f.state, -1, list(good), list(good), ""},
		{"no inputs", f.state, 2, nil, list(good), ""},
		{"nil input", f.state, 2, list(nil), list(good), "pictures"},
		{"too many inputs", f.state, 2, list(good, good), list(good), ""},
		{"no outputs", f.state, 2, list(good), nil, ""},
		{"nil output", f.state, 2, list(good), list(nil), ""},
		{"input of another type", f.state, 2, list(make(tensor.Float64, 2, 2)), list(good), "pictures"},
		{"input of another shape", f.state, 2, list(make(tensor.Float32, 2, 3)), list(good), "pictures"},
		{"input of another batch", f.state, 2, list(make(tensor.Float32, 3, 2)), list(good), "pictures"},
		{"output of another type", f.state, 2, list(good), list(make(tensor.Int32, 2, 2)), ""},
		{"output of another rank", f.state, 2, list(good), list(make(tensor.Float32, 4)), ""},
		{"no state", nil, 2, list(good), list(good.Clone()), ""},
		{"variable not declared", b.NewState(), 2, list(good), list(good.Clone()), "v"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := e.Run(context.Background(), c.state, c.samples, c.inputs, c.outputs)
			if err == nil {
				t.Fatal("ran without an error")
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not name %q", err, c.says)
			}
		})
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), f.state, 2, list(good), list(good.Clone())); err == nil {
		t.Error("a closed executable ran without an error")
	}
	if err := e.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func testStateErrors(t *testing.T, b backend.Backend) {
	v, other := variable("weights", tensor.Float32, 2), variable("other", tensor.Float32, 2)
	f := newFixture(t, b, v)
	right, _ := tensor.New(tensor.Float32, 2)
	long, _ := tensor.New(tensor.Float32, 3)
	double, _ := tensor.New(tensor.Float64, 2)
	for _, wrong := range []*tensor.Tensor{nil, long, double} {
		if err := f.state.Write(v, wrong); err == nil || !strings.Contains(err.Error(), "weights") {
			t.Errorf("writing %v over %v: %v", wrong, v.Type, err)
		}
		if err := f.state.Read(v, wrong); err == nil || !strings.Contains(err.Error(), "weights") {
			t.Errorf("reading %v into %v: %v", v.Type, wrong, err)
		}
	}
	if err := f.state.Write(other, right); err == nil {
		t.Error("a variable that is not declared was written")
	}
	if err := f.state.Read(other, right); err == nil {
		t.Error("a variable that is not declared was read")
	}
	if err := f.state.Declare(variable("bad", tensor.Float32, 2, -1)); err == nil {
		t.Error("a variable of negative extent was declared")
	}
	if err := f.state.Declare(variable("bad", tensor.Invalid, 2)); err == nil {
		t.Error("a variable without element type was declared")
	}
	if err := f.state.Declare(variable("bad", tensor.Float32, 1<<40, 1<<40)); err == nil {
		t.Error("a variable too large for any memory was declared")
	}
}
