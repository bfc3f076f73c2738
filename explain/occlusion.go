package explain

import (
	"context"
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/tensor"
)

// Occlusion covers one patch of the picture after the other and takes note of
// how far the probability of the class falls (Zeiler and Fergus, 2014). The
// value of a pixel is the mean fall over the patches that cover it; it is
// negative where covering makes the class likelier. It needs no gradients and a
// prediction for every patch.
type Occlusion struct {
	// Patch is the height and width of a patch in pixels of the model's input;
	// an eighth of the shorter side when 0.
	Patch int
	// Stride is how far apart patches are; half of Patch when 0. The last ones
	// end at the border.
	Stride int
	// Batch is how many covered pictures go through the model together; 16
	// when 0.
	Batch int
}

const (
	patchesAcross  = 8
	coveredAtOnce  = 16
	coveredAtMost  = 1 << 16 // patches of one picture
	coveredInBatch = 1 << 12
)

// complete fills in the defaults for a picture's size.
func (o Occlusion) complete(height, width int) (Occlusion, error) {
	if o.Patch == 0 {
		o.Patch = max(1, min(height, width)/patchesAcross)
	}
	if o.Stride == 0 {
		o.Stride = max(1, o.Patch/2)
	}
	if o.Batch == 0 {
		o.Batch = coveredAtOnce
	}
	if o.Patch < 1 || o.Patch > min(height, width) || o.Stride < 1 || o.Stride > o.Patch || o.Batch < 1 || o.Batch > coveredInBatch {
		return o, fmt.Errorf("patch %d, stride %d and batch %d given, expected a patch of 1 to %d pixels, a stride of at most that and a batch of 1 to %d",
			o.Patch, o.Stride, o.Batch, min(height, width), coveredInBatch)
	}
	if n := len(o.places(height)) * len(o.places(width)); n > coveredAtMost {
		return o, fmt.Errorf("patch %d and stride %d make %d patches of a picture, expected at most %d; take a larger stride", o.Patch, o.Stride, n, coveredAtMost)
	}
	return o, nil
}

// places returns where patches begin along a side.
func (o Occlusion) places(side int) []int {
	var places []int
	for from := 0; from+o.Patch < side; from += o.Stride {
		places = append(places, from)
	}
	return append(places, side-o.Patch)
}

func (o Occlusion) open(_ context.Context, m *lince.Model, sample tensor.Shape) (*lens, error) {
	o, err := o.complete(sample[0], sample[1])
	if err != nil {
		return nil, err
	}
	if m.OutputShape() != nil {
		if err := classifies(m.OutputShape()); err != nil {
			return nil, err
		}
	}
	look := func(ctx context.Context, batch *tensor.Tensor, classes []int) (maps, outputs *tensor.Tensor, err error) {
		results, err := m.PredictOnBatch(ctx, batch)
		if err != nil {
			return nil, nil, err
		}
		shape := batch.Shape()
		if maps, err = tensor.New(tensor.Float32, shape[:3]...); err != nil {
			return nil, nil, err
		}
		area, width := shape[1]*shape[2], results[0].Shape()[1]
		for i, class := range classes {
			class, whole := probabilityOf(results[0].Float32s()[i*width:(i+1)*width], class)
			c := cover{Occlusion: o, model: m, class: class, whole: whole, height: shape[1], width: shape[2], channels: shape[3]}
			picture := batch.Float32s()[i*area*shape[3] : (i+1)*area*shape[3]]
			if err := c.fall(ctx, picture, maps.Float32s()[i*area:(i+1)*area]); err != nil {
				return nil, nil, err
			}
		}
		return maps, results[0], nil
	}
	return &lens{look: look, close: func() error { return nil }}, nil
}

// cover is one picture while its patches are covered.
type cover struct {
	Occlusion
	model                   *lince.Model
	class                   int
	whole                   float64 // the probability when nothing is covered
	height, width, channels int
}

// fall writes the mean fall of the probability at every pixel.
func (c cover) fall(ctx context.Context, picture, into []float32) error {
	filler := means(picture, c.channels)
	sums, counts := make([]float64, len(into)), make([]float64, len(into))
	var patches [][2]int
	for _, top := range c.places(c.height) {
		for _, left := range c.places(c.width) {
			patches = append(patches, [2]int{top, left})
		}
	}
	for len(patches) > 0 {
		now := patches[:min(c.Batch, len(patches))]
		patches = patches[len(now):]
		probabilities, err := c.covered(ctx, picture, filler, now)
		if err != nil {
			return err
		}
		for i, patch := range now {
			c.each(patch, func(pixel int) {
				sums[pixel] += c.whole - probabilities[i]
				counts[pixel]++
			})
		}
	}
	for i := range into {
		into[i] = float32(sums[i] / counts[i])
	}
	return nil
}

// covered returns the probability of the class for each patch being covered.
func (c cover) covered(ctx context.Context, picture, filler []float32, patches [][2]int) ([]float64, error) {
	values := make([]float32, 0, len(patches)*len(picture))
	for i, patch := range patches {
		values = append(values, picture...)
		copied := values[i*len(picture):]
		c.each(patch, func(pixel int) { copy(copied[pixel*c.channels:], filler) })
	}
	batch, err := tensor.Of(values, len(patches), c.height, c.width, c.channels)
	if err != nil {
		return nil, err
	}
	outputs, err := c.model.PredictOnBatch(ctx, batch)
	if err != nil {
		return nil, err
	}
	probabilities, width := make([]float64, len(patches)), outputs[0].Shape()[1]
	for i := range probabilities {
		_, probabilities[i] = probabilityOf(outputs[0].Float32s()[i*width:(i+1)*width], c.class)
	}
	return probabilities, nil
}

// each visits the pixels of a patch.
func (c cover) each(patch [2]int, visit func(pixel int)) {
	for y := patch[0]; y < patch[0]+c.Patch; y++ {
		for x := patch[1]; x < patch[1]+c.Patch; x++ {
			visit(y*c.width + x)
		}
	}
}

// means returns the mean of each channel: the colour that covers.
func means(picture []float32, channels int) []float32 {
	sums := make([]float64, channels)
	for i, v := range picture {
		sums[i%channels] += float64(v)
	}
	list := make([]float32, channels)
	for i, sum := range sums {
		list[i] = float32(sum / float64(len(picture)/channels))
	}
	return list
}
