package plot

import (
	"math"
	"slices"
)

// Overfitting returns the epoch, of c.Epochs, where overfitting begins: where
// the validation loss ("val_loss") is lowest, if it rises afterwards while the
// training loss ("loss") goes on falling.
//
// Curves are noisy, so the rise is judged by means of three neighbouring
// epochs. With e the epoch of the lowest validation loss and f the lowest mean
// of it, overfitting begins at e if
//
//   - at least two epochs follow e;
//   - the mean of the last three validation losses, and two thirds of all
//     losses after e, exceed f by more than 1 % of it;
//   - that mean exceeds f by more than 3 standard deviations of the noise;
//   - the mean of the last three training losses is below that around e.
//
// The noise is estimated from the median of |v[i] - 3v[i+1] + 3v[i+2] - v[i+3]|,
// which a valley without noise hardly raises. Epochs where either loss is missing
// (NaN) or not finite are passed over. Without both losses ok is false.
func Overfitting(c Curves) (epoch int, ok bool) {
	var training, validation []float64
	var epochs []int
	loss, held := c.Series["loss"], c.Series["val_loss"]
	for i := range min(len(c.Epochs), len(loss), len(held)) {
		if finite(loss[i]) && finite(held[i]) {
			training, validation = append(training, loss[i]), append(validation, held[i])
			epochs = append(epochs, c.Epochs[i])
		}
	}
	if len(epochs) < 3 {
		return 0, false
	}
	lowest := slices.Index(validation, slices.Min(validation))
	after := validation[lowest+1:]
	if len(after) < 2 {
		return 0, false
	}
	base := slices.Min(smoothed(validation))
	floor := base + 0.01*math.Abs(base)
	above := 0
	for _, v := range after {
		if v > floor {
			above++
		}
	}
	tail := max(len(validation)-3, lowest+1)
	final := mean(validation[tail:])
	rises := 3*above >= 2*len(after) && final > max(floor, base+3*noise(validation))
	falls := mean(training[tail:]) < smoothed(training)[lowest]
	if !rises || !falls {
		return 0, false
	}
	return epochs[lowest], true
}

// smoothed returns the means of each value and its neighbours; short curves
// are returned as they are.
func smoothed(values []float64) []float64 {
	if len(values) < 5 {
		return values
	}
	means := make([]float64, len(values))
	for i := range values {
		means[i] = mean(values[max(0, i-1):min(i+2, len(values))])
	}
	return means
}

// noise estimates the standard deviation of independent noise on a curve.
// Third differences of normal noise have √20 times its deviation, and the
// median of absolute values is 0.6745 deviations.
func noise(values []float64) float64 {
	if len(values) < 5 {
		return 0
	}
	var bends []float64
	for i := range len(values) - 3 {
		bends = append(bends, math.Abs(values[i]-3*values[i+1]+3*values[i+2]-values[i+3]))
	}
	slices.Sort(bends)
	return bends[len(bends)/2] / (0.6745 * math.Sqrt(20))
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
