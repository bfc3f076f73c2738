package lince

import (
	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/tensor"
)

// Log is a measured value: loss, accuracy, val_loss.
type Log struct {
	Name  string
	Value float64
}

// Logs are the values measured in an epoch, in a fixed order.
type Logs []Log

// Get returns the value of a name and whether it was measured.
func (l Logs) Get(name string) (float64, bool) {
	for _, log := range l {
		if log.Name == name {
			return log.Value, true
		}
	}
	return 0, false
}

// lossMeter averages the loss of the batches, each counted by its samples, as
// Keras reports it. As target it is given the loss itself.
type lossMeter struct{}

func (lossMeter) Object() config.Object { return config.Object{Class: "Mean"} }
func (lossMeter) Name() string          { return "loss" }

func (lossMeter) Update(a *metrics.Accumulators, loss, prediction, _ *graph.Node) error {
	samples := prediction.DimensionSize(0)
	a.Add("total", loss.Mul(samples))
	a.Add("count", samples)
	return nil
}

func (lossMeter) Result(sums metrics.Sums) float64 {
	return float64(sums["total"][0]) / float64(sums["count"][0])
}

// reset zeroes the accumulators.
func (p *program) reset(state backend.State) error {
	for _, v := range p.accumulators {
		zero, err := tensor.New(v.Type.DType, v.Type.Shape...)
		if err != nil {
			return err
		}
		if err := state.Write(v, zero); err != nil {
			return err
		}
	}
	return nil
}

// logs works the loss and the metrics out of their accumulators.
func (p *program) logs(state backend.State) (Logs, error) {
	logs := make(Logs, 0, len(p.meters))
	for _, m := range p.meters {
		sums := metrics.Sums{}
		for name, v := range m.variables {
			value, err := tensor.New(v.Type.DType, v.Type.Shape...)
			if err != nil {
				return nil, err
			}
			if err := state.Read(v, value); err != nil {
				return nil, err
			}
			sums[name] = value.Float32s()
		}
		logs = append(logs, Log{m.name, m.metric.Result(sums)})
	}
	return logs, nil
}
