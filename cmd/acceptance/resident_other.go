//go:build !unix

package main

import "os"

// largestResident returns 0: this system does not tell.
func largestResident(*os.ProcessState) float64 { return 0 }
