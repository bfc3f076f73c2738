package kernel

import "math"

// Relations are the comparisons, as ones and zeros, and what is made of them.
// Where a number is NaN, nothing holds but NotEqual.
type Relations struct {
	Equal, NotEqual, Less, LessEqual func(dst, x, y []float32)
	Choose                           func(dst, x, y, z []float32) // y where x is not 0, else z
	Erf                              func(dst, x []float32)       // the error function
}

func portableRelations() Relations {
	return Relations{
		Equal:     pointwise2(func(x, y float32) float32 { return truth(x == y) }),
		NotEqual:  pointwise2(func(x, y float32) float32 { return truth(x != y) }),
		Less:      pointwise2(func(x, y float32) float32 { return truth(x < y) }),
		LessEqual: pointwise2(func(x, y float32) float32 { return truth(x <= y) }),
		Choose: func(dst, x, y, z []float32) {
			x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
			for i := range dst {
				if x[i] != 0 {
					dst[i] = y[i]
				} else {
					dst[i] = z[i]
				}
			}
		},
		Erf: pointwise1(func(x float32) float32 { return float32(math.Erf(float64(x))) }),
	}
}

func truth(holds bool) float32 {
	if holds {
		return 1
	}
	return 0
}
