package cpu

import (
	"context"
	"time"

	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
)

// Peak is what a machine can do at most, measured: the bounds that programs
// are compared with.
type Peak struct {
	// FLOPS is floating-point operations per second, a fused multiply-add
	// counted as two, of the engine's own matrix kernel on data in the first
	// cache.
	FLOPS float64
	// Bandwidth is the bytes per second that can be read from main memory.
	Bandwidth float64
}

const (
	peakRounds = 10
	peakDepth  = 256 // of a product whose factors fit the first cache
	peakTiles  = 128 // per item, some hundred microseconds
	peakItems  = 8   // per thread
	peakBytes  = 256 << 20
)

// Peak measures what the engine's threads can do together, for about a
// second. The best of several rounds counts: nothing else should run.
func (e *Engine) Peak(ctx context.Context) (Peak, error) {
	var p Peak
	threads := e.pool.Workers()
	multiply := &multiplyAgain{set: e.set}
	for range threads {
		multiply.factors = append(multiply.factors, gemm.Aligned(peakDepth*(e.set.TileRows+e.set.TileColumns)))
		multiply.results = append(multiply.results, gemm.Aligned(e.set.TileRows*e.set.TileColumns))
	}
	tile := float64(2 * peakDepth * e.set.TileRows * e.set.TileColumns)
	read := &readAgain{set: e.set, values: gemm.Aligned(peakBytes / 4), items: peakItems * threads, sums: make([]float32, peakItems*threads)}
	e.set.Fill(read.values, 1) // pages never written are not in memory
	for range peakRounds {
		if err := ctx.Err(); err != nil {
			return Peak{}, err
		}
		begun := time.Now()
		if err := e.pool.Run(peakItems*threads, multiply); err != nil {
			return Peak{}, err
		}
		p.FLOPS = max(p.FLOPS, tile*float64(peakTiles*peakItems*threads)/time.Since(begun).Seconds())
		begun = time.Now()
		if err := e.pool.Run(read.items, read); err != nil {
			return Peak{}, err
		}
		p.Bandwidth = max(p.Bandwidth, float64(peakBytes)/time.Since(begun).Seconds())
	}
	return p, nil
}

// multiplyAgain multiplies the same panels over and over.
type multiplyAgain struct {
	set              *kernel.Set
	factors, results [][]float32
}

func (m *multiplyAgain) Do(_, worker int) {
	t := m.set.TileFor(m.set.TileRows, m.set.TileColumns)
	a, b := &m.factors[worker][0], &m.factors[worker][peakDepth*m.set.TileRows]
	for range peakTiles {
		t.Multiply(peakDepth, a, b, &m.results[worker][0], t.Columns, nil, 0)
	}
}

// readAgain adds up numbers in memory that no cache holds.
type readAgain struct {
	set    *kernel.Set
	values []float32
	items  int
	sums   []float32
}

func (r *readAgain) Do(item, _ int) {
	size := len(r.values) / r.items
	r.sums[item] = r.set.Sum(r.values[item*size : (item+1)*size])
}
