package jpeg_test

import (
	"fmt"
	"os"

	"github.com/lince-ml/lince/images/jpeg"
)

func ExampleDecoder() {
	content, err := os.ReadFile("testdata/small/pillow_420.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	d := jpeg.Decoder{MaxPixels: 1_000_000}
	m, err := d.Decode(content)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d×%d, first pixel %v\n", m.Width, m.Height, m.Pix[:m.Components])
	// Output: 35×37, first pixel [113 113 113]
}

func ExampleDecodeConfig() {
	content, err := os.ReadFile("testdata/small/gray.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	config, err := jpeg.DecodeConfig(content)
	fmt.Println(config.Width, config.Height, config.Components, err)
	// Output: 43 29 1 <nil>
}
