package augment

import "fmt"

// Options say how a Transform is applied. The zero value is Keras' default.
type Options struct {
	FillMode FillMode
	CVal     float64 // what Constant fills with, in the range of the source's values
	Order    Order
	// Rescale multiplies all values at the end; 0 means 1.
	Rescale float64
	// KerasCompat gives what Keras gives to the last bit, faults included:
	// the centre and the shifts of its Transform, and brightness that cuts
	// values to whole numbers and turns pictures of values 0 … 1 black.
	KerasCompat bool
}

// FillMode says what lies outside a picture, as SciPy's modes of the names do.
type FillMode uint8

// The fill modes, for a row a b c d. The zero value is Keras' default.
const (
	Nearest  FillMode = iota // a a a a | a b c d | d d d d
	Constant                 // k k k k | a b c d | k k k k, k = CVal, from the outermost pixels' centres on
	Reflect                  // d c b a | a b c d | d c b a
	Wrap                     // d b c | a b c d | b c a: the last pixel lies on the first
)

var fillModes = [...]string{Nearest: "nearest", Constant: "constant", Reflect: "reflect", Wrap: "wrap"}

// String returns Keras' name of the mode.
func (m FillMode) String() string {
	if int(m) >= len(fillModes) {
		return fmt.Sprintf("fillmode(%d)", uint8(m))
	}
	return fillModes[m]
}

// ParseFillMode returns the mode of Keras' name for it.
func ParseFillMode(name string) (FillMode, error) {
	for m := range fillModes {
		if fillModes[m] == name {
			return FillMode(m), nil
		}
	}
	return 0, fmt.Errorf("augment: unknown fill mode %q, expected nearest, constant, reflect or wrap", name)
}

// Order is the order of the spline that interpolates between pixels: Keras'
// interpolation_order.
type Order uint8

// The orders. The zero value is Keras' default.
const (
	Bilinear     Order = iota // order 1
	NearestPixel              // order 0
	Cubic                     // order 3
)

var orders = [...]int{Bilinear: 1, NearestPixel: 0, Cubic: 3}

// String returns the order as Keras' number.
func (o Order) String() string {
	if int(o) >= len(orders) {
		return fmt.Sprintf("order(%d)", uint8(o))
	}
	return fmt.Sprint(orders[o])
}

// ParseOrder returns the Order of Keras' interpolation_order 0, 1 or 3.
func ParseOrder(degree int) (Order, error) {
	for o := range orders {
		if orders[o] == degree {
			return Order(o), nil
		}
	}
	return 0, fmt.Errorf("augment: interpolation order %d, expected 0 (nearest), 1 (bilinear) or 3 (cubic)", degree)
}

func (o Options) scale() float32 {
	if o.Rescale == 0 {
		return 1
	}
	return float32(o.Rescale)
}

func (o Options) check() error {
	if int(o.FillMode) >= len(fillModes) {
		return fmt.Errorf("augment: unknown %v, expected one of the FillMode constants", o.FillMode)
	}
	if int(o.Order) >= len(orders) {
		return fmt.Errorf("augment: unknown %v, expected one of the Order constants", o.Order)
	}
	return nil
}
