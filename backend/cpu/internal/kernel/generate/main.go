// Command generate writes the amd64 kernels of the package above: one assembly
// file and its Go declarations for each instruction set.
//
//	go run . -isa avx2   -out ../avx2_amd64.s   -stubs ../avx2_amd64.go   -pkg kernel
//	go run . -isa avx512 -out ../avx512_amd64.s -stubs ../avx512_amd64.go -pkg kernel
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "instruction set: avx2 or avx512")
	flag.Parse()
	var m machine
	switch *isa {
	case "avx2":
		m = machine{suffix: "AVX2", lanes: 8}
	case "avx512":
		m = machine{suffix: "AVX512", lanes: 16}
	default:
		log.Fatalf("generate: -isa %q, expected avx2 or avx512", *isa)
	}
	build.ConstraintExpr("amd64,!noasm")
	m.declareTailMask()
	m.declareConstants()
	m.tiles()
	m.transposes()
	m.stack()
	m.elementwise()
	m.scalars()
	m.reductions()
	m.combine()
	m.pooling()
	build.Generate()
}
