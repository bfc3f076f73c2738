package gemm

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// packing packs the right factor into the product's shared memory: one item
// per block of the depth and panel. Panels of a block lie one after another.
type packing Multiplier

func (x *packing) Do(item, worker int) {
	p, width := x.product, x.set.TileColumns
	across := ceil(p.Columns, width)
	block, panel := item/across, item%across
	from, depth := x.plan.depths(0, block, p.Depth)
	p.Right.Pack(sharedPanel(p, width, from, depth, panel), width, panel*width, from, depth, x.workers[worker].rows)
}

func sharedPanel(p *Product, width, from, depth, panel int) []float32 {
	start := from*roundUp(p.Columns, width) + panel*width*depth
	return p.Packed[start : start+width*depth]
}

// multiplying computes one item: some rows by some columns of one chunk.
type multiplying Multiplier

func (x *multiplying) Do(item, worker int) {
	p, d := x.product, &x.plan
	columnItem := item % d.columnItems
	rowItem := item / d.columnItems % d.rowItems
	chunk := item / d.columnItems / d.rowItems
	b := block{
		multiplying: x, worker: &x.workers[worker], chunk: chunk, out: p.Out,
		row: rowItem * d.rows, rowEnd: min((rowItem+1)*d.rows, p.Rows),
		column: columnItem * d.columns, columnEnd: min((columnItem+1)*d.columns, p.Columns),
	}
	if d.chunks > 1 {
		size := p.Rows * p.Columns
		b.out = p.Partials[chunk*size : (chunk+1)*size]
	}
	for i := range d.blocks {
		b.multiply(i)
	}
}

// block is a rectangle of the result that one worker computes.
type block struct {
	*multiplying
	worker            *worker
	chunk             int
	out               []float32
	row, rowEnd       int
	column, columnEnd int
}

// multiply adds the products of one block of the depth. A panel of the left
// factor stays in the first cache while the right factor's stream by.
func (b *block) multiply(depthBlock int) {
	p, height, width := b.product, b.set.TileRows, b.set.TileColumns
	from, depth := b.plan.depths(b.chunk, depthBlock, p.Depth)
	if !b.plan.shared {
		for column := b.column; column < b.columnEnd; column += width {
			at := (column - b.column) * depth
			p.Right.Pack(b.worker.right[at:at+width*depth], width, column, from, depth, b.worker.rows)
		}
	}
	mode := kernel.Mode(0)
	if p.Accumulate || p.Residual != nil || depthBlock > 0 {
		mode |= kernel.Accumulate
	}
	last := depthBlock == b.plan.blocks-1
	if last && p.ReLU {
		mode |= kernel.ReLU
	}
	if last && p.Cap {
		mode |= kernel.Cap
	}
	left := b.worker.left[:height*depth]
	for row := b.row; row < b.rowEnd; row += height {
		p.Left.Pack(left, height, row, from, depth, b.worker.rows)
		for column := b.column; column < b.columnEnd; column += width {
			var right []float32
			if b.plan.shared {
				right = sharedPanel(p, width, from, depth, column/width)
			} else {
				at := (column - b.column) * depth
				right = b.worker.right[at : at+width*depth]
			}
			if p.Residual != nil && depthBlock == 0 {
				b.begin(row, column)
			}
			b.tile(left, right, depth, row, column, mode, last && p.Bias != nil)
		}
	}
}

// begin puts the residual where a tile's products are added to it.
func (b *block) begin(row, column int) {
	p := b.product
	columns := min(b.set.TileColumns, b.columnEnd-column)
	for r := row; r < min(row+b.set.TileRows, b.rowEnd); r++ {
		copy(b.out[r*p.Stride+column:][:columns], p.Residual[r*p.ResidualStride+column:][:columns])
	}
}

// tile computes one tile, by way of scratch where the tile is larger than
// what is left of the result.
func (b *block) tile(left, right []float32, depth, row, column int, mode kernel.Mode, biased bool) {
	p, w := b.product, b.worker
	rows, columns := min(b.set.TileRows, b.rowEnd-row), min(b.set.TileColumns, b.columnEnd-column)
	t := b.set.TileFor(rows, columns)
	fits := t.Rows == rows && t.Columns == columns
	var bias *float32
	if biased {
		bias = &p.Bias[column]
		if t.Columns > columns {
			copy(w.bias, p.Bias[column:column+columns])
			bias = &w.bias[0]
		}
	}
	var a, c *float32
	if depth > 0 {
		a, c = &left[0], &right[0]
	}
	at := row*p.Stride + column
	if fits {
		t.Multiply(depth, a, c, &b.out[at], p.Stride, bias, mode)
		return
	}
	if mode&kernel.Accumulate != 0 {
		for r := range rows {
			copy(w.tile[r*t.Columns:], b.out[at+r*p.Stride:][:columns])
		}
	}
	t.Multiply(depth, a, c, &w.tile[0], t.Columns, bias, mode)
	for r := range rows {
		copy(b.out[at+r*p.Stride:][:columns], w.tile[r*t.Columns:])
	}
}
