// Package shapes draws small pictures of circles, squares, triangles and stars
// for the demonstration: at any place, size, angle and colour on a noisy
// ground, so that no single pixel tells the classes apart and a linear model
// cannot.
package shapes

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/image/vector"

	"github.com/lince-ml/lince/random"
)

// Classes returns the names of what can be drawn, in the order of their numbers.
func Classes() []string { return []string{"circle", "square", "star", "triangle"} }

// Draw returns a picture of a class, size pixels wide and high. Equal seeds
// and indices give equal pictures.
func Draw(class, size int, seed uint64, index int) (image.Image, error) {
	if class < 0 || class >= len(Classes()) || size < 8 {
		return nil, fmt.Errorf("shapes: class %d at %d pixels, expected a class from 0 to %d and at least 8 pixels", class, size, len(Classes())-1)
	}
	r := random.NewStream(seed, uint32(class), uint32(index))
	below, above := colours(r)
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(below), image.Point{}, draw.Src)
	shape := outline(class)
	radius := r.Uniform(0.25, 0.42) * float64(size)
	angle := r.Uniform(0, 2*math.Pi)
	x := r.Uniform(radius, float64(size)-radius)
	y := r.Uniform(radius, float64(size)-radius)
	raster := vector.NewRasterizer(size, size)
	for i, p := range shape {
		sine, cosine := math.Sincos(angle)
		px := float32(x + radius*(cosine*p[0]-sine*p[1]))
		py := float32(y + radius*(sine*p[0]+cosine*p[1]))
		if i == 0 {
			raster.MoveTo(px, py)
		} else {
			raster.LineTo(px, py)
		}
	}
	raster.ClosePath()
	raster.Draw(picture, picture.Bounds(), image.NewUniform(above), image.Point{})
	speckle(picture, r)
	return picture, nil
}

// colours returns two colours that the eye tells apart; which of them is the
// brighter one says nothing.
func colours(r *random.Stream) (below, above color.RGBA) {
	const contrast = 70
	for {
		below, above = colour(r), colour(r)
		if difference := brightness(below) - brightness(above); math.Abs(difference) > contrast {
			return below, above
		}
	}
}

func brightness(c color.RGBA) float64 {
	return 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
}

func colour(r *random.Stream) color.RGBA {
	return color.RGBA{uint8(r.Intn(256)), uint8(r.Intn(256)), uint8(r.Intn(256)), 255}
}

// speckle adds noise to every pixel, so that colours alone tell little.
func speckle(picture *image.RGBA, r *random.Stream) {
	const strength = 12
	for i := range picture.Pix {
		if i%4 != 3 {
			picture.Pix[i] = uint8(min(max(float64(picture.Pix[i])+strength*r.Normal(), 0), 255))
		}
	}
}

// outline returns the corners of a class within the unit circle.
func outline(class int) [][2]float64 {
	switch Classes()[class] {
	case "circle":
		return polygon(40, 1, 1)
	case "square":
		return polygon(4, 1, 1)
	case "star":
		return polygon(10, 1, 0.45)
	}
	return polygon(3, 1, 1)
}

// polygon returns corners whose distances from the centre alternate.
func polygon(corners int, outer, inner float64) [][2]float64 {
	points := make([][2]float64, corners)
	for i := range points {
		radius := outer
		if i%2 == 1 {
			radius = inner
		}
		sine, cosine := math.Sincos(2 * math.Pi * float64(i) / float64(corners))
		points[i] = [2]float64{radius * cosine, radius * sine}
	}
	return points
}

// WriteFolder draws count pictures of every class into folder/CLASS/NNN.png.
// first is the index of the first picture, so that several folders can differ.
func WriteFolder(folder string, count, size int, seed uint64, first int) error {
	for class, name := range Classes() {
		classFolder := filepath.Join(folder, name)
		if err := os.MkdirAll(classFolder, 0o755); err != nil {
			return err
		}
		for i := range count {
			picture, err := Draw(class, size, seed, first+i)
			if err != nil {
				return err
			}
			if err := writePNG(filepath.Join(classFolder, fmt.Sprintf("%03d.png", i)), picture); err != nil {
				return err
			}
		}
	}
	return nil
}

func writePNG(path string, picture image.Image) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(file, picture); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
