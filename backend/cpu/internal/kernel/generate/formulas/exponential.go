// Package formulas holds the numbers that the kernels of all instruction sets
// compute by.
package formulas

import "math"

// eˣ is 2ⁿ·eʳ for x = n·ln 2 + r.
const (
	Ln2High = 0.693145751953125 // ln 2 in 15 bits, so that n·Ln2High is exact
	Ln2Low  = math.Ln2 - Ln2High
	// Beyond these eˣ is infinite or rounds to zero.
	Lowest, Highest = -104, 89
)

// Polynomials by least squares at Chebyshev nodes, highest power first:
// eʳ = 1 + r + r²·q(r) for |r| ≤ ln 2 / 2, and tanh x = x + x³·p(x²) for
// |x| ≤ TanhNear, both within 2e-8 of the truth.
var (
	Exp  = []float64{1.393373321560e-03, 8.363235384633e-03, 4.166646416732e-02, 1.666657664355e-01, 5.000000013543e-01, 1, 1}
	Tanh = []float64{-6.104948016505e-03, 2.100364122537e-02, -5.385249746988e-02, 1.333278226401e-01, -3.333332909962e-01}
)

// TanhNear is where tanh's polynomial ends.
const TanhNear = 0.625

// The error function is x·p(x²) up to ErfNear and 1 - e^(-x²)·q(t) for
// t = 1/(1 + ErfScale·|x|) beyond.
const (
	ErfNear  = 0.875
	ErfScale = 0.4
)

// The polynomials p and q by least squares at Chebyshev nodes, highest power
// first, both within 1e-8 of the error function.
var (
	Erf  = []float64{-6.199344733215e-04, 5.031424419376e-03, -2.679094857981e-02, 1.128244098617e-01, -3.761254905301e-01, 1.128379157266e+00}
	Erfc = []float64{-2.014149791928e-02, 7.265537227706e-01, -4.051531356018e-01, 5.496614929144e-01, 1.407383952174e-01, 8.884278550873e-03}
)
