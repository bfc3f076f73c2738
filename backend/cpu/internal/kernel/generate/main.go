// Command generate writes the amd64 kernels of the package above: an assembly
// file and its Go declarations for each instruction set and part of the kernels.
//
//	go run . -isa avx2 -part direct -out ../avx2_direct_amd64.s -stubs ../avx2_direct_amd64.go -pkg kernel
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "instruction set: avx2 or avx512")
	part := flag.String("part", "general", "which kernels: general, direct, winograd, window or bfloat16")
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
	switch *part {
	case "general":
		m.general()
	case "direct":
		m.direct()
	case "winograd":
		m.winograd()
	case "window":
		m.windows()
	case "bfloat16":
		m.suffix = "BFloat16"
		m.bfloat16()
	default:
		log.Fatalf("generate: -part %q, expected general, direct, winograd, window or bfloat16", *part)
	}
	build.Generate()
}

func (m *machine) general() {
	m.tiles()
	m.transposes()
	m.stack()
	m.elementwise()
	m.relations()
	m.scalars()
	m.reductions()
	m.combine()
}

// direct writes the kernels that read pictures where they lie.
func (m *machine) direct() {
	m.stridedTiles()
	m.depthwise()
	m.depthwiseRows()
	m.outers()
}
