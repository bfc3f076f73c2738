package backendtest

import (
	"fmt"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// testRandomWindows slides windows of random size, stride, dilation, padding
// and grouping, alone and with what engines fuse into a convolution.
func testRandomWindows(t *testing.T, b backend.Backend) {
	for seed := range uint64(80) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			instance, err := randomWindow(seed).Instantiate(tensor.Float32)
			if err != nil {
				t.Fatal(err)
			}
			check(t, b, instance, Tolerance{})
		})
	}
}

// randomWindow returns a convolution, its gradients, and pooling over one
// window; all exact.
func randomWindow(seed uint64) Case {
	s := random.NewStream(seed, 2)
	upTo := func(n int) int { return 1 + s.Intn(n) }
	groups := upTo(4)
	inner, outer := upTo(7), upTo(9)
	if s.Intn(3) == 0 {
		inner, outer, groups = 1, upTo(2), upTo(20) // depthwise
	}
	w := graph.Window{Size: [2]int{upTo(4), upTo(4)}, Stride: [2]int{upTo(3), upTo(3)}, Dilation: [2]int{upTo(2), upTo(2)}}
	var extent [2]int
	for i := range extent {
		w.Padding[i] = [2]int{s.Intn(3), s.Intn(3)}
		reach := (w.Size[i]-1)*w.Dilation[i] + 1
		extent[i] = max(upTo(10), reach-w.Padding[i][0]-w.Padding[i][1], 1)
	}
	op := graph.Convolution{Window: w, Groups: groups}
	return Case{Name: fmt.Sprint("random window ", seed), Build: func(in *Inputs) []*graph.Node {
		x := in.Float(small, batch, extent[0], extent[1], inner*groups)
		kernel := in.Float(Whole(-2, 2), w.Size[0], w.Size[1], inner, outer*groups)
		y := graph.Convolve(op, x, kernel)
		upstream := in.Float(small, y.Shape()...)
		activated := y.Add(in.Float(small, outer*groups)).Add(upstream).ReLU()
		pooled := x.ReduceWindow(graph.Largest, w)
		return []*graph.Node{
			y, activated,
			graph.Apply(graph.ConvolutionInput{Convolution: op, Height: extent[0], Width: extent[1]}, upstream, kernel),
			graph.Apply(graph.ConvolutionFilter{Convolution: op}, x, upstream),
			pooled, x.ReduceWindow(graph.Sum, w),
			graph.Apply(graph.SelectAndScatter{Window: w}, x, in.Float(small, pooled.Shape()...)),
		}
	}}
}
