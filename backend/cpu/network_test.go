package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// network is the example network: convolutions of 3×3 with pooling behind
// them, then two dense layers that end in one logit.
type network struct {
	graph     *graph.Graph
	pictures  *graph.Node
	convolved *graph.Node // by the last layer, before pooling
	logits    *graph.Node
	variables []*graph.Variable
}

func newNetwork(size int, filters ...int) *network {
	n := &network{graph: graph.New()}
	n.pictures = n.graph.Parameter("pictures", tensor.Float32, graph.Batch, size, size, 3)
	x := n.pictures
	valid := graph.Window{Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
	halves := graph.Window{Size: [2]int{2, 2}, Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}}
	for i, f := range filters {
		leave := n.graph.Enter(fmt.Sprintf("conv2d_%d", i))
		w := n.weight("kernel", 3, 3, x.Extent(3), f)
		x = graph.Convolve(graph.Convolution{Window: valid, Groups: 1}, x, w).Add(n.weight("bias", f)).ReLU()
		n.convolved = x
		x = x.ReduceWindow(graph.Largest, halves)
		leave()
	}
	flat := x.Extent(1) * x.Extent(2) * x.Extent(3)
	x = x.Reshape(graph.Batch, flat)
	x = x.MatMul(n.weight("dense/kernel", flat, 512)).Add(n.weight("dense/bias", 512)).ReLU()
	n.logits = x.MatMul(n.weight("dense_1/kernel", 512, 1)).Add(n.weight("dense_1/bias", 1))
	return n
}

func (n *network) weight(name string, shape ...int) *graph.Node {
	v := &graph.Variable{Name: name, Type: graph.Type{DType: tensor.Float32, Shape: shape}}
	n.variables = append(n.variables, v)
	return n.graph.Read(v)
}

// training returns a step of RMSprop on the mean binary crossentropy.
func (n *network) training(t testing.TB) *graph.Program {
	labels := n.graph.Parameter("labels", tensor.Float32, graph.Batch, 1)
	loss := n.logits.SigmoidCrossentropy(labels).ReduceMean(0, 1)
	weights := make([]*graph.Node, len(n.variables))
	for i, v := range n.variables {
		weights[i] = n.graph.Read(v)
	}
	gradients, err := graph.Gradient(loss, weights...)
	if err != nil {
		t.Fatal(err)
	}
	p := &graph.Program{Inputs: []*graph.Node{n.pictures, labels}, Outputs: []*graph.Node{loss}}
	for i, g := range gradients {
		slot := &graph.Variable{Name: n.variables[i].Name + "/velocity", Type: n.variables[i].Type}
		velocity := n.graph.Read(slot).Scale(0.9).Add(g.Square().Scale(0.1))
		step := g.Scale(1e-4).Div(velocity.Shift(1e-7).Sqrt())
		p.Updates = append(p.Updates,
			graph.Update{Variable: slot, Value: velocity},
			graph.Update{Variable: n.variables[i], Value: weights[i].Sub(step)})
	}
	return p
}

// session is a compiled program with values for its variables and a batch.
type session struct {
	engine     *Engine
	executable backend.Executable
	state      backend.State
	inputs     []*tensor.Tensor
	outputs    []*tensor.Tensor
	samples    int
}

func open(t testing.TB, o Options, p *graph.Program, samples int) *session {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	s := &session{engine: e, state: e.NewState(), samples: samples}
	if s.executable, err = e.Compile(context.Background(), p, samples); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	variables := p.Variables()
	if err := s.state.Declare(variables...); err != nil {
		t.Fatal(err)
	}
	for _, v := range variables {
		value, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains([]int{1}, len(v.Type.Shape)) {
			for i := range value.Float32s() {
				value.Float32s()[i] = (r.Float32() - 0.5) * 0.1
			}
		}
		if len(v.Name) > 8 && v.Name[len(v.Name)-8:] == "velocity" {
			clear(value.Float32s())
		}
		if err := s.state.Write(v, value); err != nil {
			t.Fatal(err)
		}
	}
	s.inputs, s.outputs = tensors(t, p.Inputs, samples), tensors(t, p.Outputs, samples)
	for _, input := range s.inputs {
		for i := range input.Float32s() {
			input.Float32s()[i] = r.Float32()
		}
	}
	return s
}

func tensors(t testing.TB, nodes []*graph.Node, samples int) []*tensor.Tensor {
	t.Helper()
	var list []*tensor.Tensor
	for _, n := range nodes {
		made, err := tensor.New(n.DType(), graph.Resolve(n.Shape(), samples)...)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, made)
	}
	return list
}

func (s *session) run(t testing.TB) {
	if err := s.executable.Run(context.Background(), s.state, s.samples, s.inputs, s.outputs); err != nil {
		t.Fatal(err)
	}
}

// bits returns everything that training leaves behind.
func (s *session) bits(t testing.TB, p *graph.Program) []float32 {
	t.Helper()
	values := slices.Clone(s.outputs[0].Float32s())
	for _, v := range p.Variables() {
		value, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.state.Read(v, value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value.Float32s()...)
	}
	return values
}

func TestTrainingIsTheSameAtAnyThreads(t *testing.T) {
	for _, name := range instructionSets(t) {
		var first []float32
		for threads := 1; threads <= 3; threads++ {
			p := newNetwork(40, 8, 20).training(t)
			s := open(t, Options{Instructions: name, Threads: threads}, p, 5)
			for range 3 {
				s.run(t)
			}
			got := s.bits(t, p)
			if first == nil {
				first = got
			}
			if !slices.Equal(got, first) {
				t.Errorf("%s: %d threads give other bits than one", name, threads)
			}
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	p := newNetwork(40, 8, 20).training(t)
	s := open(t, Options{Threads: 2}, p, 5)
	if n := testing.AllocsPerRun(10, func() { s.run(t) }); n != 0 {
		t.Errorf("a run allocates %v times", n)
	}
}

func BenchmarkExampleTraining(b *testing.B) {
	for _, batch := range []int{32, 20} {
		b.Run(fmt.Sprintf("batch%d", batch), func(b *testing.B) {
			s := open(b, Options{}, newNetwork(150, 32, 64, 128, 128).training(b), batch)
			benchmark(b, s)
		})
	}
}

func BenchmarkExampleInference(b *testing.B) {
	for _, batch := range []int{1, 16} {
		b.Run(fmt.Sprintf("batch%d", batch), func(b *testing.B) {
			n := newNetwork(150, 32, 64, 128, 128)
			p := &graph.Program{Inputs: []*graph.Node{n.pictures}, Outputs: []*graph.Node{n.logits.Sigmoid()}}
			benchmark(b, open(b, Options{}, p, batch))
		})
	}
}

func benchmark(b *testing.B, s *session) {
	s.run(b)
	for b.Loop() {
		s.run(b)
	}
	b.ReportMetric(float64(s.samples)*float64(b.N)/b.Elapsed().Seconds(), "img/s")
}
