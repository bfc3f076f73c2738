//go:build arm64 && !noasm

// func pause()
TEXT ·pause(SB), 4, $0-0
	ISB $15
	RET
