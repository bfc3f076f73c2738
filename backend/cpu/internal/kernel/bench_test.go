package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func BenchmarkTile(b *testing.B) {
	const depth = 288
	for _, s := range append(native(), portable()) {
		for _, tile := range s.tiles {
			b.Run(fmt.Sprintf("%s/%dx%d", s.Name, tile.Rows, tile.Columns), func(b *testing.B) {
				a, x := make([]float32, depth*s.TileRows), make([]float32, depth*s.TileColumns)
				c := make([]float32, tile.Rows*tile.Columns)
				for b.Loop() {
					tile.Multiply(depth, &a[0], &x[0], &c[0], tile.Columns, nil, 0)
				}
				work := 2 * float64(depth*tile.Rows*tile.Columns) * float64(b.N)
				b.ReportMetric(work/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func BenchmarkStrided(b *testing.B) {
	const depth = 288
	offsets := []int{0}
	for _, s := range append(native(), portable()) {
		for i := range s.strided {
			tile := &s.strided[i]
			b.Run(fmt.Sprintf("%s/%dx%d", s.Name, tile.Rows, tile.Columns), func(b *testing.B) {
				a, x := make([]float32, depth*tile.Rows), make([]float32, depth*s.TileColumns)
				c := make([]float32, tile.Rows*tile.Columns)
				for b.Loop() {
					tile.Multiply(&a[0], depth, &offsets[0], 1, depth, &x[0], &c[0], tile.Columns, tile.Columns, nil, nil, 0, 0)
				}
				work := 2 * float64(depth*tile.Rows*tile.Columns) * float64(b.N)
				b.ReportMetric(work/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func BenchmarkTranspose(b *testing.B) {
	const depth = 288
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range append(native(), portable()) {
		b.Run(s.Name, func(b *testing.B) {
			rows := make([]*float32, s.Lanes*2)
			for i := range rows {
				rows[i] = &randomGuarded(r, depth).data[0]
			}
			dst := make([]float32, s.TileRows*depth)
			for b.Loop() {
				s.Transpose(dst, s.TileRows, rows, depth)
			}
			b.SetBytes(int64(4 * len(dst)))
		})
	}
}

func BenchmarkVector(b *testing.B) {
	for _, s := range append(native(), portable()) {
		x, y := make([]float32, 2048), make([]float32, 2048)
		for name, run := range map[string]func(){
			"Add":      func() { s.Add(y, x, y) },
			"ReLUGrad": func() { s.ReLUGrad(y, x, y) },
			"Exp":      func() { s.Exp(y, x) },
			"Tanh":     func() { s.Tanh(y, x) },
			"Erf":      func() { s.Erf(y, x) },
			"Less":     func() { s.Less(y, x, y) },
			"Sum":      func() { s.Sum(x) },
		} {
			b.Run(s.Name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					run()
				}
				b.SetBytes(int64(4 * len(x)))
			})
		}
	}
}

func BenchmarkDepthwise(b *testing.B) {
	const channels, width, blocks = 32, 26, 3
	for _, s := range append(native(), portable()) {
		b.Run(s.Name, func(b *testing.B) {
			x, w := make([]float32, 3*width*channels), make([]float32, 9*channels)
			out := make([]float32, 8*blocks*channels)
			var taps []int
			for i := range 9 {
				taps = append(taps, (i/3*width+i%3)*channels, i*channels)
			}
			for b.Loop() {
				s.Depthwise[7](&out[0], channels, &x[0], channels, &w[0], &taps[0], 9, channels, nil, nil, 0, 0, blocks)
			}
			work := 2 * float64(9*len(out)) * float64(b.N)
			b.ReportMetric(work/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
