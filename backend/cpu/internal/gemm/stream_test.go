package gemm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// streamed returns a product that is streamed, of whole numbers.
func streamed(r *rand.Rand, s *kernel.Set, rows, columns, depth int) *Product {
	gap := r.IntN(3)
	p := &Product{
		Rows: rows, Columns: columns, Depth: depth, Stride: columns, Out: make([]float32, rows*columns),
		Left:  &Rows{s, integers(r, rows*(depth+gap)), depth + gap, rows},
		Right: &Columns{s, integers(r, depth*(columns+gap)), columns + gap, columns},
		Bias:  integers(r, columns), ReLU: r.IntN(2) == 0, Cap: r.IntN(2) == 0,
		Residual: integers(r, rows*columns), ResidualStride: columns,
		Chunks: StreamChunks(rows, columns, depth), Stream: true,
	}
	p.Partials = make([]float32, p.Chunks*rows*columns)
	return p
}

// TestStreams compares streamed products with their sums and with each other
// at one to three workers.
func TestStreams(t *testing.T) {
	for _, s := range sets(t) {
		r := rand.New(rand.NewPCG(8, 1))
		for _, size := range [][3]int{{3, 300, 5000}, {20, 511, 2100}, {33, 1025, 1024}} {
			rows, columns, depth := size[0], size[1], size[2]
			product := streamed(r, s, rows, columns, depth)
			if product.Chunks == 0 {
				t.Fatalf("%v is not streamed", size)
			}
			left, right := product.Left.(*Rows), product.Right.(*Columns)
			for workers := 1; workers <= 3; workers++ {
				p := pool.New(workers)
				if err := New(s, p).Run(product); err != nil {
					t.Fatal(err)
				}
				p.Close()
				for at := 0; at < rows*columns; at += 1 + r.IntN(97) {
					row, column := at/columns, at%columns
					sum := product.Bias[column] + product.Residual[at]
					for k := range depth {
						sum += left.Data[row*left.Stride+k] * right.Data[k*right.Stride+column]
					}
					if product.ReLU {
						sum = max(sum, 0)
					}
					if product.Cap {
						sum = min(sum, 6)
					}
					if product.Out[at] != sum {
						t.Fatalf("%s %v, %d workers: element %d is %v, want %v", s.Name, size, workers, at, product.Out[at], sum)
					}
				}
			}
		}
	}
}

func TestStreamingNeedsFewRowsAndMuchToRead(t *testing.T) {
	for _, size := range [][3]int{{2, 4096, 4096}, {57, 4096, 4096}, {20, 64, 4096}, {20, 1 << 20, 2000}, {20, 2048, 1000}} {
		if n := StreamChunks(size[0], size[1], size[2]); n != 0 {
			t.Errorf("%v is streamed in %d chunks", size, n)
		}
	}
}

func BenchmarkStream(b *testing.B) {
	for _, s := range sets(b)[:1] {
		p := pool.New(0)
		defer p.Close()
		m := New(s, p)
		r := rand.New(rand.NewPCG(8, 1))
		for _, size := range [][3]int{{20, 1024, 37632}, {32, 512, 6272}} {
			for _, stream := range []bool{true, false} {
				product := streamed(r, s, size[0], size[1], size[2])
				if product.Stream = stream; !stream {
					product.Chunks = 0
				}
				b.Run(fmt.Sprintf("%s/%v/%v", s.Name, size, stream), func(b *testing.B) {
					for b.Loop() {
						if err := m.Run(product); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
