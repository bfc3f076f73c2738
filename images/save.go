package images

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/lince-ml/lince/random"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// encode writes a picture in the named format, false if there is none such.
func encode(w io.Writer, m image.Image, format string) (bool, error) {
	switch format {
	case "", "png":
		return true, png.Encode(w, m)
	case "jpg", "jpeg":
		return true, jpeg.Encode(w, m, nil)
	case "bmp":
		return true, bmp.Encode(w, m)
	case "tif", "tiff":
		return true, tiff.Encode(w, m, nil)
	case "gif":
		return true, gif.Encode(w, m, nil)
	}
	return false, nil
}

func (f Flow) validateSaving() error {
	if f.SaveToDir == "" {
		return nil
	}
	info, err := os.Stat(f.SaveToDir)
	switch {
	case err != nil:
		return fmt.Errorf("images: SaveToDir: %w; make the folder first", err)
	case !info.IsDir():
		return fmt.Errorf("images: SaveToDir %s is no folder", f.SaveToDir)
	}
	if known, _ := encode(io.Discard, image.NewGray(image.Rect(0, 0, 1, 1)), f.SaveFormat); !known {
		return fmt.Errorf("images: SaveFormat %q, expected png, jpg, bmp, tiff or gif", f.SaveFormat)
	}
	return nil
}

// nameRange bounds the number in a saved picture's name.
func (p *Pictures) nameRange() int {
	if p.paths == nil {
		return 1e4
	}
	return 1e7
}

// save writes the picture of a row for the user to look at.
func (p *Pictures) save(s *slot, row int, values []float32) error {
	if p.flow.SaveToDir == "" {
		return nil
	}
	index, number, format := s.indices[row], s.names[row], p.flow.SaveFormat
	if !p.generator.KerasCompat {
		number = random.NewStream(p.flow.Seed, uint32(s.epoch), uint32(index), forName).Intn(p.nameRange())
	}
	if format == "" {
		format = "png"
	}
	name := fmt.Sprintf("%s_%d_%d.%s", p.flow.SavePrefix, index, number, format)
	file, err := os.Create(filepath.Join(p.flow.SaveToDir, name))
	if err != nil {
		return fmt.Errorf("images: cannot save an augmented picture: %w", err)
	}
	buffered := bufio.NewWriter(file)
	_, err = encode(buffered, p.visible(values), format)
	if err := errors.Join(err, buffered.Flush(), file.Close()); err != nil {
		return fmt.Errorf("images: cannot save the augmented picture %s: %w", file.Name(), err)
	}
	return nil
}

// visible stretches the values to 0..255 and makes a picture of them.
func (p *Pictures) visible(values []float32) image.Image {
	low, high := slices.Min(values), slices.Max(values)
	level := func(v float32) uint8 {
		if high == low {
			return 0
		}
		return uint8((v - low) / (high - low) * 255)
	}
	size, channels := p.preprocessing.size(), p.preprocessing.ColorMode.Channels()
	at := func(pixel, channel int) uint8 {
		if p.preprocessing.ChannelsFirst {
			return level(values[channel*size.Height*size.Width+pixel])
		}
		return level(values[pixel*channels+channel])
	}
	picture := image.NewNRGBA(image.Rect(0, 0, size.Width, size.Height))
	for i := range size.Height * size.Width {
		c := color.NRGBA{at(i, 0), at(i, channels/2), at(i, channels-1), 255}
		if channels == 4 {
			c = color.NRGBA{at(i, 0), at(i, 1), at(i, 2), at(i, 3)}
		}
		picture.SetNRGBA(i%size.Width, i/size.Width, c)
	}
	return picture
}
