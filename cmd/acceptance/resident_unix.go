//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// largestResident returns the largest resident memory of a process that has
// ended, in MB; 0 where the system does not tell.
func largestResident(ended *os.ProcessState) float64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / 1e6 // it tells bytes
	}
	return float64(usage.Maxrss) * 1024 / 1e6
}
