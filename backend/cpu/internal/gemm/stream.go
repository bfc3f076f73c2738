package gemm

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// A product of a few rows with a large stored matrix that changes from run to
// run, such as a wide dense layer's in training, takes as long as reading that
// matrix. It is streamed: chunks of the depth are summed apart, each reading
// its rows of the matrix once and in order.

const (
	streamRows  = 56      // most rows of the left factor
	streamDepth = 512     // of a chunk
	streamLeast = 1 << 20 // elements of the right factor
	// streamColumns is how many columns leave a scratch for enough depth.
	streamColumns = depthBlock * columnBlock / 32
)

// StreamChunks returns into how many Chunks a product with Stream is cut, 0 if
// its size does not deserve streaming. Left must be Rows, Right Columns.
func StreamChunks(rows, columns, depth int) int {
	if rows <= thinRows || rows > streamRows || depth < 2*streamDepth || depth*columns < streamLeast || columns > streamColumns {
		return 0
	}
	return ceil(depth, streamDepth)
}

// streaming is the loop over chunks.
type streaming Multiplier

func (x *streaming) Do(chunk, worker int) {
	p, w := x.product, &x.workers[worker]
	height, width := x.set.TileRows, x.set.TileColumns
	size := p.Rows * p.Columns
	b := block{
		multiplying: (*multiplying)(x), worker: w, out: p.Partials[chunk*size : (chunk+1)*size],
		rowEnd: p.Rows, columnEnd: p.Columns,
	}
	columns := roundUp(p.Columns, width)
	most := min(streamDepth, len(w.right)/columns) // that fit into scratch
	mode := kernel.Mode(0)
	end := min((chunk+1)*streamDepth, p.Depth)
	for from := chunk * streamDepth; from < end; from += most {
		depth := min(most, end-from)
		x.lay(w.right, from, depth)
		for row := 0; row < p.Rows; row += height {
			left := w.left[:height*depth]
			p.Left.Pack(left, height, row, from, depth, w.rows)
			for column := 0; column < p.Columns; column += width {
				b.tile(left, w.right[column*depth:], depth, row, column, mode, false)
			}
		}
		mode = kernel.Accumulate
	}
}

// lay packs rows of the right factor, each read from its beginning to its
// end, into panels that lie one after another.
func (x *streaming) lay(panels []float32, from, depth int) {
	right, width := x.product.Right.(*Columns), x.set.TileColumns
	for k := range depth {
		line := right.Data[(from+k)*right.Stride:][:right.Lanes]
		for column := 0; column < right.Lanes; column += width {
			to := panels[column*depth+k*width:][:width]
			clear(to[copy(to, line[column:]):])
		}
	}
}
