package lince

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/initializers"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
	"github.com/lince-ml/lince/metrics"
	"github.com/lince-ml/lince/regularizers"
	"github.com/lince-ml/lince/tensor"
)

func TestEvaluateByHand(t *testing.T) {
	m := compiled(t, small(t), Training{Metrics: []metrics.Metric{metrics.Accuracy{}, metrics.Precision{}}})
	source := halves(t, 10)
	p := must[[]*tensor.Tensor](t)(m.Predict(t.Context(), source))[0].Float32s()
	var loss, right, positive, found float64
	for i, x := range p {
		truth := i%2 == 1
		chosen := float64(x)
		if !truth {
			chosen = 1 - chosen
		}
		loss -= math.Log(chosen) / float64(len(p))
		if x > 0.5 {
			found++
		}
		if truth && x > 0.5 {
			positive++
		}
		if truth == (x > 0.5) {
			right++
		}
	}
	logs := must[Logs](t)(m.Evaluate(t.Context(), source))
	for name, want := range map[string]float64{"loss": loss, "accuracy": right / 10, "precision": positive / math.Max(found, 1)} {
		got, ok := logs.Get(name)
		if !ok || math.Abs(got-want) > 1e-6 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	again := must[Logs](t)(m.Evaluate(t.Context(), source))
	if !slices.Equal(logs, again) {
		t.Errorf("evaluating again gives %v after %v", again, logs)
	}
	if _, ok := logs.Get("recall"); ok {
		t.Error("a metric is there that was not asked for")
	}
}

// The penalties of weights are part of the loss, in evaluation too, as Keras'.
func TestEvaluateCountsPenalties(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{1}}, layers.Dense{
		Units: 1, KernelInitializer: initializers.Constant{Value: 3}, KernelRegularizer: regularizers.L2{Factor: 0.5},
	}))
	compiled(t, m, Training{Loss: losses.MeanAbsoluteError{}})
	loss, _ := must[Logs](t)(m.Evaluate(t.Context(), line(t, 2, 0, 0, 0))).Get("loss")
	near(t, "the loss", loss, 3*2+0.5*9)
}

func TestEvaluateRefuses(t *testing.T) {
	m := still(t, Training{})
	source := line(t, 2, 0, 0, 0)
	_, err := m.Evaluate(t.Context(), nil)
	errorHas(t, err, "no source")
	_, err = m.Evaluate(t.Context(), batchesFrom{source.Spec(), nil})
	errorHas(t, err, "no samples")
	_, err = m.Evaluate(t.Context(), batchesFrom{source.Spec(), []*data.Batch{{}}})
	errorHas(t, err, "without inputs")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = m.Evaluate(ctx, source); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	_, err = m.Predict(t.Context(), nil)
	errorHas(t, err, "no source")
	_, err = m.Predict(t.Context(), batchesFrom{source.Spec(), nil})
	errorHas(t, err, "no samples")
}

func TestPredictKeepsOrder(t *testing.T) {
	m := still(t, Training{})
	out := must[[]*tensor.Tensor](t)(m.Predict(t.Context(), line(t, 2, 0, 0, 0, 0, 0)))
	if len(out) != 1 || !out[0].Shape().Equal(tensor.Shape{5, 1}) || !slices.Equal(out[0].Float32s(), []float32{1, 2, 3, 4, 5}) {
		t.Errorf("predicted %v %v", out, out[0].Float32s())
	}
}

func TestPredictSeveralOutputs(t *testing.T) {
	x := layers.NewInput(layers.Input{Shape: []int{1}})
	m := must[*Model](t)(NewModel(Inputs(x), Outputs(layers.Apply(layers.Rescaling{Scale: 2}, x), layers.Apply(layers.Concatenate{}, x, x))))
	out := must[[]*tensor.Tensor](t)(m.Predict(t.Context(), line(t, 2, 0, 0, 0)))
	if !slices.Equal(out[0].Float32s(), []float32{2, 4, 6}) || !slices.Equal(out[1].Float32s(), []float32{1, 1, 2, 2, 3, 3}) {
		t.Errorf("predicted %v and %v", out[0].Float32s(), out[1].Float32s())
	}
}

// A batch larger than those before it, or with bytes in place of floats, is
// predicted as its samples are one by one; so is none.
func TestPredictBatchesOfAllSizes(t *testing.T) {
	m := small(t)
	x := drawn(t, 2, 6, 8, 8, 3)
	var want []float32
	for i := range 6 {
		out := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), must[*tensor.Tensor](t)(x.Rows(i, i+1))))
		want = append(want, out[0].Float32s()...)
	}
	for _, n := range []int{2, 6, 1, 0, 5} {
		out := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), must[*tensor.Tensor](t)(x.Rows(0, n))))
		if !out[0].Shape().Equal(tensor.Shape{n, 1}) {
			t.Errorf("%d samples: the output is %v", n, out[0])
		}
		for i, got := range out[0].Float32s() {
			near(t, "a prediction", float64(got), float64(want[i]))
		}
	}
	bytes := must[*tensor.Tensor](t)(tensor.New(tensor.Uint8, 1, 8, 8, 3))
	zeros := must[*tensor.Tensor](t)(tensor.New(tensor.Float32, 1, 8, 8, 3))
	a, b := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), bytes)), must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), zeros))
	if a[0].Float32s()[0] != b[0].Float32s()[0] {
		t.Errorf("bytes give %v, the same floats %v", a[0].Float32s(), b[0].Float32s())
	}
}

func TestPredictConcurrently(t *testing.T) {
	m := small(t)
	x := drawn(t, 2, 8, 8, 8, 3)
	want := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))[0].Float32s()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 6 {
				n := 1 + (worker+2*i)%8
				rows, err := x.Rows(0, n)
				if err != nil {
					t.Error(err)
					return
				}
				out, err := m.PredictOnBatch(t.Context(), rows)
				if err != nil {
					t.Error(err)
					return
				}
				for k, got := range out[0].Float32s() {
					if math.Abs(float64(got-want[k])) > 1e-6 {
						t.Errorf("%d samples at once with others: %v, alone %v", n, got, want[k])
					}
				}
			}
		})
	}
	all.Wait()
}

// Predicting again and again holds no more memory.
func TestPredictDoesNotGrow(t *testing.T) {
	m := small(t)
	x := drawn(t, 2, 4, 8, 8, 3)
	held := func(calls int) int64 {
		for range calls {
			must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
		}
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before := held(30)
	if after := held(300); after > before+64<<10 {
		t.Errorf("300 calls hold %d bytes more", after-before)
	}
}

// A model for pictures of any size keeps the programs for some sizes alone.
func TestProgramsAreBounded(t *testing.T) {
	m := must[*Model](t)(Sequential(layers.Input{Shape: []int{-1, -1, 1}}, layers.GlobalMaxPooling2D{}))
	for size := range 3 * keptPrograms {
		x := drawn(t, 1, 1, size+1, 2, 1)
		out := must[[]*tensor.Tensor](t)(m.PredictOnBatch(t.Context(), x))
		if want := slices.Max(x.Float32s()); out[0].Float32s()[0] != want {
			t.Errorf("height %d: %v, want %v", size+1, out[0].Float32s(), want)
		}
	}
	if len(m.compiled) != keptPrograms {
		t.Errorf("%d programs are kept, want %d", len(m.compiled), keptPrograms)
	}
}
