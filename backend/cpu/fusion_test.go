package cpu

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// blocks builds pieces of networks with random weights.
type blocks struct {
	graph  *graph.Graph
	random *rand.Rand
	values map[*graph.Variable][]float32
}

func newBlocks() *blocks {
	return &blocks{graph: graph.New(), random: rand.New(rand.NewPCG(3, 9)), values: map[*graph.Variable][]float32{}}
}

// weight is a variable of random numbers around a middle.
func (b *blocks) weight(middle, spread float64, shape ...int) *graph.Node {
	v := &graph.Variable{Name: "weight", Type: graph.Type{DType: tensor.Float32, Shape: shape}}
	count := 1
	for _, extent := range shape {
		count *= extent
	}
	for range count {
		b.values[v] = append(b.values[v], float32(middle+spread*(2*b.random.Float64()-1)))
	}
	return b.graph.Read(v)
}

func (b *blocks) pictures(size, channels int) *graph.Node {
	return b.graph.Parameter("pictures", tensor.Float32, graph.Batch, size, size, channels)
}

// window is one with padding "same".
func same(x *graph.Node, size, stride int) graph.Window {
	w := graph.Window{Size: [2]int{size, size}, Stride: [2]int{stride, stride}, Dilation: [2]int{1, 1}}
	for i := range 2 {
		w.Padding[i] = graph.SamePadding(x.Extent(i+1), size, stride, 1)
	}
	return w
}

func (b *blocks) convolve(x *graph.Node, filters, size, stride, groups int) *graph.Node {
	w := b.weight(0, 0.5, size, size, x.Extent(3)/groups, filters)
	return graph.Convolve(graph.Convolution{Window: same(x, size, stride), Groups: groups}, x, w)
}

// normalize is a batch normalisation by given statistics, some variances tiny.
func (b *blocks) normalize(x *graph.Node) *graph.Node {
	channels := x.Extent(-1)
	variance := b.weight(1, 0.9, channels)
	values := b.values[variance.Operation().(graph.Read).Variable]
	for i := range values {
		if i%5 == 2 {
			values[i] = 1e-12
		}
	}
	return x.Normalize(graph.BatchNormalization{Epsilon: 1e-3}, b.weight(1, 0.5, channels), b.weight(0, 1, channels), b.weight(0, 1, channels), variance)
}

// fusion is a program and the steps that a run of it should take, each as the
// names of the operations it joins.
type fusion struct {
	name  string
	build func(b *blocks) []*graph.Node // outputs
	steps []string
	// winograd allows the error of Winograd's transforms, which the engine
	// chooses for the program's convolutions.
	winograd bool
}

func (f fusion) program(t testing.TB) (*blocks, *graph.Program) {
	t.Helper()
	b := newBlocks()
	p := &graph.Program{Outputs: f.build(b)}
	for _, n := range p.Nodes() {
		if _, ok := n.Operation().(graph.Parameter); ok {
			p.Inputs = append(p.Inputs, n)
		}
	}
	return b, p
}

// fill gives a session the values of the weights and random pictures.
func (b *blocks) fill(t testing.TB, s *session) {
	t.Helper()
	for v, values := range b.values {
		if err := s.state.Declare(v); err != nil {
			t.Fatal(err)
		}
		value, err := tensor.Of(values, v.Type.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.state.Write(v, value); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, input := range s.inputs {
		for i := range input.Float32s() {
			input.Float32s()[i] = 2*r.Float32() - 1
		}
	}
}

// described lists what the steps of every run join.
func described(x *executable) []string {
	var names []string
	for _, s := range x.steps[x.lasting:] {
		names = append(names, strings.TrimSpace(s.label.Operation+" "+s.label.Fused))
	}
	return names
}

// check compares a program's steps with what is expected, and its results
// with the reference's, at one to three threads with the same bits.
func (f fusion) check(t *testing.T) {
	const samples = 3
	b, p := f.program(t)
	oracle := &session{state: reference.New().NewState(), inputs: tensors(t, p.Inputs, samples), outputs: tensors(t, p.Outputs, samples), samples: samples}
	var err error
	if oracle.executable, err = reference.New().Compile(context.Background(), p, samples); err != nil {
		t.Fatal(err)
	}
	b.fill(t, oracle)
	oracle.run(t)
	for _, name := range instructionSets(t) {
		var first [][]float32
		for threads := 1; threads <= 3; threads++ {
			s := open(t, Options{Instructions: name, Threads: threads}, p, samples)
			b.fill(t, s)
			if got := described(s.executable.(*executable)); !slices.Equal(got, f.steps) {
				t.Fatalf("the steps are\n%q, want\n%q", got, f.steps)
			}
			s.run(t)
			if allocated := testing.AllocsPerRun(2, func() { s.run(t) }); allocated != 0 {
				t.Errorf("a run allocates %v times", allocated)
			}
			for i, out := range s.outputs {
				tolerance := productTolerance
				if f.winograd {
					tolerance = winogradTolerance
				}
				within(t, out.Float32s(), oracle.outputs[i].Float32s(), tolerance)
				if threads == 1 {
					first = append(first, slices.Clone(out.Float32s()))
				} else if !slices.Equal(first[i], out.Float32s()) {
					t.Errorf("%s: output %d has other bits with %d threads", name, i, threads)
				}
			}
		}
	}
}

// How far results may lie from the reference's, relative to the largest value:
// sums of products in float32, and convolutions by Winograd's transforms.
const (
	productTolerance  = 3e-6
	winogradTolerance = 2e-5
)

// closeTo compares within the error of products.
func closeTo(t *testing.T, got, want []float32) {
	t.Helper()
	within(t, got, want, productTolerance)
}

func within(t *testing.T, got, want []float32, tolerance float64) {
	t.Helper()
	var largest float64
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i] - w)); !(d <= tolerance*largest) {
			t.Fatalf("value %d is %v, want %v; the largest is %v", i, got[i], w, largest)
		}
	}
}
