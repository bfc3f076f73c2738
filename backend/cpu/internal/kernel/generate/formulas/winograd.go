package formulas

// Winograd is one of the convolutions F(m×m, 3×3): its matrices after Lavin
// and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016).
type Winograd struct {
	Results  int         // m
	Pictures [][]float64 // Bᵀ
	Kernels  [][]float64 // G
	Outputs  [][]float64 // Aᵀ
}

// Extent is the side of the tiles that m×m results are made of.
func (w Winograd) Extent() int { return w.Results + 2 }

// Winograds are the convolutions that there are kernels for.
var Winograds = []Winograd{{
	Results:  4,
	Pictures: [][]float64{{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}},
	Kernels:  [][]float64{{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6}, {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}},
	Outputs:  [][]float64{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}},
}, {
	Results:  2,
	Pictures: [][]float64{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
	Kernels:  [][]float64{{1, 0, 0}, {1. / 2, 1. / 2, 1. / 2}, {1. / 2, -1. / 2, 1. / 2}, {0, 0, 1}},
	Outputs:  [][]float64{{1, 1, 1, 0}, {0, 1, -1, -1}},
}}

// Transpose exchanges rows and columns.
func Transpose(a [][]float64) [][]float64 {
	t := make([][]float64, len(a[0]))
	for i := range t {
		for _, row := range a {
			t[i] = append(t[i], row[i])
		}
	}
	return t
}
