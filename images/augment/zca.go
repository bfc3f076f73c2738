package augment

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/mat"
)

// Whitening is a ZCA whitening matrix: Keras' zca_whitening_matrix. It is safe
// for concurrent use.
type Whitening struct{ matrix blas32.General }

// maxWhitening bounds the bytes of the whitening matrix while it is computed
// in float64: 1 GiB, pictures of about 62×62×3.
const maxWhitening = 1 << 30

// ZCA returns the whitening of the n pictures in x, each of features =
// height·width·channels values. With X (n rows) = W·diag(s)·Vᵀ, it is
//
//	V · diag(√n / (s + epsilon)) · Vᵀ.
//
// Keras subtracts the featurewise mean from X first, and so must the caller.
// Keras' epsilon (zca_epsilon) is 1e-6. The matrix has features² elements;
// sizes for which it would take over 1 GiB in float64 are refused.
func ZCA(x []float32, n, features int, epsilon float64) (*Whitening, error) {
	if n < 1 || features < 1 || features > math.MaxInt/n || len(x) != n*features {
		return nil, fmt.Errorf("augment: ZCA of %d values, expected %d pictures of %d values each", len(x), n, features)
	}
	if features > maxWhitening/8/features {
		return nil, fmt.Errorf("augment: the ZCA matrix of pictures of %d values would take %.1f GiB, at most %d are allowed; use a smaller target size", features, float64(features)*float64(features)*8/(1<<30), maxWhitening>>30)
	}
	if !(epsilon >= 0) {
		return nil, fmt.Errorf("augment: ZCA epsilon %v, expected 0 or more", epsilon)
	}
	pictures := mat.NewDense(n, features, nil)
	for i, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("augment: ZCA of pictures with the value %v, expected numbers", v)
		}
		pictures.RawMatrix().Data[i] = float64(v)
	}
	var svd mat.SVD
	if !svd.Factorize(pictures, mat.SVDThinV) {
		return nil, errors.New("augment: the singular values of the pictures were not found")
	}
	var v, scaled, whitening mat.Dense
	svd.VTo(&v)
	scaled.CloneFrom(&v)
	for column, s := range svd.Values(nil) {
		factor := math.Sqrt(float64(n)) / (s + epsilon)
		if math.IsInf(factor, 0) {
			return nil, errors.New("augment: the pictures do not vary in every direction, so ZCA needs an epsilon above 0")
		}
		for row := range features {
			scaled.Set(row, column, scaled.At(row, column)*factor)
		}
	}
	whitening.Mul(&scaled, v.T())
	matrix := blas32.General{Rows: features, Cols: features, Stride: features, Data: make([]float32, features*features)}
	for i, w := range whitening.RawMatrix().Data {
		matrix.Data[i] = float32(w)
	}
	return &Whitening{matrix}, nil
}

// Apply writes the whitened picture src to dst. They must not overlap.
func (z *Whitening) Apply(dst, src []float32) error {
	if n := z.matrix.Rows; n == 0 || len(dst) != n || len(src) != n {
		return fmt.Errorf("augment: whitening a picture of %d values into %d, expected %d as in the pictures that ZCA was computed from", len(src), len(dst), n)
	}
	blas32.Gemv(blas.Trans, 1, z.matrix, blas32.Vector{N: len(src), Inc: 1, Data: src}, 0, blas32.Vector{N: len(dst), Inc: 1, Data: dst})
	return nil
}
