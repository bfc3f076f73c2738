package plot

import (
	"math"
	"strconv"
	"strings"

	gonum "gonum.org/v1/plot"
)

// epochTicks marks whole epochs only, about ten of them.
type epochTicks struct{}

func (epochTicks) Ticks(low, high float64) []gonum.Tick {
	step := max(1, niceStep(high-low, 10))
	var ticks []gonum.Tick
	for e := max(1, math.Ceil(low)); e <= high; e++ {
		if math.Mod(e, step) == 0 || e == 1 && step > 2 {
			ticks = append(ticks, gonum.Tick{Value: e, Label: strconv.Itoa(int(e))})
		}
	}
	return ticks
}

// roundTicks marks multiples of 1, 2 or 5 times a power of ten, about six of them.
type roundTicks struct{}

func (roundTicks) Ticks(low, high float64) []gonum.Tick {
	step := niceStep(high-low, 6)
	if !(step > 0) {
		return []gonum.Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', 4, 64)}}
	}
	decimals := max(0, -int(math.Floor(math.Log10(step))))
	var ticks []gonum.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9; i++ {
		v := i*step + 0 // no negative zero
		label := strconv.FormatFloat(v, 'f', decimals, 64)
		if decimals > 4 || math.Abs(v) >= 1e6 {
			label = strconv.FormatFloat(v, 'g', 3, 64)
		}
		ticks = append(ticks, gonum.Tick{Value: v, Label: strings.Replace(label, "-", "−", 1)})
	}
	return ticks
}

// niceStep returns the smallest 1, 2 or 5 times a power of ten that divides
// the span into at most count parts.
func niceStep(span float64, count int) float64 {
	rough := span / float64(count)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= rough*(1-1e-9) {
			return factor * power
		}
	}
	return 10 * power
}
