package kernel

//go:generate sh -c "cd generate && go run . -isa avx512 -part bfloat16 -out ../bfloat16_amd64.s -stubs ../bfloat16_amd64.go -pkg kernel"

// BFloat16 is the kernels that multiply numbers rounded to bfloat16, which
// keeps 8 bits of a float32's 24, and add the products in float32.
//
// A panel of the right factor holds, for every two depths, both values of each
// of TileColumns columns side by side.
type BFloat16 struct {
	tiles []Paired // ascending rows; for equal rows ascending columns

	// Round writes x[i] to dst[i] for i < n, ties to even.
	Round func(dst *uint16, x *float32, n int)
	// Pair makes a panel of one in float32: dst[k/2][column][k%2] is
	// x[k][column] for k < depth; an odd last depth is joined with zeros.
	Pair func(dst *uint16, x *float32, depth int)
	// MaxWindows and SumWindows are those of [Windows] on such numbers, which
	// are joined as float32.
	MaxWindows func(dst *uint16, apart int, taps []*uint16, step, pixels, channels int)
	SumWindows func(dst *uint16, apart int, taps []*uint16, step, pixels, channels int, scale float32)
}

// The further bits of a Paired's Mode: the residual is bfloat16, and so is the
// result, which is rounded once it is rectified.
const (
	NarrowResidual Mode = 8 << iota
	NarrowResult
)

// Paired multiplies rows of bfloat16, step apart, with a panel:
//
//	c[i·stride + j] = Σₖ a[i·step + k] · b[k/2][j][k%2]   for i < Rows, j < columns, k < 2·pairs
//
// with the sums in float32, in order of the pairs. Columns, bias, residual and
// mode are those of [Strided]; with NarrowResult and NarrowResidual, c and
// residual point to bfloat16. Numbers below 2⁻¹²⁶ count as zero.
type Paired struct {
	Rows, Columns int
	Multiply      func(a *uint16, step, pairs int, b *uint16, c *float32, stride, columns int,
		bias, residual *float32, apart int, mode Mode)
}

// PairedFor returns the tile of the given rows that covers columns, neither
// more than the largest tile's.
func (b *BFloat16) PairedFor(rows, columns int) *Paired {
	perRow := len(b.tiles) / b.tiles[len(b.tiles)-1].Rows
	at := perRow * (rows - 1)
	for columns > b.tiles[at].Columns {
		at++
	}
	return &b.tiles[at]
}
