package kernel

//go:generate sh -c "cd generate && go run . -isa avx2 -part window -out ../avx2_window_amd64.s -stubs ../avx2_window_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run . -isa avx512 -part window -out ../avx512_window_amd64.s -stubs ../avx512_window_amd64.go -pkg kernel"
//go:generate sh -c "cd generate && go run ./neon -part window -out ../neon_window_arm64.s -stubs ../neon_window_arm64.go"

// Nowhere is the number of no tap; see [Windows.FirstMaxima].
const Nowhere = 255

// Windows is the kernels of pooling over windows of any form. Each handles
// pixels windows in a row, channels elements each. taps, at least one, point to
// what the elements of the first window read, in order; what those of the
// next read lies step elements on. Results lie apart elements from one window
// to the next.
type Windows struct {
	// MaxWindows takes the largest, NaN if any is.
	MaxWindows func(dst *float32, apart int, taps []*float32, step, pixels, channels int)
	// SumWindows adds up in the order of taps, then multiplies by scale.
	SumWindows func(dst *float32, apart int, taps []*float32, step, pixels, channels int, scale float32)
	// FirstMaxima is MaxWindows that also stores, channels bytes per window,
	// the number of the first tap that none is greater than. With positive 1
	// (else it is 0) that is Nowhere unless it is above zero.
	FirstMaxima func(dst *float32, apart int, taps []*float32, step, pixels, channels int, which *uint8, numbers *int32, positive int)
	// AddWhere adds the gradients of the windows that which says number won to
	// what that tap reads: dst of the first window, step elements on of each next.
	AddWhere func(dst *float32, step int, gradient *float32, which *uint8, pixels, channels, number int)
	// SumWon adds to each of the channels sums the gradients of the windows
	// whose which is not Nowhere, pixel after pixel.
	SumWon func(sums, gradient *float32, which *uint8, pixels, channels int)
	// Unpool2 sets the four pixels of windows of 2×2 side by side, two in each
	// of two rows, to the gradient if which holds their number, else to zero.
	Unpool2 func(toTop, toBottom, gradient *float32, which *uint8, pixels, channels int)
}
