package layers

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/lince-ml/lince/backend/reference"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/internal/golden"
	"github.com/lince-ml/lince/tensor"
)

// Keras computed the golden values in float32, the reference computes in
// float64: what is allowed is a few roundings of sums of some tens of terms.
const relative, absolute = 1e-5, 1e-6

func decodeGolden(t *testing.T, class string, text golden.Config) Layer {
	t.Helper()
	var settings config.Map
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	layer, err := Decode(config.Object{Class: class, Config: settings}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

func array(a golden.Array) graph.Array { return graph.Array{Shape: a.Shape, Values: a.Values} }

func near(t *testing.T, what string, want golden.Array, got graph.Array) {
	t.Helper()
	if !got.Shape.Equal(want.Shape) {
		t.Errorf("%s has the shape %v, want %v", what, got.Shape, want.Shape)
		return
	}
	if err := golden.Near(want, got.Values, relative, absolute); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// called is a layer's computation on parameters.
type called struct {
	build    *Build
	instance *Instance
	inputs   []*graph.Node
	output   *graph.Node
	feeds    reference.Feeds
}

// call builds a layer on inputs whose first dimension is the batch.
func call(layer Layer, training bool, inputs ...graph.Array) (*called, error) {
	g := graph.New()
	c := &called{build: &Build{Graph: g, Training: training}, instance: Share(layer), feeds: reference.Feeds{}}
	if training {
		c.build.Key = g.Parameter("key", tensor.Uint32, 4)
		c.feeds[c.build.Key] = graph.Array{Shape: tensor.Shape{4}, Values: []float64{7, 0, 1, 0}}
	}
	for i, input := range inputs {
		shape := input.Shape.Clone()
		shape[0] = graph.Batch
		node := g.Parameter(fmt.Sprint("input", i), tensor.Float32, shape...)
		c.inputs = append(c.inputs, node)
		c.feeds[node] = input
	}
	return c, c.again()
}

func (c *called) again() (err error) {
	c.output, err = c.build.Call(c.instance, c.inputs...)
	return err
}

// feed gives the instance's weights values.
func (c *called) feed(values ...graph.Array) {
	for i, w := range c.instance.Weights() {
		c.feeds[c.build.Graph.Read(w.Variable)] = values[i]
	}
}

func (c *called) evaluate(nodes ...*graph.Node) ([]graph.Array, error) {
	return reference.Evaluate(c.feeds[c.inputs[0]].Shape[0], c.feeds, nodes...)
}

func TestLayersEqualKeras(t *testing.T) {
	cases, err := golden.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) { equalsKeras(t, test) })
	}
}

func equalsKeras(t *testing.T, test golden.Layer) {
	var inputs, weights []graph.Array
	for _, input := range test.Inputs {
		inputs = append(inputs, array(input))
	}
	for _, w := range test.Weights {
		weights = append(weights, array(w.Value))
	}
	c, err := call(decodeGolden(t, test.Class, test.Config), test.Training, inputs...)
	if err != nil {
		t.Fatal(err)
	}
	if frozen(t, test.Config) {
		c.instance.SetTrainable(false)
		c.build = &Build{Graph: c.build.Graph, Training: test.Training, Key: c.build.Key}
		if err := c.again(); err != nil {
			t.Fatal(err)
		}
	}
	made := c.instance.Weights()
	if len(made) != len(weights) {
		t.Fatalf("%d weights made, want %d", len(made), len(weights))
	}
	c.feed(weights...)
	upstream := c.build.Graph.Parameter("upstream", tensor.Float32, c.output.Shape()...)
	c.feeds[upstream] = array(test.Upstream)

	wanted := append([]*graph.Node{}, c.inputs...)
	for i, w := range made {
		if w.Name != test.Weights[i].Name {
			t.Errorf("weight %d is %s, want %s", i, w.Name, test.Weights[i].Name)
		}
		wanted = append(wanted, c.build.Graph.Read(w.Variable))
	}
	gradients, err := graph.Gradient(c.output.Mul(upstream).ReduceSum(c.output.AllAxes()...), wanted...)
	if err != nil {
		t.Fatal(err)
	}
	results, err := c.evaluate(append([]*graph.Node{c.output}, gradients...)...)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "output", test.Output, results[0])
	for i, want := range test.InputGradients {
		near(t, fmt.Sprint("gradient of input ", i), want, results[1+i])
	}
	for i, w := range test.Weights {
		if w.Gradient != nil {
			near(t, "gradient of "+w.Name, *w.Gradient, results[1+len(inputs)+i])
		}
	}
	updatesEqualKeras(t, c, test)
}

func frozen(t *testing.T, text golden.Config) bool {
	var common struct {
		Trainable *bool `json:"trainable"`
	}
	if err := json.Unmarshal(text, &common); err != nil {
		t.Fatal(err)
	}
	return common.Trainable != nil && !*common.Trainable
}

// updatesEqualKeras compares what the layer's statistics are after the call.
func updatesEqualKeras(t *testing.T, c *called, test golden.Layer) {
	updated := map[*graph.Variable]*graph.Node{}
	for _, update := range c.build.Updates() {
		updated[update.Variable] = update.Value
	}
	for i, w := range c.instance.Weights() {
		want := test.Weights[i].After
		if want == nil {
			continue
		}
		value := updated[w.Variable]
		if value == nil {
			value = c.build.Graph.Read(w.Variable)
		}
		after, err := c.evaluate(value)
		if err != nil {
			t.Fatal(err)
		}
		near(t, w.Name+" afterwards", *want, after[0])
	}
}

func TestAugmentationsEqualKeras(t *testing.T) {
	cases, err := golden.Augmentations()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			layer := decodeGolden(t, test.Class, test.Config)
			g := graph.New()
			feeds := reference.Feeds{}
			parameter := func(label string, values graph.Array) *graph.Node {
				node := g.Parameter(label, tensor.Float32, append([]int{graph.Batch}, values.Shape[1:]...)...)
				feeds[node] = values
				return node
			}
			drawn := func(name string) *graph.Node {
				value, ok := test.Drawn[name]
				if !ok {
					t.Fatalf("no %s drawn", name)
				}
				return parameter(name, array(value))
			}
			y := transformed(layer, parameter("x", array(test.Input)), drawn)
			if err := g.Err(); err != nil {
				t.Fatal(err)
			}
			results, err := reference.Evaluate(test.Input.Shape[0], feeds, y)
			if err != nil {
				t.Fatal(err)
			}
			// Positions in float32 are off by some 1e-7, times a span of the
			// picture's values of about 2, or 255 for colours.
			span := 1.0
			for _, value := range test.Input.Values {
				span = max(span, value)
			}
			if err := golden.Near(test.Output, results[0].Values, relative, absolute*span); err != nil {
				t.Error(err)
			}
		})
	}
}

// transformed applies what Keras drew.
func transformed(layer Layer, x *graph.Node, drawn func(string) *graph.Node) *graph.Node {
	switch l := layer.(type) {
	case RandomFlip:
		flips := drawn("flips")
		return l.flip(x, flips.Compare(graph.NotEqual, flips.Like(0)))
	case RandomRotation:
		return l.rotate(x, drawn("angle").ExpandDims(1).Scale(3.14159265358979/180))
	case RandomTranslation:
		moves := drawn("translations")
		return l.move(x, moves.SliceAxis(1, 1, 2), moves.SliceAxis(1, 0, 1))
	case RandomZoom:
		return l.zoom(x, drawn("height_zoom"), drawn("width_zoom"))
	case RandomContrast:
		return l.adjust(x, drawn("contrast_factor"))
	case RandomBrightness:
		return l.adjust(x, drawn("rgb_delta"))
	}
	return x.Graph().Fail(fmt.Errorf("no case for %T", layer))
}

// moreCase is a case of testdata/layers.json.
type moreCase struct {
	Name    string         `json:"name"`
	Class   string         `json:"class_name"`
	Config  golden.Config  `json:"config"`
	Inputs  []golden.Array `json:"inputs"`
	Weights []golden.Array `json:"weights"`
	Output  golden.Array   `json:"output"`
}

func moreCases(t testing.TB) []moreCase {
	t.Helper()
	text, err := os.ReadFile("testdata/layers.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []moreCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestMoreLayersEqualKeras(t *testing.T) {
	for _, test := range moreCases(t) {
		t.Run(test.Name, func(t *testing.T) {
			var inputs, weights []graph.Array
			for _, input := range test.Inputs {
				inputs = append(inputs, array(input))
			}
			for _, w := range test.Weights {
				weights = append(weights, array(w))
			}
			c, err := call(decodeGolden(t, test.Class, test.Config), false, inputs...)
			if err != nil {
				t.Fatal(err)
			}
			c.feed(weights...)
			results, err := c.evaluate(c.output)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "output", test.Output, results[0])
		})
	}
}
