package regularizers

import (
	"fmt"
	"math"
	"strings"

	"github.com/lince-ml/lince/config"
)

// Decode returns the regularizer that a file describes, by the class or the
// function name of any Keras (L2, l2, orthogonal_regularizer).
func Decode(object config.Object) (Regularizer, error) {
	r := config.NewReader(object)
	var regularizer Regularizer
	switch strings.ToLower(strings.ReplaceAll(object.Class, "_", "")) {
	case "l1":
		regularizer = L1{Factor: price(r, "l1", 0.01)}
		if regularizer == (L1{}) { // a price of 0, not the default
			regularizer = L1L2{}
		}
	case "l2":
		regularizer = L2{Factor: price(r, "l2", 0.01)}
		if regularizer == (L2{}) {
			regularizer = L1L2{}
		}
	case "l1l2":
		missing := 0.0
		if object.Class == "l1_l2" { // the function's defaults differ from the class's
			missing = 0.01
		}
		regularizer = L1L2{L1: price(r, "l1", missing), L2: price(r, "l2", missing)}
	case "orthogonalregularizer":
		regularizer = Orthogonal{Factor: price(r, "factor", 0.01), Columns: columns(r)}
	default:
		return nil, fmt.Errorf("regularizers: unknown regularizer %q, expected L1, L2, L1L2 or OrthogonalRegularizer", object.Class)
	}
	return regularizer, r.Err()
}

func price(r *config.Reader, key string, missing float64) float64 {
	factor := r.Float(key, missing)
	if !(factor >= 0) || math.IsInf(factor, 1) {
		r.Fail(key, fmt.Errorf("got %v, expected a number not below 0", factor))
	}
	return factor
}

func columns(r *config.Reader) bool {
	mode := r.String("mode", "rows")
	if mode != "rows" && mode != "columns" {
		r.Fail("mode", fmt.Errorf("got %q, expected rows or columns", mode))
	}
	return mode == "columns"
}
