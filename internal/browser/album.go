package browser

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
)

// maxAlbum is how many bytes a picture of the documentation may have.
const maxAlbum = 150_000

// WriteAlbum writes screenshots side by side into a PNG file for the documentation.
func WriteAlbum(path string, screens ...[]byte) error {
	const margin = 24
	var shots []image.Image
	size := image.Pt(margin, 0)
	for _, content := range screens {
		shot, err := png.Decode(bytes.NewReader(content))
		if err != nil {
			return fmt.Errorf("browser: %w", err)
		}
		shots = append(shots, shot)
		size.X += shot.Bounds().Dx() + margin
		size.Y = max(size.Y, shot.Bounds().Dy()+2*margin)
	}
	album := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(album, album.Bounds(), image.NewUniform(color.Gray{0xc8}), image.Point{}, draw.Src)
	x := margin
	for _, shot := range shots {
		place := image.Rectangle{Min: image.Pt(x, margin), Max: image.Pt(x, margin).Add(shot.Bounds().Size())}
		draw.Draw(album, place, shot, shot.Bounds().Min, draw.Src)
		x += shot.Bounds().Dx() + margin
	}
	coarsen(album.Pix)
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&file, album); err != nil {
		return errors.Join(errors.New("browser: the album cannot be written"), err)
	}
	if file.Len() > maxAlbum {
		return fmt.Errorf("browser: %s would have %d bytes, at most %d may be; show less", path, file.Len(), maxAlbum)
	}
	return os.WriteFile(path, file.Bytes(), 0o644)
}

// coarsen rounds colours to 16 levels, which the eye hardly sees and the file is
// much smaller for; white stays white.
func coarsen(levels []uint8) {
	for i, level := range levels {
		levels[i] = uint8((int(level) + 8) / 17 * 17)
	}
}
