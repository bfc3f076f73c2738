package jpeg_test

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lince-ml/lince/images/jpeg"
)

// read returns a file of the tests.
func read(name string) []byte {
	content, err := os.ReadFile("testdata/small/" + name)
	if err != nil {
		panic(err)
	}
	return content
}

func ExampleDecode() {
	m, err := jpeg.Decode(read("cmyk.jpg"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d×%d, %d inks\n", m.Width, m.Height, m.Components)

	content := read("cmyk.jpg")
	_, err = jpeg.Decode(content[:len(content)/2])
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output:
	// 43×29, 4 inks
	// true
}

func ExampleDecoder() {
	d := jpeg.Decoder{MaxPixels: 1_000_000}
	for _, name := range []string{"pillow_420.jpg", "progressive_gray.jpg"} {
		m, err := d.Decode(read(name))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.Width, m.Height, m.Components)
	}
	// Output:
	// 35 37 3
	// 43 29 1
}

func ExampleImage() {
	m, err := jpeg.Decode(read("pillow_420.jpg"))
	if err != nil {
		fmt.Println(err)
		return
	}
	row, column := 1, 0
	fmt.Println(m.Pix[(row*m.Width+column)*m.Components:][:m.Components])
	// Output: [123 122 120]
}

func ExampleConfig() {
	config, err := jpeg.DecodeConfig(read("gray.jpg"))
	fmt.Printf("%+v %v\n", config, err)
	// Output: {Width:43 Height:29 Components:1} <nil>
}

func ExampleFormatError() {
	_, err := jpeg.Decode([]byte("GIF89a"))
	var damaged jpeg.FormatError
	fmt.Println(errors.As(err, &damaged), err)
	// Output: true jpeg: the file does not begin with 0xffd8
}

func ExampleUnsupportedError() {
	_, err := jpeg.Decode([]byte("\xff\xd8\xff\xc3\x00\x02"))
	var unsupported jpeg.UnsupportedError
	fmt.Println(errors.As(err, &unsupported), err)
	// Output: true jpeg: lossless JPEG is not supported
}

func ExampleSizeError() {
	d := jpeg.Decoder{MaxPixels: 1000}
	_, err := d.Decode(read("gray.jpg"))
	fmt.Println(err)
	// Output: jpeg: 43×29 pixels (width × height), at most 1000 in all are allowed
}

func ExampleDecoder_Row() {
	var d jpeg.Decoder
	c, err := d.Read(read("pillow_420.jpg"))
	if err != nil {
		fmt.Println(err)
		return
	}
	row := make([]uint8, c.Width*c.Components)
	if err := d.Row(row, 1); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(row[:c.Components])
	fmt.Println(d.Row(row, c.Height))
	// Output:
	// [123 122 120]
	// jpeg: row 37 in 105 bytes, expected one of the 37 rows that were read in 105 bytes
}
