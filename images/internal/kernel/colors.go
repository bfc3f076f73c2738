package kernel

// The conversion's matrix is JFIF's in 16 binary places. One sum of three
// numbers gives all three colours: green with its binary places, which libjpeg
// rounds last, in the lowest bits, and above it red and blue, which are whole.
// Each is offset to stay positive, so that no borrow leaves its place.
const (
	greenPlaces = 16
	redAt       = 32
	blueAt      = 48
	offset      = 256
	colorMask   = 1<<10 - 1
)

// chroma holds what each value of a difference adds.
type chroma [256]uint64

var blueness, redness = func() (blue, red chroma) {
	const half = 1 << 15
	for i := range 256 {
		x := int64(i) - 128
		blue[i] = uint64(half-22554*x) + uint64((116130*x+half)>>16+offset)<<blueAt
		red[i] = uint64(offset<<greenPlaces-46802*x) + uint64((91881*x+half)>>16+offset)<<redAt
	}
	return blue, red
}()

// colors is the twin of the assembly.
func colors(out, luma, blue, red []uint8) {
	const (
		all    = 1<<greenPlaces | 1<<redAt | 1<<blueAt
		inside = all * offset
		beyond = all * (offset | 2*offset)
	)
	blue, red = blue[:len(luma)], red[:len(luma)]
	for x, y := range luma {
		if len(out) < 3 {
			return
		}
		sum := uint64(y)*all + blueness[blue[x]] + redness[red[x]]
		if sum&beyond == inside { // offset is above the bits of a byte
			out[0], out[1], out[2] = uint8(sum>>redAt), uint8(sum>>greenPlaces), uint8(sum>>blueAt)
		} else {
			out[0], out[1], out[2] = color(sum>>redAt), color(sum>>greenPlaces), color(sum>>blueAt)
		}
		out = out[3:]
	}
}

// color is the colour in the lowest bits.
func color(sum uint64) uint8 { return clamp(int32(sum&colorMask) - offset) }
