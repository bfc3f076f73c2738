package blocks

import "github.com/lince-ml/lince/layers"

// InceptionA is the Inception block of the finest grid (Szegedy et al., 2015,
// figure 5): branches of 1×1, 5×5, twice 3×3 and of a pooling, side by side.
// (batch, height, width, channels) becomes (batch, height, width,
// 224 + Projection).
type InceptionA struct {
	// Projection is the number of channels behind the pooling; required.
	Projection int
	// Name is that of the concatenation.
	Name string
}

// Apply appends the block to x.
func (b InceptionA) Apply(x layers.Value) layers.Value {
	one := same(x, 64, 1, 1)
	five := same(same(x, 48, 1, 1), 64, 5, 5)
	three := same(same(same(x, 64, 1, 1), 96, 3, 3), 96, 3, 3)
	pool := same(smoothed(x), b.Projection, 1, 1)
	return layers.Apply(layers.Concatenate{Name: b.Name}, one, five, three, pool)
}

// InceptionReductionA halves the grid behind blocks A: two branches of
// convolutions and a max pooling. (batch, height, width, channels) becomes
// (batch, (height-1)/2, (width-1)/2, 480 + channels).
type InceptionReductionA struct {
	// Name is that of the concatenation.
	Name string
}

// Apply appends the block to x.
func (b InceptionReductionA) Apply(x layers.Value) layers.Value {
	three := strided(x, 384)
	double := strided(same(same(x, 64, 1, 1), 96, 3, 3), 96)
	return layers.Apply(layers.Concatenate{Name: b.Name}, three, double, halved(x))
}

// InceptionB is the Inception block of the middle grid (figure 6): kernels of
// 7×7 taken apart into 1×7 and 7×1. (batch, height, width, channels) becomes
// (batch, height, width, 768).
type InceptionB struct {
	// Inner is the number of channels inside of the branches; required.
	Inner int
	// Name is that of the concatenation.
	Name string
}

// Apply appends the block to x.
func (b InceptionB) Apply(x layers.Value) layers.Value {
	one := same(x, 192, 1, 1)
	seven := same(same(same(x, b.Inner, 1, 1), b.Inner, 1, 7), 192, 7, 1)
	double := same(x, b.Inner, 1, 1)
	double = same(same(double, b.Inner, 7, 1), b.Inner, 1, 7)
	double = same(same(double, b.Inner, 7, 1), 192, 1, 7)
	pool := same(smoothed(x), 192, 1, 1)
	return layers.Apply(layers.Concatenate{Name: b.Name}, one, seven, double, pool)
}

// InceptionReductionB halves the grid behind blocks B. (batch, height, width,
// channels) becomes (batch, (height-1)/2, (width-1)/2, 512 + channels).
type InceptionReductionB struct {
	// Name is that of the concatenation.
	Name string
}

// Apply appends the block to x.
func (b InceptionReductionB) Apply(x layers.Value) layers.Value {
	three := strided(same(x, 192, 1, 1), 320)
	seven := strided(same(same(same(x, 192, 1, 1), 192, 1, 7), 192, 7, 1), 192)
	return layers.Apply(layers.Concatenate{Name: b.Name}, three, seven, halved(x))
}

// InceptionC is the Inception block of the coarsest grid (figure 7), whose
// branches end in 1×3 and 3×1 side by side. (batch, height, width, channels)
// becomes (batch, height, width, 2048).
type InceptionC struct {
	// Name is that of the concatenation, Split that of the first branch's.
	Name, Split string
}

// Apply appends the block to x.
func (b InceptionC) Apply(x layers.Value) layers.Value {
	one := same(x, 320, 1, 1)
	three := split(same(x, 384, 1, 1), b.Split)
	double := split(same(same(x, 448, 1, 1), 384, 3, 3), "")
	pool := same(smoothed(x), 192, 1, 1)
	return layers.Apply(layers.Concatenate{Name: b.Name}, one, three, double, pool)
}

// split is 1×3 and 3×1 side by side.
func split(x layers.Value, name string) layers.Value {
	return layers.Apply(layers.Concatenate{Name: name}, same(x, 384, 1, 3), same(x, 384, 3, 1))
}

// same is a convolution that keeps the size.
func same(x layers.Value, filters, height, width int) layers.Value {
	return Convolution{Filters: filters, Kernel: [2]int{height, width}, Padding: layers.Same}.Apply(x)
}

// strided is a convolution of 3×3 that halves the size.
func strided(x layers.Value, filters int) layers.Value {
	return Convolution{Filters: filters, Kernel: layers.Square(3), Strides: layers.Square(2)}.Apply(x)
}

// halved is the largest of every 3×3 in steps of 2.
func halved(x layers.Value) layers.Value {
	return layers.Apply(layers.MaxPooling2D{Pool: layers.Square(3), Strides: layers.Square(2)}, x)
}

// smoothed is the mean of every 3×3.
func smoothed(x layers.Value) layers.Value {
	return layers.Apply(layers.AveragePooling2D{Pool: layers.Square(3), Strides: layers.Square(1), Padding: layers.Same}, x)
}
