package explain

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// The look of a grid: the space between tiles and the colour of what is behind.
const gridGap = 2

// Grid lays pictures of one size out in rows from the top left, about as many
// columns as rows.
func Grid(tiles []image.Image) *image.RGBA {
	if len(tiles) == 0 {
		return image.NewRGBA(image.Rectangle{})
	}
	columns := int(math.Ceil(math.Sqrt(float64(len(tiles)))))
	rows := (len(tiles) + columns - 1) / columns
	size := tiles[0].Bounds().Size()
	grid := image.NewRGBA(image.Rect(0, 0, columns*(size.X+gridGap)+gridGap, rows*(size.Y+gridGap)+gridGap))
	draw.Draw(grid, grid.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, tile := range tiles {
		corner := image.Pt(gridGap+i%columns*(size.X+gridGap), gridGap+i/columns*(size.Y+gridGap))
		draw.Draw(grid, image.Rectangle{Min: corner, Max: corner.Add(size)}, tile, tile.Bounds().Min, draw.Src)
	}
	return grid
}

// enlarged returns how many pixels a value becomes in width and height so that
// a tile of the extent is at least so wide.
func enlarged(extent, least int) int { return max(1, (least+extent-1)/extent) }

// stretched returns the values as parts of their range, 0 to 1; all 0 where
// there is none.
func stretched(values []float32) []float32 {
	low, high := float32(math.Inf(1)), float32(math.Inf(-1))
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	parts := make([]float32, len(values))
	if !(high > low) {
		return parts
	}
	for i, v := range values {
		parts[i] = (v - low) / (high - low)
	}
	return parts
}
