package gemm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

func integers(r *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(r.IntN(9) - 4)
	}
	return values
}

func sets(t testing.TB) []*kernel.Set {
	var found []*kernel.Set
	for _, name := range []string{"avx512", "avx2", "neon", "generic"} {
		if s, err := kernel.Select(name); err == nil {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		t.Fatal("no kernels at all")
	}
	if testing.Short() {
		return found[:1] // where a processor is emulated, or races are looked for
	}
	return found
}

// stored is a random matrix in one of the two layouts, with what it means.
func stored(r *rand.Rand, s *kernel.Set, lanes, depth int, byLane bool) (Operand, func(lane, k int) float32) {
	if byLane {
		stride := depth + r.IntN(4)
		data := integers(r, lanes*stride+1)
		return &Rows{s, data, stride, lanes}, func(lane, k int) float32 { return data[lane*stride+k] }
	}
	stride := lanes + r.IntN(4)
	data := integers(r, depth*stride+lanes+1)
	return &Columns{s, data, stride, lanes}, func(lane, k int) float32 { return data[k*stride+lane] }
}

// TestProducts checks every size class, layout and option on integers, where
// the result is exact.
func TestProducts(t *testing.T) {
	sizes := [][3]int{{1, 1, 1}, {1, 200, 70}, {2, 130, 33}, {3, 5, 0}, {14, 32, 8}, {15, 33, 9}, {37, 70, 40}, {15, 33, 1100}, {6, 16, 513}, {200, 300, 5}, {9, 20, 1024}, {9, 5, 6300}}
	for _, s := range sets(t) {
		p := pool.New(3)
		m := New(s, p)
		r := rand.New(rand.NewPCG(1, 9))
		for _, size := range sizes {
			for option := range 64 {
				if option&(4|32) == 4|32 {
					continue // a residual excludes accumulating
				}
				product, want := example(r, s, m, size, option)
				if err := m.Run(product); err != nil {
					t.Fatal(err)
				}
				if i := firstDifference(product.Out, want); i >= 0 {
					t.Fatalf("%s %v option %d: element %d is %v, want %v", s.Name, size, option, i, product.Out[i], want[i])
				}
			}
		}
		p.Close()
	}
}

func example(r *rand.Rand, s *kernel.Set, m *Multiplier, size [3]int, option int) (*Product, []float32) {
	rows, columns, depth := size[0], size[1], size[2]
	p := &Product{Rows: rows, Columns: columns, Depth: depth, Stride: columns + r.IntN(3)}
	left, a := stored(r, s, rows, depth, option&1 == 0)
	right, b := stored(r, s, columns, depth, option&2 == 0)
	p.Left, p.Right = left, right
	p.Accumulate = option&4 != 0
	p.Out = integers(r, (rows-1)*p.Stride+columns)
	if option&8 != 0 {
		p.Bias, p.ReLU, p.Cap = integers(r, columns), true, option&1 != 0
	}
	if option&16 != 0 {
		p.Packed, p.Keep = make([]float32, m.PackedSize(columns, depth)), r.IntN(2) > 0
	}
	if option&32 != 0 {
		p.ResidualStride = columns + r.IntN(3)
		p.Residual = integers(r, (rows-1)*p.ResidualStride+columns)
	}
	want := slices.Clone(p.Out)
	for i := range rows {
		for j := range columns {
			var sum float32
			if p.Accumulate {
				sum = want[i*p.Stride+j]
			}
			if p.Residual != nil {
				sum = p.Residual[i*p.ResidualStride+j]
			}
			for k := range depth {
				sum += a(i, k) * b(j, k)
			}
			if p.Bias != nil {
				sum += p.Bias[j]
			}
			if p.ReLU {
				sum = max(sum, 0)
			}
			if p.Cap {
				sum = min(sum, 6)
			}
			want[i*p.Stride+j] = sum
		}
	}
	return p, want
}

func firstDifference(got, want []float32) int {
	for i := range want {
		if got[i] != want[i] {
			return i
		}
	}
	return -1
}

// TestChunksAndWorkers checks that deep products give the same bits at any
// number of workers, and the right ones.
func TestChunksAndWorkers(t *testing.T) {
	const rows, columns, depth, chunks = 30, 40, 20000, 4
	for _, s := range sets(t) {
		r := rand.New(rand.NewPCG(4, 4))
		a, b := make([]float32, rows*depth), make([]float32, columns*depth)
		for i := range a {
			a[i] = r.Float32() - 0.5
		}
		for i := range b {
			b[i] = r.Float32() - 0.5
		}
		var first []float32
		for workers := 1; workers <= 3; workers++ {
			p := pool.New(workers)
			product := &Product{
				Rows: rows, Columns: columns, Depth: depth, Stride: columns, Out: make([]float32, rows*columns),
				Left: &Columns{s, a, rows, rows}, Right: &Columns{s, b, columns, columns},
				Chunks: chunks, Partials: make([]float32, chunks*rows*columns),
			}
			if err := New(s, p).Run(product); err != nil {
				t.Fatal(err)
			}
			p.Close()
			if first == nil {
				first = product.Out
				checkDeep(t, product, a, b)
			}
			if i := firstDifference(product.Out, first); i >= 0 {
				t.Fatalf("%s: element %d differs at %d workers", s.Name, i, workers)
			}
		}
	}
}

func checkDeep(t *testing.T, p *Product, a, b []float32) {
	t.Helper()
	for _, at := range [][2]int{{0, 0}, {p.Rows - 1, p.Columns - 1}, {7, 33}} {
		var sum float64
		for k := range p.Depth {
			sum += float64(a[k*p.Rows+at[0]]) * float64(b[k*p.Columns+at[1]])
		}
		if got := float64(p.Out[at[0]*p.Columns+at[1]]); got-sum > 1e-3 || sum-got > 1e-3 {
			t.Fatalf("element %v is %v, want %v", at, got, sum)
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	s, err := kernel.Select("")
	if err != nil {
		t.Fatal(err)
	}
	p := pool.New(2)
	defer p.Close()
	m := New(s, p)
	product, _ := example(rand.New(rand.NewPCG(1, 1)), s, m, [3]int{100, 64, 200}, 31)
	if n := testing.AllocsPerRun(20, func() { _ = m.Run(product) }); n != 0 {
		t.Fatalf("Run allocates %v times", n)
	}
}

func BenchmarkProduct(b *testing.B) {
	for _, s := range sets(b)[:1] {
		p := pool.New(0)
		m := New(s, p)
		for _, size := range [][3]int{{1, 512, 6272}, {32, 512, 6272}, {512, 512, 512}, {7200, 128, 1152}, {100000, 32, 27}} {
			rows, columns, depth := size[0], size[1], size[2]
			product := &Product{
				Rows: rows, Columns: columns, Depth: depth, Stride: columns, Out: make([]float32, rows*columns),
				Left: &Rows{s, make([]float32, rows*depth), depth, rows}, Right: &Columns{s, make([]float32, depth*columns), columns, columns},
				Packed: make([]float32, m.PackedSize(columns, depth)),
			}
			b.Run(fmt.Sprintf("%s/%v", s.Name, size), func(b *testing.B) {
				for b.Loop() {
					_ = m.Run(product)
				}
				b.ReportMetric(2*float64(rows*columns*depth)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		p.Close()
	}
}
