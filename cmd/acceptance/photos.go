package main

import (
	"image"
	"image/png"
	"os"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/images/picture"
)

// photos returns real photos, spread evenly over the test data.
func (s *session) photos(count int) ([]string, error) {
	var all []string
	for _, name := range []string{"cats-dogs/test", "flowers", "imagenet-250"} {
		folder, err := s.dataPath(name)
		if err != nil {
			return nil, err
		}
		for file, err := range images.Files(folder) {
			if err != nil {
				return nil, err
			}
			all = append(all, file)
		}
	}
	chosen := make([]string, min(count, len(all)))
	for i := range chosen {
		chosen[i] = all[i*len(all)/len(chosen)]
	}
	return chosen, nil
}

// decode returns the pixels of a photo.
func decode(path string) (*picture.Picture, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return picture.Decode(content, picture.Options{})
}

// writePNG writes the pixels of a picture in colour for others to read.
func writePNG(path string, p *picture.Picture) error {
	canvas := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i := range p.Height * p.Width {
		copy(canvas.Pix[4*i:], p.Pix[3*i:3*i+3])
		canvas.Pix[4*i+3] = 255
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(file, canvas); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
