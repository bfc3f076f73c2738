package picture_test

import (
	"errors"
	"fmt"

	"github.com/lince-ml/lince/images/picture"
)

// A red and a blue pixel as a PPM file.
var redAndBlue = []byte("P6 2 1 255\n\xff\x00\x00\x00\x00\xff")

func ExampleDecode() {
	p, err := picture.Decode(redAndBlue, picture.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Height, p.Width, p.Channels, p.Pix)
	_, err = picture.Decode(redAndBlue[:14], picture.Options{})
	fmt.Println(errors.Is(err, picture.ErrTruncated), err)
	// Output:
	// 1 2 3 [255 0 0 0 0 255]
	// true picture: pnm: the file ends too early: 3 bytes of samples, 6 expected
}

func ExampleDecodeConfig() {
	info, err := picture.DecodeConfig(redAndBlue)
	fmt.Printf("%+v %v\n", info, err)
	// Output: {Format:pnm Height:1 Width:2 Orientation:1} <nil>
}

func ExampleOptions() {
	_, err := picture.Decode([]byte("P6 30000 30000 255\n"), picture.Options{MaxPixels: 1e6})
	fmt.Println(err)
	// Output: picture: pnm: the picture is too large: 30000×30000 pixels (height × width), at most 1000000 in all are allowed
}

func ExamplePicture() {
	p := picture.New(2, 3, 3)
	row, column := 1, 2
	copy(p.Pix[(row*p.Width+column)*p.Channels:], []uint8{255, 128, 0})
	fmt.Println(p.Pix, p.Validate())
	// Output: [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 255 128 0] <nil>
}

func ExampleColorMode() {
	mode, err := picture.ParseColorMode("grayscale")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := picture.Decode(redAndBlue, picture.Options{Color: mode})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mode, mode.Channels(), p.Pix)
	// Output: grayscale 1 [76 29]
}

func ExampleInfo() {
	info := picture.Info{Format: "jpeg", Height: 3000, Width: 4000, Orientation: 6}
	fmt.Println("to be turned right:", info.Orientation == 6)
	// Output: to be turned right: true
}

func ExampleDecoder() {
	var d picture.Decoder
	for _, content := range [][]byte{redAndBlue, redAndBlue[:14]} {
		p, err := d.Decode(content, picture.Options{})
		fmt.Println(p != nil, err)
	}
	// Output:
	// true <nil>
	// false picture: pnm: the file ends too early: 3 bytes of samples, 6 expected
}
