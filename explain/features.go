package explain

import (
	"context"
	"fmt"
	"image"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// Features shows what a layer makes of pictures. It shares the model's weights
// and may be used concurrently.
type Features struct {
	preprocessing images.Preprocessing
	probe         *lince.Probe
	layer         string
}

// NewFeatures returns what shows the results of a layer of the model, named as
// for GradCAM: the last with height and width when empty.
func NewFeatures(ctx context.Context, m *lince.Model, layer string) (*Features, error) {
	p, err := preparation(m)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	f := &Features{preprocessing: p}
	f.probe, err = m.Probe(ctx, func(t *lince.Trace) ([]*graph.Node, error) {
		result, err := spatial(t, layer)
		f.layer = result.Path
		return []*graph.Node{result.Node}, err
	}, p.Shape())
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	return f, nil
}

// Close frees what was compiled; it is not needed at the end of a program.
func (f *Features) Close() error { return f.probe.Close() }

// Picture returns what the layer makes of the picture that the content of a
// file holds.
func (f *Features) Picture(ctx context.Context, content []byte) (Maps, error) {
	values, err := f.preprocessing.Decode(content)
	if err != nil {
		return Maps{}, err
	}
	return f.values(ctx, values)
}

// File is Picture for a file. Its errors name the file.
func (f *Features) File(ctx context.Context, path string) (Maps, error) {
	values, err := f.preprocessing.Load(path)
	if err != nil {
		return Maps{}, err
	}
	maps, err := f.values(ctx, values)
	maps.File = path
	return maps, err
}

func (f *Features) values(ctx context.Context, values []float32) (Maps, error) {
	batch, err := tensor.Of(values, append(tensor.Shape{1}, f.preprocessing.Shape()...)...)
	if err != nil {
		return Maps{}, fmt.Errorf("explain: %w", err)
	}
	maps, err := f.Batch(ctx, batch)
	if err != nil {
		return Maps{}, err
	}
	return maps[0], nil
}

// Batch returns what the layer makes of pictures that are prepared as the model
// takes them, with the samples along the first dimension.
func (f *Features) Batch(ctx context.Context, batch *tensor.Tensor) ([]Maps, error) {
	if err := pictured(batch, f.preprocessing.Shape()); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	results, err := f.probe.Run(ctx, batch)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	shape, values := results[0].Shape(), results[0].Float32s()
	size := len(values) / shape[0]
	list := make([]Maps, shape[0])
	for i := range list {
		list[i] = Maps{Layer: f.layer, Height: shape[1], Width: shape[2], Channels: shape[3], Values: values[i*size : (i+1)*size]}
	}
	return list, nil
}

// Maps are the channels of a layer's result.
type Maps struct {
	// File is the picture's path; empty for pictures in memory.
	File string `json:"file,omitempty"`
	// Layer is the layer's path.
	Layer string `json:"layer"`
	// Height, Width and Channels are the extents of Values, in that order, the
	// channels innermost.
	Height   int       `json:"height"`
	Width    int       `json:"width"`
	Channels int       `json:"channels"`
	Values   []float32 `json:"values"`
}

// leastTile is how many pixels wide a channel is drawn at least.
const leastTile = 32

// Image draws the channels side by side, each over its own range.
func (m Maps) Image(colors Colors) image.Image {
	tiles := make([]image.Image, m.Channels)
	scale := enlarged(min(m.Height, m.Width), leastTile)
	for channel := range tiles {
		values := make([]float32, m.Height*m.Width)
		for i := range values {
			values[i] = m.Values[i*m.Channels+channel]
		}
		values = stretched(values)
		tile := image.NewRGBA(image.Rect(0, 0, m.Width*scale, m.Height*scale))
		for y := range m.Height * scale {
			for x := range m.Width * scale {
				tile.SetRGBA(x, y, colors.At(values[y/scale*m.Width+x/scale]))
			}
		}
		tiles[channel] = tile
	}
	return Grid(tiles)
}
