// Command neon writes the arm64 kernels of the package two folders above: an
// assembly file and its Go declarations for each part of the kernels.
//
//	go run ./neon -part direct -out ../neon_direct_arm64.s -stubs ../neon_direct_arm64.go -pkg kernel
//
// A register has four float32. Vectors that do not fill registers are finished
// element by element with the same instructions, whose other lanes are zero.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
)

// lanes is the number of float32 in a register.
const lanes = 4

// The largest tile of products, and so the height and the width of panels.
const (
	tileRows    = 12
	tileColumns = 2 * lanes
)

func main() {
	part := flag.String("part", "general", "which kernels: general, direct, winograd or window")
	out := flag.String("out", "", "assembly file to write")
	stubs := flag.String("stubs", "", "file of Go declarations to write")
	pkg := flag.String("pkg", "kernel", "package of both")
	flag.Parse()
	parts := map[string]func(a *assembly){
		"general": general, "direct": direct, "winograd": winograd, "window": windows,
	}
	write, ok := parts[*part]
	if !ok {
		log.Fatalf("neon: -part %q, expected general, direct, winograd or window", *part)
	}
	a := &assembly{}
	write(a)
	command := fmt.Sprintf("go run ./neon %s", strings.Join(os.Args[1:], " "))
	if err := a.save(*out, *stubs, *pkg, command); err != nil {
		log.Fatalf("neon: %v", err)
	}
}

func general(a *assembly) {
	tiles(a)
	packing(a)
	elementwise(a)
	relations(a)
	scalars(a)
	reductions(a)
	rowSums(a)
}

// direct writes the kernels that read pictures where they lie.
func direct(a *assembly) {
	stridedTiles(a)
	depthwise(a)
	outers(a)
}
