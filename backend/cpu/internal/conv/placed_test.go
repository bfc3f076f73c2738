package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// TestPatchesWhereTheyLie compares patches that are read in place or copied
// with the definition: lines longer and shorter than a tile, dilated and
// strided windows, groups, edges, pixels that compete for the cache; and
// depthwise windows of many forms.
func TestPatchesWhereTheyLie(t *testing.T) {
	list := []Geometry{
		geometry(3, 1, 1, 0, 8, 33, 3, 40, 1),
		geometry(5, 1, 1, 2, 6, 31, 9, 17, 1),
		geometry(3, 1, 3, 2, 12, 20, 5, 7, 1),
		geometry(3, 2, 1, 1, 9, 40, 6, 10, 2),
		geometry(1, 1, 1, 0, 3, 20, 70, 65, 1),
		geometry(1, 1, 1, 0, 1, 5000, 18, 21, 1), // deep enough for two chunks
		geometry(1, 1, 1, 1, 4, 16, 8, 33, 1),    // padding around a window of one
		geometry(1, 2, 1, 0, 4, 24, 1024, 9, 1),
		geometry(1, 1, 1, 0, 3, 10, 1024, 36, 1),
		geometry(3, 1, 1, 1, 3, 3, 33, 20, 1),
		geometry(5, 1, 1, 2, 9, 25, 24, 24, 24), // depthwise
		geometry(3, 2, 1, 1, 20, 19, 33, 33, 33),
		geometry(3, 3, 1, 0, 20, 19, 16, 16, 16),
		geometry(3, 1, 2, 2, 12, 14, 17, 17, 17),
		geometry(9, 1, 1, 4, 11, 12, 4, 4, 4),
		geometry(3, 1, 1, 1, 2, 1, 5, 5, 5),
	}
	list[2].Dilation[1] = 2
	list[2].Out[1] -= list[2].Size[1] - 1
	for _, name := range []string{"avx512", "avx2", "neon", "generic"} {
		set, err := kernel.Select(name)
		if err != nil {
			continue
		}
		p := pool.New(2)
		e := New(set, p, gemm.New(set, p), 1024)
		for _, g := range list {
			compareWithDefinition(t, e, g, fmt.Sprintf("%s %+v", name, g))
		}
		p.Close()
	}
}

func compareWithDefinition(t *testing.T, e *Engine, g Geometry, what string) {
	t.Helper()
	const pictures = 2
	r := rand.New(rand.NewPCG(5, 8))
	channels, _ := g.perGroup()
	x, w := integers(r, pictures*g.inPixels()*g.Channels), integers(r, g.taps()*channels*g.Filters)
	dy := integers(r, pictures*g.outPixels()*g.Filters)
	wantY, wantX, wantW := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))
	connect(&g, pictures, func(xi, wi, yi int) {
		wantY[yi] += x[xi] * w[wi]
		wantX[xi] += dy[yi] * w[wi]
		wantW[wi] += x[xi] * dy[yi]
	})
	for i := range wantY {
		wantY[i] = max(wantY[i], 0)
	}
	y, dx, dw := integers(r, len(dy)), integers(r, len(x)), integers(r, len(w))
	runAll(t, e, g, pictures, true, y, dx, dw, x, w, dy, nil)
	mustEqual(t, what+" forward", y, wantY)
	mustEqual(t, what+" input", dx, wantX)
	mustEqual(t, what+" filter", dw, wantW)
}
