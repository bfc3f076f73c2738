package watch

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"time"

	"github.com/google/renameio/v2/maybe"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
)

// A sheet holds at most so many pictures and so many pixels, so that keeping
// it costs little.
const (
	maxTiles  = 12
	maxPixels = 400_000
)

// keepSamples writes the first pictures of an epoch as the network sees them.
// Short epochs do so now and then.
func (o *recorder) keepSamples(epoch int) error {
	const pause = 20 * time.Second
	if o.settings.Pictures == nil || o.broken != nil || time.Since(o.sheet) < pause {
		return nil
	}
	o.sheet = time.Now()
	strip, labels, err := sheet(o.run.Context(), o.settings.Pictures, epoch)
	if err != nil {
		// If the pictures are gone, the training itself will tell.
		o.warn(err)
		return o.run.Context().Err()
	}
	var content bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&content, strip); err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	o.breakOff(maybe.WriteFile(o.files.samples, content.Bytes(), 0o644))
	o.write(Event{Kind: Samples, Epoch: epoch, Labels: labels})
	return nil
}

// sheet returns the first pictures of an epoch, one below the other, and the
// names of their classes.
func sheet(ctx context.Context, pictures *images.Pictures, epoch int) (image.Image, []string, error) {
	preprocessing := pictures.Preprocessing()
	names, classes := pictures.ClassNames(), pictures.Labels()
	for batch, err := range pictures.Batches(ctx, epoch, 0) {
		if err != nil {
			return nil, nil, fmt.Errorf("watch: %w", err)
		}
		tiles, err := tilesOf(batch, preprocessing)
		if err != nil {
			return nil, nil, fmt.Errorf("watch: %w", err)
		}
		labels := make([]string, len(tiles))
		for i := range tiles {
			if i < len(batch.Indices) && batch.Indices[i] < len(classes) {
				labels[i] = names[classes[batch.Indices[i]]]
			}
		}
		return strip(tiles), labels, nil
	}
	return nil, nil, fmt.Errorf("watch: epoch %d has no pictures", epoch+1)
}

// tilesOf returns the first pictures of a batch.
func tilesOf(batch *data.Batch, preprocessing images.Preprocessing) ([]image.Image, error) {
	values := batch.Inputs[0].Float32s()
	each := len(values) / batch.Len()
	var tiles []image.Image
	for i := range min(maxTiles, batch.Len()) {
		tile, err := preprocessing.Image(values[i*each:][:each])
		if err != nil {
			return nil, err
		}
		if area := tile.Bounds().Dx() * tile.Bounds().Dy(); i > 0 && (i+1)*area > maxPixels {
			break
		}
		tiles = append(tiles, tile)
	}
	return tiles, nil
}

// strip puts pictures of one size one below the other.
func strip(tiles []image.Image) image.Image {
	size := tiles[0].Bounds().Size()
	all := image.NewNRGBA(image.Rect(0, 0, size.X, size.Y*len(tiles)))
	for i, tile := range tiles {
		place := image.Rectangle{Min: image.Pt(0, i*size.Y), Max: image.Pt(size.X, (i+1)*size.Y)}
		draw.Draw(all, place, tile, tile.Bounds().Min, draw.Src)
	}
	return all
}
