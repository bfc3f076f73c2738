package cpu

import (
	"strings"
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/backendtest"
	"github.com/lince-ml/lince/tensor"
)

// bfloat16Engine returns an engine that multiplies in bfloat16, if there is
// one on this machine.
func bfloat16Engine(t *testing.T, o Options) *Engine {
	t.Helper()
	o.BFloat16 = true
	e, err := New(o)
	if err != nil {
		t.Skip(err)
	}
	return e
}

// TestBFloat16Conforms compares products with the reference: factors are off
// by up to 2⁻⁸ of themselves.
func TestBFloat16Conforms(t *testing.T) {
	backendtest.RunProducts(t, tensor.BFloat16, func(t *testing.T) backend.Backend {
		return bfloat16Engine(t, Options{Threads: 2, NoWinograd: true})
	})
}

func TestBFloat16IsRefusedWithoutInstructions(t *testing.T) {
	_, err := New(Options{Instructions: "avx2", BFloat16: true})
	if err == nil {
		t.Fatal("an engine of AVX2 multiplies in bfloat16")
	}
	if _, missing := New(Options{Instructions: "avx2"}); missing != nil {
		t.Skip("no AVX2 here")
	}
	for _, word := range []string{"AVX512_BF16", "avx2", "generic"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error %q does not say %s", err, word)
		}
	}
}
