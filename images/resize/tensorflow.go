package resize

import (
	"fmt"
	"math"

	"github.com/lince-ml/lince/images/picture"
)

// ResizeTensorFlow resizes the part of src that region names into dst, which
// holds height·width·channels values 0 … 255, as tf.image.resize(antialias =
// False) does: filters keep their width when shrinking, so pixels may be
// skipped. Only the region counts, as if it had been cut out first; CropBox
// gives that of crop_to_aspect_ratio.
func (r *Resizer) ResizeTensorFlow(dst []float32, height, width int, src *picture.Picture, region Region, f Filter) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("resize: source: %w", err)
	}
	region, err := region.of(src)
	if err != nil {
		return err
	}
	return r.sample(dst, height, width, src, region, f)
}

// PadTensorFlow is ResizeTensorFlow of the whole picture after it was laid, in
// the middle, on black of the target's aspect ratio: Keras'
// pad_to_aspect_ratio. The border on both sides of the picture is equally wide.
func (r *Resizer) PadTensorFlow(dst []float32, height, width int, src *picture.Picture, f Filter) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("resize: source: %w", err)
	}
	if err := checkTarget(height, width); err != nil {
		return err
	}
	above := (max(src.Height, src.Width*height/width) - src.Height) / 2
	beside := (max(src.Width, src.Height*width/height) - src.Width) / 2
	padded := Region{Top: -above, Left: -beside, Height: src.Height + 2*above, Width: src.Width + 2*beside}
	return r.sample(dst, height, width, src, padded, f)
}

// sample resizes a region that may reach out of src, where all is black.
func (r *Resizer) sample(dst []float32, height, width int, src *picture.Picture, region Region, f Filter) error {
	if err := checkTarget(height, width); err != nil {
		return err
	}
	c := src.Channels
	if len(dst) != height*width*c {
		return fmt.Errorf("resize: target holds %d values, expected %d×%d×%d (height × width × channels)", len(dst), height, width, c)
	}
	kernel := f.tensorFlowKernel()
	if kernel == nil {
		return fmt.Errorf("resize: TensorFlow has no %v filter, expected bilinear, nearest, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic", f)
	}
	r.rows.set(kernel, region.Top, region.Height, src.Height, height)
	r.across.set(kernel, region.Left, region.Width, src.Width, width)
	stride := src.Width * c
	r.blend = grow(r.blend, stride)
	for y := range height {
		clear(r.blend)
		start, weights := r.rows.of(y)
		for j, weight := range weights {
			for x, v := range src.Pix[(start+j)*stride:][:stride] {
				r.blend[x] += float32(weight * float32(v))
			}
		}
		r.across.sum(dst[y*width*c:][:width*c], r.blend, c)
	}
	return nil
}

// tensorFlowAxis holds the source pixels and weights of each target pixel.
type tensorFlowAxis struct {
	start, from []int // first source pixel; where its weights begin
	weights     []float32
}

// set weighs length pixels from offset, which may lie outside the axis of size
// pixels: what does is left out, since it is black.
func (a *tensorFlowAxis) set(kernel axisKernel, offset, length, size, target int) {
	a.start, a.from, a.weights = grow(a.start, target), grow(a.from, target+1), a.weights[:0]
	for i := range target {
		a.from[i] = len(a.weights)
		var start int
		start, a.weights = kernel(a.weights, i, length, target)
		weights := a.weights[a.from[i]:]
		before := min(len(weights), max(0, -offset-start))
		beyond := min(len(weights)-before, max(0, offset+start+len(weights)-size))
		copy(weights, weights[before:])
		a.weights = a.weights[:len(a.weights)-before-beyond]
		a.start[i] = max(0, min(offset+start+before, size-1))
	}
	a.from[target] = len(a.weights)
}

func (a *tensorFlowAxis) of(i int) (start int, weights []float32) {
	return a.start[i], a.weights[a.from[i]:a.from[i+1]]
}

// sum weighs the pixels of one row.
func (a *tensorFlowAxis) sum(out, in []float32, c int) {
	for i := range a.start {
		start, weights := a.of(i)
		for channel := range c {
			p, total := start*c+channel, float32(0)
			for _, weight := range weights {
				total += float32(weight * in[p])
				p += c
			}
			out[i*c+channel] = total
		}
	}
}

// An axisKernel appends the weights of target pixel i of an axis resized from
// length to target pixels and returns the first source pixel they are for.
type axisKernel func(weights []float32, i, length, target int) (start int, appended []float32)

var tensorFlowKernels = [...]axisKernel{
	Bilinear:      linearWeights,
	Nearest:       nearestWeights,
	Bicubic:       cubicWeights,
	Area:          areaWeights,
	Lanczos3:      windowed(3, windowedSinc(3)),
	Lanczos5:      windowed(5, windowedSinc(5)),
	Gaussian:      windowed(1.5, gaussian),
	MitchellCubic: windowed(2, mitchell),
}

// tensorFlowKernel returns TensorFlow's kernel of the filter, nil if it has none.
func (f Filter) tensorFlowKernel() axisKernel {
	if int(f) >= len(tensorFlowKernels) {
		return nil
	}
	return tensorFlowKernels[f]
}

// center returns where the centre of target pixel i lies in the source, pixel
// centres at integers.
func center(i, length, target int) float32 {
	scale := float32(length) / float32(target)
	return float32((float32(i)+0.5)*scale) - 0.5
}

func linearWeights(weights []float32, i, length, target int) (int, []float32) {
	x := center(i, length, target)
	floor := float32(math.Floor(float64(x)))
	lower, upper := max(int(floor), 0), min(int(floor)+1, length-1)
	if lower >= upper {
		return upper, append(weights, 1)
	}
	return lower, append(weights, 1-(x-floor), x-floor)
}

func nearestWeights(weights []float32, i, length, target int) (int, []float32) {
	scale := float32(length) / float32(target)
	return min(int((float32(i)+0.5)*scale), length-1), append(weights, 1)
}

// cubicWeights are Keys' with a = -0.5, at distances rounded to 1/1024.
func cubicWeights(weights []float32, i, length, target int) (int, []float32) {
	x := center(i, length, target)
	floor := math.Floor(float64(x))
	fraction := math.RoundToEven((float64(x)-floor)*1024) / 1024
	first := int(floor) - 1
	start, end := max(first, 0), min(first+4, length)
	from := len(weights)
	for j := start; j < end; j++ {
		weights = append(weights, float32(cubic(float64(j-first-1)-fraction)))
	}
	normalize(weights[from:])
	return start, weights
}

func areaWeights(weights []float32, i, length, target int) (int, []float32) {
	scale := float32(length) / float32(target)
	from, to := float32(float32(i)*scale), float32(float32(i+1)*scale)
	start, end := int(from), min(int(math.Ceil(float64(to))), length)
	for j := start; j < end; j++ {
		covered := min(float32(j+1), to) - max(float32(j), from)
		weights = append(weights, covered/scale)
	}
	return start, weights
}

// windowed weighs by a kernel of the distance that is zero beyond radius.
func windowed(radius float32, kernel func(float32) float32) axisKernel {
	return func(weights []float32, i, length, target int) (int, []float32) {
		inverse := 1 / (float32(target) / float32(length))
		x := float32((float32(i) + 0.5) * inverse)
		start := max(0, min(length-1, int(math.Ceil(float64(x-radius-0.5)))))
		end := max(0, min(length-1, int(math.Floor(float64(x+radius-0.5))))) + 1
		from := len(weights)
		for j := start; j < end; j++ {
			distance := float32(math.Abs(float64(float32(j) + 0.5 - x)))
			if distance >= radius {
				weights = append(weights, 0)
				continue
			}
			weights = append(weights, kernel(distance))
		}
		normalize(weights[from:])
		return start, weights
	}
}

func windowedSinc(radius float64) func(float32) float32 {
	return func(x float32) float32 {
		if x <= 1e-3 {
			return 1
		}
		return float32(sinc(float64(x)) * sinc(float64(x)/radius))
	}
}

// gaussian has a standard deviation of half a pixel.
func gaussian(x float32) float32 { return float32(math.Exp(-2 * float64(x) * float64(x))) }

// mitchell is the kernel of D. Mitchell and A. Netravali (SIGGRAPH 1988) with
// B = C = 1/3.
func mitchell(x float32) float32 {
	if x >= 1 {
		return ((-7./18*x+2)*x-10./3)*x + 16./9
	}
	return (7./6*x-2)*x*x + 8./9
}

// normalize divides by the sum, where there is one.
func normalize(weights []float32) {
	sum := float32(0)
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return
	}
	for i := range weights {
		weights[i] /= sum
	}
}
