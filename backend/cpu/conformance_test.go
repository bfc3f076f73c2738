package cpu

import (
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/backendtest"
)

// instructionSets are those that this machine runs.
func instructionSets(t testing.TB) []string {
	var found []string
	for _, name := range []string{"avx512", "avx2", "neon", "generic"} {
		if e, err := New(Options{Instructions: name, Threads: 1}); err == nil {
			found = append(found, name)
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return found
}

// TestConformance leaves the kernels in Go to the builds that have no others
// (the noasm tag makes one anywhere); package kernel compares them directly.
// Convolutions are matrix products here, because the suite wants exact results
// of whole numbers, which Winograd's transforms do not give; TestWinograd
// compares those with the reference.
func TestConformance(t *testing.T) {
	for i, name := range instructionSets(t) {
		if i > 0 && (name == "generic" || testing.Short()) {
			continue // the race detector looks at what shares memory, which is the same
		}
		t.Run(name, func(t *testing.T) {
			backendtest.Run(t, func(t *testing.T) backend.Backend {
				e, err := New(Options{Instructions: name, Threads: 2, NoWinograd: true})
				if err != nil {
					t.Fatal(err)
				}
				return e
			})
		})
	}
}
