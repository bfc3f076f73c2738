//go:build !amd64 || noasm

package kernel

func nativeInverseDCT([]uint8, int, *Block, *Block) bool { return false }
func nativeSmooth(_, _, _ []uint8, _, _ uint64) bool     { return false }
func nativeColors(_, _, _, _ []uint8) bool               { return false }
