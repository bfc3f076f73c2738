//go:build amd64 && !noasm

package kernel

// addWinogradAVX512 completes a set.
func addWinogradAVX512(s *Set) *Set {
	s.winograd = [2]Winograd{{
		4, winograd4PicturesAVX512, winograd4ResultsAVX512, winograd4KernelsAVX512,
		winograd4OutputsAVX512, winograd4PooledAVX512, winograd4MaximaAVX512, winograd4GradientAVX512,
	}, {
		2, winograd2PicturesAVX512, winograd2ResultsAVX512, winograd2KernelsAVX512,
		winograd2OutputsAVX512, winograd2PooledAVX512, winograd2MaximaAVX512, winograd2GradientAVX512,
	}}
	s.planes = []Planes{
		{14, 32, planes14x32AVX512}, {14, 16, planes14x16AVX512},
		{8, 32, planes8x32AVX512}, {8, 16, planes8x16AVX512},
		{4, 32, planes4x32AVX512}, {4, 16, planes4x16AVX512},
	}
	s.AccumulateTiles = accumulateTilesAVX512
	return s
}

// addWinogradAVX2 completes a set.
func addWinogradAVX2(s *Set) *Set {
	s.winograd = [2]Winograd{{
		4, winograd4PicturesAVX2, winograd4ResultsAVX2, winograd4KernelsAVX2,
		winograd4OutputsAVX2, winograd4PooledAVX2, winograd4MaximaAVX2, winograd4GradientAVX2,
	}, {
		2, winograd2PicturesAVX2, winograd2ResultsAVX2, winograd2KernelsAVX2,
		winograd2OutputsAVX2, winograd2PooledAVX2, winograd2MaximaAVX2, winograd2GradientAVX2,
	}}
	s.planes = []Planes{
		{6, 16, planes6x16AVX2}, {6, 8, planes6x8AVX2},
		{4, 16, planes4x16AVX2}, {4, 8, planes4x8AVX2},
		{2, 16, planes2x16AVX2}, {2, 8, planes2x8AVX2},
	}
	s.AccumulateTiles = accumulateTilesAVX2
	return s
}
