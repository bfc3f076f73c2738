package conv

// What an algorithm costs is counted in multiply-adds, of which a core does
// about 57·10⁹ a second in vectors of 256 bits: measured on Zen 4.
const (
	costOfByte  = 8       // of memory that no cache holds
	costInCache = 2       // of a byte in the third cache
	cached      = 4 << 20 // bytes that stay there from one run to the next
	directShare = 1.2     // of a multiply-add in a product over patches
	roundShare  = 0.6     // the same in bfloat16
	// of a number in a tile that is transformed: 4×4 results, then 2×2, each
	// for a channel of the pictures and for a filter
	costOfPicture4, costOfResult4 = 140, 115
	costOfPicture2, costOfResult2 = 60, 40
)

// task tells the three convolutions apart.
type task int

const (
	forwardTask task = iota
	inputTask
	filterTask
)

// cheapest returns what computes a 3×3 convolution at stride 1 in the least
// time. Fewer multiplications pay if there are channels enough to share the
// transforms; and as transformed kernels are four times larger, or nearly two,
// if there are tiles enough to share the reading of them.
func (e *Engine) cheapest(g *Geometry, t task) Algorithm {
	const fewest = 16
	if min(g.Channels, g.Filters) < fewest || !e.set.FastTransforms() {
		return Product
	}
	best, least := Product, g.productCost(t, e.BFloat16)
	for _, a := range []Algorithm{Winograd4, Winograd2} {
		if cost := g.winogradCost(a, t); cost < least {
			best, least = a, cost
		}
	}
	return best
}

// pictures returns how many are convolved at once; unknown is many.
func (g *Geometry) pictures() float64 {
	if g.Pictures == 0 {
		return 16
	}
	return float64(g.Pictures)
}

func (g *Geometry) pairs() float64 { return float64(g.Channels) * float64(g.Filters) }

// reading returns what it costs to read so many numbers that the cores share.
func reading(numbers float64) float64 {
	if 4*numbers <= cached {
		return 4 * numbers * costInCache
	}
	return 4 * numbers * costOfByte
}

func (g *Geometry) productCost(t task, rounded bool) float64 {
	pixels, share := g.outPixels(), directShare
	if rounded && t != filterTask {
		share = roundShare
	}
	if t == inputTask {
		pixels = g.inPixels()
	}
	return max(9*g.pairs()*g.pictures()*float64(pixels)*share, reading(9*g.pairs()))
}

// roundingPays reports whether a product over patches takes less time in
// bfloat16, though patches must then be rounded: in pieces, a row of the
// window each. Counted in cycles of vectors of 512 bits, for one position.
func (g *Geometry) roundingPays() bool {
	const lanes, piece = 16, 15
	channels, filters := g.perGroup()
	depth := g.taps() * channels
	rounding := piece*g.Size[0] + 2*depth/lanes
	return rounding < depth*filters/(2*lanes)
}

func (g *Geometry) winogradCost(a Algorithm, t task) float64 {
	out, channels, filters := g.Out, g.Channels, g.Filters
	if t == inputTask {
		out, channels, filters = g.In, g.Filters, g.Channels
	}
	m := a.results()
	tiles := g.pictures() * float64(ceil(out[0], m)*ceil(out[1], m))
	perPicture, perResult := costOfPicture4, costOfResult4
	if a == Winograd2 {
		perPicture, perResult = costOfPicture2, costOfResult2
	}
	kernels := float64((m+2)*(m+2)) * g.pairs()
	compute := tiles * (kernels + float64(perPicture*channels+perResult*filters))
	if t == filterTask {
		const passes = 3 // sums are written, read again to be joined, and transformed back
		return compute + passes*reading(kernels)
	}
	return max(compute, reading(kernels))
}
