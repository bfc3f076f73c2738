// Package gemm multiplies float32 matrices in blocks that fit the caches. Its
// factors are Operands, which hand out packed panels: a stored matrix, or
// pictures seen through the windows of a convolution.
//
// Blocks of the depth have a size that depends on the depth alone, and sums
// over blocks and chunks have a fixed order, so that results are bit-identical
// whatever the number of workers.
package gemm

import (
	"unsafe"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

const (
	depthBlock  = 512 // deepest block that is summed in registers
	columnBlock = 256 // widest block of the right factor that one item multiplies
	rowPanels   = 16  // most panels of the left factor in one item
	// Scratch is the number of row pointers that Pack may use.
	Scratch = 64
)

// Operand is a factor of a product: lanes (rows of the left factor, columns
// of the right one) of numbers along the depth that is summed over.
type Operand interface {
	// Pack writes the panel of the lanes [lane, lane+width) at the depths
	// [from, from+depth): dst[k·width + i] is lane lane+i at from+k, and zero
	// for lanes that do not exist. rows is scratch of length Scratch.
	Pack(dst []float32, width, lane, from, depth int, rows []*float32)
}

// Product describes Out = Left · Right, Rows × Columns, summed over Depth.
type Product struct {
	Rows, Columns, Depth int
	Left, Right          Operand
	// Out holds row i at i·Stride.
	Out    []float32
	Stride int
	// Accumulate adds to Out instead of overwriting it. Then Bias, one number
	// per column and nil for none, is added, and with ReLU negative results
	// become zero.
	Accumulate bool
	Bias       []float32
	ReLU       bool
	// Cap replaces results above six by six, after the rectifier.
	Cap bool
	// Residual, unless nil, is added to the result before the rectifier; row i
	// lies at i·ResidualStride. It excludes Accumulate and may be Out itself.
	Residual       []float32
	ResidualStride int

	// Packed is memory for the packed right factor, of SizeFor elements. It
	// may be nil; then workers pack what they need. With Fresh it already holds
	// the packed factor; Run sets Fresh when that has come true.
	// With Keep it will serve later runs too, so it is packed even for few rows.
	Packed      []float32
	Fresh, Keep bool

	// Chunks cuts the depth into parts that are summed apart, in Partials (of
	// Chunks·Rows·Columns elements), and then added in order; 0 and 1 do not.
	// It is for products that are deeper than wide, and excludes Accumulate
	// and, without Stream, Bias, ReLU, Cap and Residual. Stride and
	// ResidualStride must be Columns.
	Chunks   int
	Partials []float32
	// Stream reads the right factor where it lies; see StreamChunks, which
	// Chunks must come from.
	Stream bool
	// BFloat16 asks for factors rounded to bfloat16, whose products are added in
	// float32. It is for a left factor that is Rounded and a Packed memory;
	// without, factors are multiplied as they are. It
	// excludes Chunks. NarrowOut and NarrowResidual say that the memory of Out
	// and of Residual holds numbers of bfloat16, in its first half; they are for
	// products that Rounds allows. Out and Residual may be one memory if both do.
	BFloat16, NarrowOut, NarrowResidual bool
}

// Multiplier computes products on a pool, one at a time. It owns the memory
// that workers pack into.
type Multiplier struct {
	set     *kernel.Set
	pool    *pool.Pool
	workers []worker

	product *Product
	plan    plan
	strips  strips // if the left factor is placed
	whole   [1]int // the segments of a lane in one piece
}

type worker struct {
	left, right, tile, bias []float32
	gathered                []float32
	strips                  [mostStrips]strip
	rounded                 [mostStrips]roundedStrip
	rows                    []*float32
}

// New returns a multiplier with the kernels of set.
func New(set *kernel.Set, p *pool.Pool) *Multiplier {
	m := &Multiplier{set: set, pool: p, workers: make([]worker, p.Workers())}
	for i := range m.workers {
		m.workers[i] = worker{
			left:     Aligned(depthBlock * set.TileRows),
			right:    Aligned(depthBlock * roundUp(columnBlock, set.TileColumns)),
			tile:     Aligned(set.TileRows * set.TileColumns),
			bias:     Aligned(set.TileColumns),
			gathered: Aligned(gathered),
			rows:     make([]*float32, Scratch),
		}
	}
	return m
}

// Aligned returns zeros that begin at a cache line.
func Aligned(n int) []float32 {
	const line = 16
	whole := make([]float32, n+line)
	skip := -int(uintptr(unsafe.Pointer(&whole[0]))/4) & (line - 1)
	return whole[skip : skip+n : skip+n]
}

// PackedSize returns the elements of a packed right factor.
func (m *Multiplier) PackedSize(columns, depth int) int {
	return roundUp(columns, m.set.TileColumns) * depth
}

// Chunks returns into how many parts a product of the given size is best cut:
// it depends on the size alone. Below 4096 deep, adding the parts up would
// cost more than a percent of computing them.
func Chunks(rows, columns, depth int) int {
	const deepest, most, largest = 4096, 32, 1 << 22
	return max(1, min(depth/deepest, most, largest/max(rows*columns, 1)))
}

// Run computes the product.
func (m *Multiplier) Run(p *Product) error {
	if p.Rows == 0 || p.Columns == 0 {
		return nil
	}
	m.product = p
	if p.Packed != nil && m.Rounds(p) {
		return m.runBFloat16(p)
	}
	if m.fewRows() {
		return m.pool.Run(ceil(p.Columns, thinColumns), (*thin)(m))
	}
	if p.Stream {
		if err := m.pool.Run(p.Chunks, (*streaming)(m)); err != nil {
			return err
		}
		return m.reduce()
	}
	m.plan = m.divide(p)
	left, placed := m.placed(p)
	if placed {
		m.cut(p, left)
	}
	if m.plan.shared && !p.Fresh {
		if err := m.pack(); err != nil {
			return err
		}
	}
	if placed {
		return m.pool.Run(m.plan.items(), (*placing)(m))
	}
	if err := m.pool.Run(m.plan.items(), (*multiplying)(m)); err != nil {
		return err
	}
	if m.plan.chunks > 1 {
		return m.reduce()
	}
	return nil
}

// pack packs the right factor into the product's shared memory.
func (m *Multiplier) pack() error {
	if err := m.pool.Run(m.plan.blocks*ceil(m.product.Columns, m.set.TileColumns), (*packing)(m)); err != nil {
		return err
	}
	m.product.Fresh = true
	return nil
}

func ceil(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceil(a, b) * b }
