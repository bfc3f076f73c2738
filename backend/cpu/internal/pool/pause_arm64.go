//go:build arm64 && !noasm

package pool

// pause makes the processor wait some tens of cycles, as a loop that waits
// should. YIELD would tell it so, but most take no time over that.
//
//go:noescape
func pause()
