package report

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"github.com/lince-ml/lince/images"
)

// thumb is the side of a small picture in pixels.
const thumb = 160

// thumbnails returns the worst predicted pictures, small, whole and upright;
// nil for those that cannot be read any more and those without a file.
func (p *prepared) thumbnails(ctx context.Context) ([]*image.RGBA, error) {
	list := make([]*image.RGBA, len(p.mistakes))
	for i, m := range p.mistakes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values, err := images.Preprocessing{TargetSize: images.Square(thumb), Aspect: images.Pad}.Load(m.File)
		if err != nil {
			continue
		}
		list[i] = image.NewRGBA(image.Rect(0, 0, thumb, thumb))
		for k := range thumb * thumb {
			list[i].SetRGBA(k%thumb, k/thumb, color.RGBA{uint8(values[3*k] + 0.5), uint8(values[3*k+1] + 0.5), uint8(values[3*k+2] + 0.5), 0xff})
		}
	}
	return list, nil
}

// jpegFile returns a picture for the page, nothing for nil.
func jpegFile(picture *image.RGBA) ([]byte, error) {
	if picture == nil {
		return nil, nil
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: 85}); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

// contactSheet returns a PNG file of the pictures that could be read, six in
// a row, the worst first; nil without any.
func contactSheet(pictures []*image.RGBA) ([]byte, error) {
	const columns, pitch, gap = 6, thumb + 8, 8
	var there []*image.RGBA
	for _, picture := range pictures {
		if picture != nil {
			there = append(there, picture)
		}
	}
	if len(there) == 0 {
		return nil, nil
	}
	rows := (len(there) + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, min(len(there), columns)*pitch+gap, rows*pitch+gap))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	for i, picture := range there {
		corner := image.Pt(gap+i%columns*pitch, gap+i/columns*pitch)
		draw.Draw(sheet, picture.Bounds().Add(corner), picture, image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, sheet); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}
