//go:build !amd64 || noasm

package kernel

func nativeInverseDCT([]uint8, int, *Block, *Block) bool { return false }
func nativeHalfDCT([]uint8, int, *Block, *Block) bool    { return false }
func nativeSmooth(_, _, _ []uint8, _, _ uint64) bool     { return false }
func nativeColors(_, _, _, _ []uint8) bool               { return false }

func nativeBilinear([]float32, []uint8, *Line, float32) int { return 0 }
func nativeWiden([]float32, []uint8, float32) int           { return 0 }

func nativeAcross(_, _ []uint8, _ *Axis, _ int) bool { return false }
func nativeDown(_, _ []uint8, _ int, _ []int32) int  { return 0 }
