package plot

import (
	"math"
	"math/rand/v2"
	"testing"
)

// losses returns the curves of n epochs from two functions of the epoch with
// normal noise of the given deviation on both.
func losses(n int, seed uint64, deviation float64, training, validation func(e float64) float64) Curves {
	r := rand.New(rand.NewPCG(seed, 1))
	c := Curves{Series: map[string][]float64{}}
	for e := range n {
		c.Epochs = append(c.Epochs, e)
		c.Series["loss"] = append(c.Series["loss"], training(float64(e))+deviation/2*r.NormFloat64())
		c.Series["val_loss"] = append(c.Series["val_loss"], validation(float64(e))+deviation*r.NormFloat64())
	}
	return c
}

func falling(e float64) float64 { return 0.05 + 0.65*math.Exp(-e/8) }
func level(e float64) float64   { return 0.4 + 0.3*math.Exp(-e/2) }

// valley is lowest at epoch 8 and 0.2 higher at epoch 29.
func valley(e float64) float64 {
	if e < 8 {
		return 0.4 + 0.3*(1-e/8)*(1-e/8)
	}
	return 0.4 + 0.2*(e-8)/21
}

func TestOverfitting(t *testing.T) {
	series := func(loss, held []float64) Curves {
		c := Curves{Series: map[string][]float64{"loss": loss, "val_loss": held}}
		for e := range loss {
			c.Epochs = append(c.Epochs, e+10)
		}
		return c
	}
	nan := math.NaN()
	tests := []struct {
		name   string
		curves Curves
		epoch  int
		ok     bool
	}{
		{"valley", losses(30, 0, 0, falling, valley), 8, true},
		{"both fall", losses(30, 0, 0, falling, falling), 0, false},
		{"levels off", losses(30, 0, 0, falling, level), 0, false},
		{"both rise", losses(30, 0, 0, valley, valley), 0, false},
		{"numbers of a resumed run", series([]float64{5, 4, 3, 2}, []float64{5, 4, 4.5, 5}), 11, true},
		{"a single bad epoch at the end", series([]float64{5, 4, 3, 2, 1}, []float64{5, 4, 3, 2, 4}), 0, false},
		{"a rise of half a percent", series([]float64{5, 4, 3, 2}, []float64{5, 4, 4.02, 4.02}), 0, false},
		{"rise from the first epoch", series([]float64{5, 4, 3, 2}, []float64{4, 5, 6, 7}), 10, true},
		{"dip and return", series([]float64{9, 8, 7, 6, 5, 4, 3, 2}, []float64{9, 8, 4, 8, 7, 6, 5, 4.02}), 0, false},
		{"validated every second epoch", series([]float64{9, 8, 7, 6, 5, 4, 3, 2}, []float64{nan, 6, nan, 4, nan, 5, nan, 6}), 13, true},
		{"infinite", series([]float64{5, 4, 3}, []float64{math.Inf(1), nan, 3}), 0, false},
		{"two epochs", series([]float64{5, 4}, []float64{1, 2}), 0, false},
		{"no validation", Curves{Epochs: []int{0, 1, 2}, Series: map[string][]float64{"loss": {3, 2, 1}}}, 0, false},
		{"nothing", Curves{}, 0, false},
	}
	for _, test := range tests {
		if epoch, ok := Overfitting(test.curves); epoch != test.epoch || ok != test.ok {
			t.Errorf("%s: epoch %d %v, want %d %v", test.name, epoch, ok, test.epoch, test.ok)
		}
	}
}

// The rule tolerates noise: over 500 noisy runs it misses hardly any
// overfitting and sees hardly any where there is none.
func TestOverfittingInNoise(t *testing.T) {
	const runs = 500
	for _, deviation := range []float64{0.01, 0.02, 0.03} {
		found, early, alarms := 0, 0, 0
		for seed := range uint64(runs) {
			if epoch, ok := Overfitting(losses(30, seed, deviation, falling, valley)); ok {
				found++
				if epoch < 4 || epoch > 16 {
					early++
				}
			}
			if _, ok := Overfitting(losses(30, seed, deviation, falling, level)); ok {
				alarms++
			}
		}
		t.Logf("noise %g: %d of %d found, %d far off, %d false alarms", deviation, found, runs, early, alarms)
		if found < runs*98/100 || early > runs*2/100 || alarms > runs*2/100 {
			t.Errorf("noise %g: %d of %d found, %d far off, %d false alarms", deviation, found, runs, early, alarms)
		}
	}
}
