package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// precision is a flag: how factors of products are rounded. Its values are the
// names of Keras' policies, and bf16 for the longer one.
type precision string

const (
	singlePrecision precision = "float32"
	mixedBFloat16   precision = "mixed_bfloat16"
)

func (p *precision) Type() string { return "POLICY" }

func (p *precision) String() string { return string(*p) }

func (p *precision) Set(text string) error {
	switch named := precision(strings.ToLower(text)); named {
	case singlePrecision, mixedBFloat16:
		*p = named
	case "bf16":
		*p = mixedBFloat16
	default:
		return fmt.Errorf("expected %s or %s (bf16 for short)", singlePrecision, mixedBFloat16)
	}
	return nil
}

// UnmarshalText reads a value from a file of settings.
func (p *precision) UnmarshalText(text []byte) error { return p.Set(string(text)) }

// precisions are what the shell completes.
func precisions() []string { return []string{string(singlePrecision), string(mixedBFloat16)} }

// bindPrecision makes the flag --precision, whose value is float32 unless given.
func bindPrecision(flags *pflag.FlagSet, p *precision, what string) {
	*p = singlePrecision
	flags.Var(p, "precision", "`POLICY` of Keras, float32 or mixed_bfloat16 (bf16 for short): "+what)
}
