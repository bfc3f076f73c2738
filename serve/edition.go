package serve

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/serve/internal/batching"
	"github.com/lince-ml/lince/tensor"
)

// port is an input or an output of a model: its name, and the shape and the
// number of the values of one sample.
type port struct {
	name   string
	shape  tensor.Shape
	length int
}

// edition is a model as it was read from its file once, warm and ready. A
// changed file makes another edition.
type edition struct {
	name    string
	number  int // from 1
	loaded  time.Time
	classes []string

	model *lince.Model
	// single is the same network, planned for one sample: what a run costs
	// depends on how many samples it is planned for.
	single         *lince.Model
	preprocessing  *images.Preprocessing // nil if the model takes no pictures
	inputs         []port
	outputs        []port
	batcher        *batching.Batcher
	stage          [][]float32 // per input, the samples of a run
	meters         *meters
	explanations   explanations
	users          sync.WaitGroup
	classification bool
}

func (e *edition) version() string { return strconv.Itoa(e.number) }

// newEdition makes a loaded model ready: it is compiled, run once, and knows
// the shapes of its outputs.
func newEdition(ctx context.Context, o Options, name string, number int, model *lince.Model, m *meters) (*edition, error) {
	e := &edition{
		name: name, number: number, loaded: time.Now(), model: model, classes: model.Classes, preprocessing: model.Preprocessing,
		meters: m, explanations: newExplanations(o.Explain),
	}
	if err := e.describeInputs(); err != nil {
		return nil, err
	}
	single, err := lince.NewModel(model.Inputs(), model.Outputs())
	if err != nil {
		return nil, err
	}
	e.single = single
	if err := e.warm(ctx, o.BatchSize); err != nil {
		return nil, errors.Join(err, single.Close())
	}
	e.batcher = batching.New(batching.Options{Size: o.BatchSize, Delay: o.BatchDelay, Capacity: o.Limits.Queue, Gather: e.gather, Run: e.run})
	return e, nil
}

// describeInputs finds the shapes of the inputs: the preprocessed picture's,
// or those that the network declares.
func (e *edition) describeInputs() error {
	inputs := e.model.Inputs()
	if e.preprocessing != nil {
		if err := e.preprocessing.Validate(); err != nil {
			return err
		}
		if len(inputs) != 1 {
			return fmt.Errorf("the model has %d inputs, but its preprocessing is for a single one", len(inputs))
		}
	}
	for _, value := range inputs {
		declared, _ := value.Instance().Layer().(layers.Input)
		shape := tensor.Shape(declared.Shape)
		if e.preprocessing != nil {
			shape = e.preprocessing.Shape()
		}
		length, err := shape.Elements()
		if err != nil || len(shape) == 0 || length < 1 {
			return fmt.Errorf("the input %q has the shape %v, expected one that is known", value.Instance().Name(), shape)
		}
		e.inputs = append(e.inputs, port{value.Instance().Name(), shape, length})
	}
	return nil
}

// warm runs the network on zeros, which compiles it for one sample and for as
// many as a run may have.
func (e *edition) warm(ctx context.Context, batch int) error {
	e.stage = make([][]float32, len(e.inputs))
	for i, input := range e.inputs {
		e.stage[i] = make([]float32, batch*input.length)
	}
	for _, samples := range []int{1, batch} {
		outputs, err := e.compute(ctx, e.stage, samples)
		if err != nil {
			return err
		}
		e.outputs = e.outputs[:0]
		for i, output := range outputs {
			shape := output.Shape()[1:]
			length, err := shape.Elements()
			if err != nil {
				return err
			}
			e.outputs = append(e.outputs, port{e.model.Outputs()[i].Instance().Name(), shape.Clone(), length})
		}
	}
	e.classification = len(e.outputs) == 1 && len(e.outputs[0].shape) == 1 && e.outputs[0].length > 0
	if classes := max(2, e.outputs[0].length); e.classification && e.classes != nil && len(e.classes) != classes {
		return fmt.Errorf("the model tells %d classes apart, but has the names of %d", classes, len(e.classes))
	}
	return nil
}

// compute returns the outputs for samples whose values lie one after another,
// a slice per input.
func (e *edition) compute(ctx context.Context, values [][]float32, samples int) ([]*tensor.Tensor, error) {
	inputs := make([]*tensor.Tensor, len(e.inputs))
	for i, input := range e.inputs {
		var err error
		if inputs[i], err = tensor.Of(values[i][:samples*input.length], append(tensor.Shape{samples}, input.shape...)...); err != nil {
			return nil, err
		}
	}
	model := e.model
	if samples == 1 {
		model = e.single
	}
	return model.PredictOnBatch(ctx, inputs...)
}

// close ends the edition once nobody uses it any more.
func (e *edition) close(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		e.users.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	return errors.Join(e.batcher.Close(ctx), e.explanations.close(ctx), e.single.Close(), e.model.Close())
}
