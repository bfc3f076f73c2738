package layers

import (
	"fmt"

	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

// Build is one construction of a model's computation: for training or for
// inference. It gathers what layers leave beside their results.
type Build struct {
	// Graph receives the nodes.
	Graph *graph.Graph
	// Training is whether dropout drops and batch norm uses its batch.
	Training bool
	// Key is the random key (see graph.RandomUniform); nil when inferring.
	Key *graph.Node
	// Observe, if set, is told of every layer when its computation is built: its
	// path, as Context.Path, and its results. Layers within a model come before it.
	Observe func(path string, results []*graph.Node)

	updates []*graph.Variable
	current map[*graph.Variable]*graph.Node
	losses  []*graph.Node
	priced  map[*graph.Variable]bool
}

// Updates returns the new values of variables that layers asked for, in order.
func (b *Build) Updates() []graph.Update {
	updates := make([]graph.Update, len(b.updates))
	for i, v := range b.updates {
		updates[i] = graph.Update{Variable: v, Value: b.current[v]}
	}
	return updates
}

// Losses returns the scalars that layers add to the loss.
func (b *Build) Losses() []*graph.Node { return b.losses }

// Call builds an instance's computation on inputs.
func (b *Build) Call(i *Instance, inputs ...*graph.Node) (*graph.Node, error) {
	results, err := b.call(i, &Context{}, "", inputs)
	return single(i, results, err)
}

// call builds an instance's computation with a context that it completes.
func (b *Build) call(i *Instance, c *Context, parent string, inputs []*graph.Node) ([]*graph.Node, error) {
	name := i.name
	if name == "" {
		name = i.BaseName()
	}
	defer b.Graph.Enter(name)()
	c.build, c.instance, c.path = b, i, parent+name
	results, err := b.results(i, c, inputs)
	if err == nil && b.Observe != nil {
		b.Observe(c.path, results)
	}
	return results, err
}

func (b *Build) results(i *Instance, c *Context, inputs []*graph.Node) ([]*graph.Node, error) {
	if composite, ok := i.layer.(Composite); ok { // whose errors name the layer within
		return composite.Results(c, inputs...)
	}
	output, err := i.layer.Call(c, inputs...)
	if err == nil {
		err = b.Graph.Err()
	} else {
		err = fmt.Errorf("%s: %w", c.path, err)
	}
	if err != nil {
		return nil, err
	}
	return []*graph.Node{output}, nil
}

// Context is what a layer's Call is given to build its computation with.
type Context struct {
	build    *Build
	instance *Instance
	path     string
	draws    int
	// inferring is whether the layer infers even while the model trains.
	inferring bool
}

// Graph returns the graph that receives the computation, for constants.
func (c *Context) Graph() *graph.Graph { return c.build.Graph }

// Path returns the layer's place in the model: its name, with those of the
// models around it before it. It stays the same when the model is rebuilt.
func (c *Context) Path() string { return c.path }

// Training reports whether the computation is for training.
func (c *Context) Training() bool { return c.build.Training && !c.inferring }

// Trainable reports whether the layer's weights are trained; a frozen layer's
// are not, even while Training.
func (c *Context) Trainable() bool { return c.instance.Trainable() }

// Weight returns a variable that training adapts, made at the first call and
// the same one ever after. The shape has no batch.
func (c *Context) Weight(name string, shape tensor.Shape, init initializers.Initializer) *graph.Node {
	return c.variable(name, shape, init, false)
}

// Statistic returns a variable that the layer updates itself; optimisers
// leave it alone.
func (c *Context) Statistic(name string, shape tensor.Shape, init initializers.Initializer) *graph.Node {
	return c.variable(name, shape, init, true)
}

func (c *Context) variable(name string, shape tensor.Shape, init initializers.Initializer, statistic bool) *graph.Node {
	i := c.instance
	w := i.byName[name]
	if w == nil {
		if _, err := shape.Elements(); err != nil {
			return c.build.Graph.Fail(fmt.Errorf("weight %s: its shape must be known, give the layer an input of fixed size: %w", name, err))
		}
		v := &graph.Variable{Name: c.path + "/" + name, Type: graph.Type{DType: tensor.Float32, Shape: shape.Clone()}}
		w = &Weight{Variable: v, Name: name, Initializer: init, Statistic: statistic, layer: i}
		i.byName[name] = w
		i.weights = append(i.weights, w)
	}
	if !w.Variable.Type.Shape.Equal(shape) {
		return c.build.Graph.Fail(fmt.Errorf("weight %s has the shape %v, this input would need %v", name, w.Variable.Type.Shape, shape))
	}
	if value := c.build.current[w.Variable]; value != nil {
		return value
	}
	return c.build.Graph.Read(w.Variable)
}

// Update gives a variable, obtained from Statistic, its value after the step.
// A later use of the variable in the same step sees it.
func (c *Context) Update(name string, value *graph.Node) {
	w := c.instance.byName[name]
	if w == nil {
		c.build.Graph.Fail(fmt.Errorf("update of %q, which the layer has not made by Weight or Statistic", name))
		return
	}
	b := c.build
	if b.current == nil {
		b.current = map[*graph.Variable]*graph.Node{}
	}
	if b.current[w.Variable] == nil {
		b.updates = append(b.updates, w.Variable)
	}
	b.current[w.Variable] = value
}

// AddLoss adds a scalar to the loss, which training minimises and evaluation
// measures.
func (c *Context) AddLoss(value *graph.Node) { c.build.losses = append(c.build.losses, value) }

// Regularize adds the price of a weight to the loss, once per step however
// often the layer is applied. A nil regularizer adds nothing.
func (c *Context) Regularize(name string, weight *graph.Node, r regularizers.Regularizer) {
	w := c.instance.byName[name]
	if r == nil || w == nil || c.build.priced[w.Variable] {
		return
	}
	if c.build.priced == nil {
		c.build.priced = map[*graph.Variable]bool{}
	}
	c.build.priced[w.Variable] = true
	c.AddLoss(r.Penalty(weight))
}

// Uniform draws numbers from [0, 1), anew in every step. The numbers depend
// on the seed, the step, the layer's path and the sample, on nothing else. A
// shape that begins with graph.Batch draws for every sample.
func (c *Context) Uniform(shape ...int) *graph.Node {
	if c.build.Key == nil {
		return c.build.Graph.Fail(fmt.Errorf("random numbers are for training only"))
	}
	stream := random.Name(fmt.Sprintf("%s#%d", c.path, c.draws))
	c.draws++
	return c.build.Key.RandomUniform(stream, shape...)
}

// Call applies another instance inside this layer, as a nested model does.
// Its path begins with this layer's.
func (c *Context) Call(i *Instance, inputs ...*graph.Node) (*graph.Node, error) {
	results, err := c.build.call(i, &Context{inferring: c.inferring}, c.path+"/", inputs)
	return single(i, results, err)
}
