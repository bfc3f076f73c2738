package kernel

// Winograd is the transforms of Winograd's convolution F(m×m, 3×3): a tile of
// m×m results is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A of the kernel g and a tile d of
// (m+2)×(m+2) pixels (Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2016). A transformed tile is (m+2)² numbers in as many
// planes of memory, plane elements apart; every transform works on registers
// of neighbouring channels.
type Winograd struct {
	// Results is m.
	Results int
	// Pictures writes Bᵀ d B of a tile whose pixels lie row and pixel elements
	// apart, for groups registers of channels, whose results lie group apart.
	Pictures func(dst *float32, plane, group int, src *float32, row, pixel, groups int)
	// Gradients writes A d Aᵀ of m×m gradients of results, as Pictures does.
	Gradients func(dst *float32, plane, group int, src *float32, row, pixel, groups int)
	// Kernels writes G g Gᵀ for count channels. The elements of a kernel lie
	// tap apart, which may be negative, channels step apart in src and apart in
	// dst. Of each register lanes filters are read, the others become zero.
	Kernels func(dst *float32, plane, apart int, src *float32, tap, step, count, lanes int)
	// Outputs writes Aᵀ t A plus bias and residual, both of which may be nil,
	// rectified as mode says, for groups registers of filters.
	Outputs func(dst *float32, row, pixel int, src *float32, plane int, bias, residual *float32, residualRow, residualPixel, groups int, mode Mode)
	// Pooled writes the maxima of 2×2 results instead; a maximum is NaN if one
	// of its results is.
	Pooled func(dst *float32, row, pixel int, src *float32, plane int, bias *float32, groups int, mode Mode)
	// Maxima writes them with their numbers, as Windows.FirstMaxima does, of the
	// results before they are rectified. The numbers of filters lie side by
	// side, those of pixels whichRow and whichPixel bytes apart.
	Maxima func(dst *float32, row, pixel int, which *uint8, whichRow, whichPixel int, src *float32, plane int, bias *float32, groups int, mode Mode, positive int)
	// KernelGradients writes Gᵀ t G, the gradient of lanes filters for count
	// channels: apart in src, step in dst.
	KernelGradients func(dst *float32, tap, step int, src *float32, plane, apart, count, lanes int)
}

// Planes multiplies groups of Rows transformed tiles with a panel of kernels,
// in every plane:
//
//	c[group][i][j] = Σₖ a[group][k/Lanes][i][k mod Lanes] · b[k][j]   for i < Rows, j < Columns
//
// where rows of b and c are TileColumns wide and channels is a multiple of Lanes.
type Planes struct {
	Rows, Columns int
	Multiply      func(channels, groups, planes int, a *float32, aPlane int, b *float32, bPlane int, c *float32, cPlane int)
}

// FastTransforms reports whether Winograd's transforms work on registers. Those
// in Go cost more than the products that they save.
func (s *Set) FastTransforms() bool { return s.Name != generic }

// WinogradFor returns the transforms for tiles of 2×2 or 4×4 results.
func (s *Set) WinogradFor(results int) *Winograd {
	if results == s.winograd[0].Results {
		return &s.winograd[0]
	}
	return &s.winograd[1]
}

// PlanesFor returns the products of a panel's width and of half of it that
// take tiles transformed tiles in the least time, and in how many groups.
func (s *Set) PlanesFor(tiles int) (whole, half *Planes, groups int) {
	const overhead = 1 // of a group, in rows: starting it and storing its sums
	least := 0
	for i := 0; i < len(s.planes); i += 2 {
		rows := s.planes[i].Rows
		n := (tiles + rows - 1) / rows
		if cost := n * (rows + overhead); whole == nil || cost < least {
			whole, half, groups, least = &s.planes[i], &s.planes[i+1], n, cost
		}
	}
	return whole, half, groups
}
