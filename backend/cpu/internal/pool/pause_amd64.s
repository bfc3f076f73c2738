//go:build amd64 && !noasm

// func pause()
TEXT ·pause(SB), 4, $0-0
	PAUSE
	RET
