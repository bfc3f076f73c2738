// Command generate writes the amd64 kernels of the package above, assembly and
// its Go declarations. They need AVX2.
//
//	go run . -out ../avx2_amd64.s -stubs ../avx2_amd64.go -pkg kernel
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func main() {
	flag.Parse()
	ConstraintExpr("amd64,!noasm")
	inverseDCT()
	smooth()
	colors()
	bilinear()
	widen()
	across()
	down()
	Generate()
}

// function begins a kernel.
func function(name, signature, doc string) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + " " + doc)
}

// end returns to Go.
func end() {
	VZEROUPPER()
	RET()
}

// words declares a constant register of 16 words that repeats the given ones.
func words(name string, repeated ...int16) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := range 16 {
		DATA(2*i, I16(repeated[i%len(repeated)]))
	}
	return m
}

// doubles declares a constant register of 8 equal double words.
func doubles(name string, value int32) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := range 8 {
		DATA(4*i, I32(value))
	}
	return m
}

// shuffle declares a constant for VPSHUFB, the same for both halves of a
// register; -1 gives zero.
func shuffle(name string, from func(i int) int) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := range 32 {
		DATA(i, I8(int8(from(i%16))))
	}
	return m
}
