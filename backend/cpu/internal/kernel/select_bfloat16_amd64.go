//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// bfloat16AVX512 returns the kernels, nil where the processor lacks AVX512_BF16.
func bfloat16AVX512() *BFloat16 {
	if !cpu.X86.HasAVX512BF16 {
		return nil
	}
	return &BFloat16{
		Round: roundBFloat16, Pair: pairBFloat16,
		MaxWindows: maxWindowsBFloat16, SumWindows: sumWindowsBFloat16,
		tiles: []Paired{
			{1, 16, paired1x16BFloat16}, {1, 32, paired1x32BFloat16},
			{2, 16, paired2x16BFloat16}, {2, 32, paired2x32BFloat16},
			{3, 16, paired3x16BFloat16}, {3, 32, paired3x32BFloat16},
			{4, 16, paired4x16BFloat16}, {4, 32, paired4x32BFloat16},
			{5, 16, paired5x16BFloat16}, {5, 32, paired5x32BFloat16},
			{6, 16, paired6x16BFloat16}, {6, 32, paired6x32BFloat16},
			{7, 16, paired7x16BFloat16}, {7, 32, paired7x32BFloat16},
			{8, 16, paired8x16BFloat16}, {8, 32, paired8x32BFloat16},
			{9, 16, paired9x16BFloat16}, {9, 32, paired9x32BFloat16},
			{10, 16, paired10x16BFloat16}, {10, 32, paired10x32BFloat16},
			{11, 16, paired11x16BFloat16}, {11, 32, paired11x32BFloat16},
			{12, 16, paired12x16BFloat16}, {12, 32, paired12x32BFloat16},
			{13, 16, paired13x16BFloat16}, {13, 32, paired13x32BFloat16},
			{14, 16, paired14x16BFloat16}, {14, 32, paired14x32BFloat16},
		},
	}
}
