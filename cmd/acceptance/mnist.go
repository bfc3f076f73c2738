package main

import (
	"context"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/optimizers"
)

// The recipe: Adam, its rate falling as half a wave of the cosine to nothing.
const (
	mnistEpochs = 12
	mnistBatch  = 64
	mnistRate   = 2e-3
)

// measureMNIST trains LeNet-5 on the training digits and evaluates it once,
// at the end, on the test digits.
func measureMNIST(ctx context.Context, s *session) (*result, error) {
	folder, err := s.dataPath("mnist")
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	training, test, err := images.FromIDX(folder)
	if err != nil {
		return nil, err
	}
	generator := images.Generator{Rescale: 1.0 / 255}
	train, err := generator.Flow(training, images.Flow{BatchSize: mnistBatch, Seed: 1})
	if err != nil {
		return nil, err
	}
	judge, err := generator.Flow(test, images.Flow{BatchSize: 200, NoShuffle: true})
	if err != nil {
		return nil, err
	}
	engine, err := cpu.New(cpu.Options{Threads: 2})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	epochs := s.fewer(mnistEpochs, 1)
	schedule := optimizers.CosineDecay{InitialLearningRate: mnistRate, DecaySteps: epochs * train.Spec().Batches()}
	model, err := compiled(applications.LeNet5(28, 28, 1, 10), 10, optimizers.Adam{Schedule: schedule}, 1, engine)
	if err != nil {
		return nil, err
	}
	if _, err := model.Fit(ctx, train, lince.Fit{Epochs: epochs, Callbacks: []lince.Callback{callbacks.Progress{Writer: s.out}}}); err != nil {
		return nil, err
	}
	logs, err := model.Evaluate(ctx, judge)
	if err != nil {
		return nil, err
	}
	right, _ := logs.Get("accuracy")
	r := &result{}
	r.atLeast("accuracy on the 10,000 test digits", 100*right, 99.0, "%")
	r.below("time, reading and evaluation included", time.Since(begun).Minutes(), 5, "minutes")
	r.note("LeNet-5, 2 threads, Adam, batch %d, %d epochs, learning rate %g falling to 0 along a cosine, seed 1; the test digits are looked at once, after the last epoch.", mnistBatch, epochs, mnistRate)
	return r, nil
}
