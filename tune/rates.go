package tune

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/data"
)

// RateTest is a learning-rate range test (Smith, Cyclical Learning Rates for
// Training Neural Networks, 2017; fastai's lr_find): it trains with a rate
// that grows from step to step until the loss breaks away.
type RateTest struct {
	// From and To bound the rate; 1e-7 and 10 when 0.
	From, To float64
	// Steps is the number of batches; 100 when 0.
	Steps int
	// Breakaway ends the test when the smoothed loss is so many times the
	// least; 4 when 0.
	Breakaway float64
}

// RateCurve is what a range test came to.
type RateCurve struct {
	// Rates are the learning rates, Losses the loss of the batch at each,
	// smoothed as fastai does: a mean over the batches so far that forgets
	// 2 % of them with each.
	Rates, Losses []float64
}

// smoothing is how much of the mean remains with each batch.
const smoothing = 0.98

// Run compiles the model with the training's settings and tests rates on the
// source's batches. Then the model is as it was before, compiled anew.
func (t RateTest) Run(ctx context.Context, model *lince.Model, training lince.Training, source data.Source) (_ *RateCurve, err error) {
	t = t.withDefaults()
	if !(t.From > 0) || !(t.From < t.To) || math.IsInf(t.To, 0) || t.Steps < 2 || !(t.Breakaway > 1) {
		return nil, fmt.Errorf("tune: rates from %v to %v in %d steps with a breakaway of %v cannot be tested, expected rising rates above 0, 2 steps or more and a breakaway above 1",
			t.From, t.To, t.Steps, t.Breakaway)
	}
	if err := model.Compile(training); err != nil {
		return nil, err
	}
	before, err := model.Snapshot()
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, model.Restore(before), model.Compile(training))
	}()
	if err := model.SetLearningRate(t.From); err != nil {
		return nil, err
	}
	curve := &RateCurve{}
	_, err = model.Fit(ctx, source, lince.Fit{Epochs: t.Steps, Callbacks: []lince.Callback{rising{t, curve}}})
	if err != nil {
		return nil, err
	}
	if len(curve.Rates) < 2 {
		return nil, fmt.Errorf("tune: the loss broke away after %d of %d steps; begin with a rate below %v", len(curve.Rates), t.Steps, t.From)
	}
	return curve, nil
}

func (t RateTest) withDefaults() RateTest {
	if t.From == 0 {
		t.From = 1e-7
	}
	if t.To == 0 {
		t.To = 10
	}
	if t.Steps == 0 {
		t.Steps = 100
	}
	if t.Breakaway == 0 {
		t.Breakaway = 4
	}
	return t
}

// rate returns the learning rate of a step.
func (t RateTest) rate(step int) float64 {
	return t.From * math.Pow(t.To/t.From, float64(step)/float64(t.Steps-1))
}

// rising raises the learning rate after every batch.
type rising struct {
	test  RateTest
	curve *RateCurve
}

// Observe implements lince.Callback.
func (r rising) Observe(run *lince.Run) (lince.Observer, error) {
	return &climb{test: r.test, curve: r.curve, run: run, least: math.Inf(1)}, nil
}

// climb is a range test while it goes on.
type climb struct {
	lince.Idle
	test  RateTest
	curve *RateCurve
	run   *lince.Run
	// sum is that of the losses of the epoch's samples so far.
	sum           float64
	seen, earlier int
	mean, least   float64
}

// EpochBegin begins the running averages anew.
func (c *climb) EpochBegin(int) error {
	c.sum, c.earlier = 0, c.run.Samples()
	c.seen = c.earlier
	return nil
}

// BatchEnd takes down the batch's loss and sets the next rate.
func (c *climb) BatchEnd(int) error {
	loss, err := c.batchLoss()
	if err != nil {
		return err
	}
	step := len(c.curve.Rates)
	c.mean = smoothing*c.mean + (1-smoothing)*loss
	smooth := c.mean / (1 - math.Pow(smoothing, float64(step+1)))
	if math.IsNaN(smooth) || math.IsInf(smooth, 0) || smooth > c.test.Breakaway*c.least {
		c.run.Stop("the loss broke away")
		return nil
	}
	c.least = min(c.least, smooth)
	c.curve.Rates = append(c.curve.Rates, c.test.rate(step))
	c.curve.Losses = append(c.curve.Losses, smooth)
	if step+1 == c.test.Steps {
		c.run.Stop("all rates are tested")
		return nil
	}
	return c.run.Model().SetLearningRate(c.test.rate(step + 1))
}

// batchLoss returns the mean loss of the last batch: by how much it moved
// that of the epoch.
func (c *climb) batchLoss() (float64, error) {
	logs, err := c.run.Logs()
	if err != nil {
		return 0, err
	}
	mean, _ := logs.Get("loss")
	samples := c.run.Samples()
	sum := mean * float64(samples-c.earlier)
	loss := (sum - c.sum) / float64(samples-c.seen)
	c.sum, c.seen = sum, samples
	return loss, nil
}

// Valley returns the rate two thirds down the longest descent of the losses,
// fastai's suggestion: high enough to learn fast, well before the loss breaks
// away. It is 0 when the losses never fall.
func (c *RateCurve) Valley() float64 {
	lengths := make([]int, len(c.Losses)) // of the longest falling sequence that ends here
	end := 0
	for i, loss := range c.Losses {
		lengths[i] = 1
		for j, earlier := range c.Losses[:i] {
			if loss < earlier {
				lengths[i] = max(lengths[i], lengths[j]+1)
			}
		}
		if lengths[i] > lengths[end] {
			end = i
		}
	}
	if len(lengths) == 0 || lengths[end] < 2 {
		return 0
	}
	begin := end - lengths[end]
	third := float64(lengths[end]) / 3
	return c.Rates[max(0, begin+int(third)+int(third/2))]
}

// TenthOfLeast returns a tenth of the rate with the least loss, the rule of
// thumb of many courses.
func (c *RateCurve) TenthOfLeast() float64 {
	least := 0
	for i, loss := range c.Losses {
		if loss < c.Losses[least] {
			least = i
		}
	}
	return c.Rates[least] / 10
}
