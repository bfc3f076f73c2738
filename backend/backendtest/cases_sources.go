package backendtest

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

func sourceCases() []Case {
	return []Case{
		{Name: "parameter/as it is", Build: func(in *Inputs) []*graph.Node {
			x := in.Float(small, batch, 3)
			return []*graph.Node{x, x, in.Of(tensor.Int32, small, 2), in.Of(tensor.Bool, Whole(0, 1), batch), in.Of(tensor.Uint8, Whole(0, 255), batch, 2)}
		}},
		{Name: "parameter/unused", Build: func(in *Inputs) []*graph.Node {
			in.Float(small, batch, 3)
			return []*graph.Node{in.Float(small, 2).Neg()}
		}},
		{Name: "constant/types", NoGradient: true, Build: func(in *Inputs) []*graph.Node {
			floats, _ := tensor.Of([]float32{1, -2, 3.5, 0, 1e-30, -7}, 2, 3)
			ints, _ := tensor.Of([]int32{1 << 30, -5}, 2)
			bools, _ := tensor.Of([]bool{true, false, true}, 3)
			bytes, _ := tensor.Of([]uint8{0, 255}, 2, 1)
			none, _ := tensor.New(tensor.Float32, 3, 0)
			x := in.Graph.Constant(floats)
			return []*graph.Node{x, x.Neg(), in.Graph.Constant(ints), in.Graph.Constant(bools), in.Graph.Constant(bytes), in.Graph.Constant(none),
				in.Graph.Scalar(tensor.Float32, 0.1), in.Float(small, batch, 1, 3).Add(in.Graph.Constant(floats).Convert(in.float))}
		}},
		{Name: "iota/axes", Build: func(in *Inputs) []*graph.Node {
			g := in.Graph
			return []*graph.Node{
				g.Iota(tensor.Float32, 0, batch), g.Iota(tensor.Float32, 1, batch, 7), g.Iota(tensor.Int32, 0, 5, 2), g.Iota(tensor.Int32, 2, 2, batch, 3, 2),
				g.Iota(tensor.Float32, 1, 2, 0), in.Of(tensor.Int32, Whole(0, 4), batch, 1).Compare(graph.Equal, g.Iota(tensor.Int32, 0, 5)),
			}
		}},
		{Name: "get_dimension_size/axes", Build: func(in *Inputs) []*graph.Node {
			x := in.Float(small, batch, 7, 0)
			return []*graph.Node{x.DimensionSize(0), x.DimensionSize(1), x.DimensionSize(2), x.CountAlong(0, 1), x.DimensionSize(0).Scale(2)}
		}},
		randomCase("whole pictures", 0xfedcba9876543210, [][]int{{batch, 4, 5, 3}, {batch, 17}, {batch}, {batch, 1}}),
		randomCase("one row", 7, [][]int{{}, {3}, {4, 5}, {2, 0}, {67}}),
	}
}

func randomCase(name string, stream uint64, shapes [][]int) Case {
	return Case{Name: "random_uniform/" + name, Build: func(in *Inputs) []*graph.Node {
		var outputs []*graph.Node
		for i, key := range [][]float64{{0, 0, 0, 0}, {1, 2, 3, 4}, {1<<32 - 1, 1 << 31, 12345, 1<<32 - 2}} {
			k := in.Of(tensor.Uint32, These(key...), 4)
			for _, shape := range shapes {
				outputs = append(outputs, k.RandomUniform(stream+uint64(i), shape...))
			}
		}
		return outputs
	}}
}

func rowCases() []Case {
	var cases []Case
	for _, c := range []struct{ rows, picks, channels int }{{1, 1, 1}, {5, 9, 3}, {4, 4, 17}, {3, 0, 2}, {2, 6, 0}} {
		cases = append(cases, Case{Name: fmt.Sprintf("gather and scatter/%d rows %d picks %d channels", c.rows, c.picks, c.channels),
			Build: func(in *Inputs) []*graph.Node {
				values := in.Float(small, batch, c.rows, c.channels)
				numbers := in.Of(tensor.Int32, Whole(-2, c.rows+2), batch, c.picks)
				picked := in.Float(small, batch, c.picks, c.channels)
				return []*graph.Node{values.GatherRows(numbers), graph.Apply(graph.ScatterRows{Rows: c.rows}, picked, numbers)}
			}})
	}
	return cases
}
