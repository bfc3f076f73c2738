package conv

import (
	"fmt"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// TestChoice holds the cost model to what was measured, with AVX2.
func TestChoice(t *testing.T) {
	set, err := kernel.Select("avx2")
	if err != nil {
		set, err = kernel.Select("neon")
	}
	if err != nil {
		t.Skip(err)
	}
	p := pool.New(1)
	defer p.Close()
	e := New(set, p, gemm.New(set, p), 64)
	for _, c := range []struct {
		extent, channels, filters, pictures int
		task                                task
		want                                Algorithm
	}{
		{150, 3, 32, 16, forwardTask, Product}, // too few channels to share the transforms
		{74, 32, 64, 16, forwardTask, Winograd4},
		{74, 32, 64, 32, inputTask, Winograd4},
		{74, 32, 64, 32, filterTask, Winograd4},
		{17, 128, 128, 1, forwardTask, Winograd4},
		{17, 128, 128, 32, filterTask, Winograd4},
		{9, 512, 512, 16, forwardTask, Winograd4},
		{5, 512, 512, 1, forwardTask, Product}, // reading transformed kernels would take longer
		{9, 512, 512, 1, filterTask, Product},
		{16, 256, 256, 1, forwardTask, Winograd2},
		{3, 128, 128, 4, forwardTask, Product}, // one result is the smallest part of a tile
	} {
		g := plain(c.extent, c.extent, c.channels, c.filters, 0)
		g.Pictures = c.pictures
		if got := e.choose(&g, c.task); got != c.want {
			t.Errorf("%s: algorithm %d, want %d", fmt.Sprint(c), got, c.want)
		}
	}
}
