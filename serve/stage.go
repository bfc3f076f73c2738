package serve

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/lince-ml/lince/serve/internal/batching"
)

// gather puts the samples of a run one after another. It is the batcher's, as run
// is.
func (e *edition) gather(samples []*batching.Sample) {
	if len(samples) == 1 && samples[0].Inputs != nil {
		return // run reads them where they lie
	}
	parts := min(len(samples), runtime.GOMAXPROCS(0))
	var group sync.WaitGroup // the network's threads have nothing to do yet
	for part := range parts {
		first, end := part*len(samples)/parts, (part+1)*len(samples)/parts
		if end == len(samples) {
			e.place(samples[first:], first)
			break
		}
		group.Go(func() { e.place(samples[first:end], first) })
	}
	group.Wait()
}

// place writes the values of samples to the stage, from a place on.
func (e *edition) place(samples []*batching.Sample, first int) {
	for s, sample := range samples {
		for i, input := range e.inputs {
			to := e.stage[i][(first+s)*input.length:][:input.length]
			if sample.Pixels == nil {
				copy(to, sample.Inputs[i])
			} else {
				_ = e.preprocessing.FromPixels(to, sample.Pixels) // scaling cannot fail, and the parsers check lengths
			}
		}
	}
}

// run computes the outputs of samples that are gathered.
func (e *edition) run(ctx context.Context, samples []*batching.Sample) error {
	begun := time.Now()
	values := e.stage
	if len(samples) == 1 && samples[0].Inputs != nil {
		values = samples[0].Inputs
	}
	outputs, err := e.compute(ctx, values, len(samples))
	if err != nil {
		return err
	}
	for s, sample := range samples {
		sample.Outputs = make([][]float32, len(outputs))
		for i, output := range outputs {
			width := e.outputs[i].length
			sample.Outputs[i] = output.Float32s()[s*width : (s+1)*width]
		}
	}
	e.meters.ran(e.name, len(samples), time.Since(begun))
	return nil
}
