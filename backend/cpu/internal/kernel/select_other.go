//go:build (!amd64 && !arm64) || noasm

package kernel

func native() []*Set { return nil }
