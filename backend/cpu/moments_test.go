package cpu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// statistics is a program of the mean and the variance of pictures per channel.
func statistics(b *blocks, height, width, channels int) *graph.Program {
	x := b.graph.Parameter("pictures", tensor.Float32, graph.Batch, height, width, channels)
	mean := x.ReduceMean(0, 1, 2)
	return &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{mean, x.Sub(mean).Square().ReduceMean(0, 1, 2)}}
}

// TestMomentsAreExact compares with float64 where the mean is far from zero and
// the deviations are small, where a chunk begins with what lies far from the
// rest, and with channels that fill no register, one tile or several.
func TestMomentsAreExact(t *testing.T) {
	fills := []struct {
		name string
		at   func(r *rand.Rand, index, count int) float32
	}{
		{"around 0", func(r *rand.Rand, _, _ int) float32 { return float32(r.NormFloat64()) }},
		{"around 1000", func(r *rand.Rand, _, _ int) float32 { return float32(1000 + 0.01*r.NormFloat64()) }},
		{"rising", func(_ *rand.Rand, i, n int) float32 { return float32(i) / float32(n) }},
		{"a first row far away", func(r *rand.Rand, i, _ int) float32 {
			if i < 600 {
				return 1e6
			}
			return float32(r.NormFloat64())
		}},
		{"all alike", func(*rand.Rand, int, int) float32 { return 0.1 }},
	}
	for _, size := range [][4]int{{3, 5, 7, 3}, {2, 1, 1, 5}, {6, 40, 41, 24}, {2, 9, 9, 600}, {3, 4, 5, 2100}, {1, 70, 70, 1}, {0, 4, 4, 3}} {
		b := newBlocks()
		p := statistics(b, size[1], size[2], size[3])
		for _, fill := range fills {
			t.Run(fmt.Sprintf("%v %s", size, fill.name), func(t *testing.T) {
				checkMoments(t, b, p, size, fill.at)
			})
		}
	}
}

func checkMoments(t *testing.T, b *blocks, p *graph.Program, size [4]int, fill func(r *rand.Rand, index, count int) float32) {
	for _, name := range instructionSets(t) {
		var first [2][]float32
		for threads := 1; threads <= 3; threads++ {
			s := open(t, Options{Instructions: name, Threads: threads}, p, size[0])
			if steps := strings.Join(described(s.executable.(*executable)), ", "); !strings.Contains(steps, "reduce squared_deviations") {
				t.Fatalf("the steps are %s", steps)
			}
			b.fill(t, s)
			x, r := s.inputs[0].Float32s(), rand.New(rand.NewPCG(5, 5))
			for i := range x {
				x[i] = fill(r, i, len(x))
			}
			s.run(t)
			if threads == 1 {
				againstFloat64(t, x, s.outputs[0].Float32s(), s.outputs[1].Float32s())
			}
			for i, out := range s.outputs {
				if got := out.Float32s(); threads == 1 {
					first[i] = slices.Clone(got)
				} else if !sameBits(got, first[i]) {
					t.Errorf("%s: output %d has other bits with %d threads", name, i, threads)
				}
			}
		}
	}
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// againstFloat64 allows the mean two units in the last place or 1e-7 of the standard
// deviation, and the variance what adding thirty numbers or so in each of the lanes
// may lose; where all numbers are alike it is less than a rounding squared.
func againstFloat64(t *testing.T, x, means, variances []float32) {
	t.Helper()
	channels := len(means)
	for c := range channels {
		if len(x) == 0 {
			if means[c] == means[c] || variances[c] == variances[c] {
				t.Errorf("mean %v and variance %v of nothing, want NaN", means[c], variances[c])
			}
			continue
		}
		var mean, variance float64
		n := float64(len(x) / channels)
		for i := c; i < len(x); i += channels {
			mean += float64(x[i]) / n
		}
		for i := c; i < len(x); i += channels {
			variance += (float64(x[i]) - mean) * (float64(x[i]) - mean) / n
		}
		if d := math.Abs(float64(means[c]) - mean); !(d <= 2.4e-7*math.Abs(mean)+2e-7*math.Sqrt(variance)) {
			t.Fatalf("the mean of channel %d is %v, want %v", c, means[c], mean)
		}
		if d := math.Abs(float64(variances[c]) - variance); !(d <= 2e-6*variance+1e-14*mean*mean) {
			t.Fatalf("the variance of channel %d is %v, want %v", c, variances[c], variance)
		}
	}
}

// TestOtherSquaresAreNoMoments keeps sums that look alike from becoming squared
// deviations, and compares them with the reference.
func TestOtherSquaresAreNoMoments(t *testing.T) {
	vector := func(b *blocks) *graph.Node { return b.weight(0, 1, 6) }
	for name, build := range map[string]func(b *blocks, x *graph.Node) *graph.Node{
		"a given mean": func(b *blocks, x *graph.Node) *graph.Node { return x.Sub(vector(b)).Square().ReduceSum(0, 1, 2) },
		"another divisor": func(_ *blocks, x *graph.Node) *graph.Node {
			return x.Sub(x.ReduceSum(0, 1, 2).Scale(0.01)).Square().ReduceSum(0, 1, 2)
		},
		"a wrong count": func(_ *blocks, x *graph.Node) *graph.Node {
			return x.Sub(x.ReduceSum(0, 1, 2).Div(x.CountAlong(0, 1))).Square().ReduceSum(0, 1, 2)
		},
		"other pictures": func(b *blocks, x *graph.Node) *graph.Node {
			return x.Sub(b.pictures(4, 6).ReduceMean(0, 1, 2)).Square().ReduceSum(0, 1, 2)
		},
		"the largest": func(_ *blocks, x *graph.Node) *graph.Node {
			return x.Sub(x.ReduceMean(0, 1, 2)).Square().ReduceMax(0, 1, 2)
		},
		"not squared": func(b *blocks, x *graph.Node) *graph.Node {
			return x.Sub(x.ReduceMean(0, 1, 2)).Mul(x.Sub(vector(b))).ReduceSum(0, 1, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBlocks()
			x := b.pictures(4, 6)
			p := &graph.Program{Inputs: []*graph.Node{x}, Outputs: []*graph.Node{build(b, x)}}
			for _, n := range p.Nodes() {
				if _, ok := n.Operation().(graph.Parameter); ok && n != x {
					p.Inputs = append(p.Inputs, n)
				}
			}
			oracle := &session{state: reference.New().NewState(), inputs: tensors(t, p.Inputs, 3), outputs: tensors(t, p.Outputs, 3), samples: 3}
			var err error
			if oracle.executable, err = reference.New().Compile(context.Background(), p, 3); err != nil {
				t.Fatal(err)
			}
			s := open(t, Options{Threads: 2}, p, 3)
			for _, one := range []*session{oracle, s} {
				b.fill(t, one)
				one.run(t)
			}
			if steps := strings.Join(described(s.executable.(*executable)), ", "); strings.Contains(steps, "squared_deviations") {
				t.Errorf("the steps are %s", steps)
			}
			closeTo(t, s.outputs[0].Float32s(), oracle.outputs[0].Float32s())
		})
	}
}
