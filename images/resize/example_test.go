package resize_test

import (
	"fmt"

	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/images/resize"
)

func ExampleResize() {
	row := &picture.Picture{Height: 1, Width: 6, Channels: 1, Pix: []uint8{0, 100, 200, 50, 0, 255}}
	for _, width := range []int{3, 12} {
		resized, err := resize.Resize(row, 1, width, resize.Bilinear)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resized.Pix)
	}
	// Output:
	// [71 106 116]
	// [0 25 75 125 175 163 88 38 13 64 191 255]
}

func ExampleResizer() {
	photo := picture.New(375, 500, 3)
	target := picture.New(150, 150, 3)
	var r resize.Resizer // kept for all pictures, so that nothing is allocated for each
	var center resize.Region
	center.Top, center.Left, center.Height, center.Width = resize.CropBox(photo.Height, photo.Width, 150, 150)
	if err := r.Into(target, photo, center, resize.Lanczos); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v\n", center)
	// Output: {Top:0 Left:62 Height:375 Width:375}
}

func ExampleFilter() {
	f, err := resize.ParseFilter("lanczos")
	fmt.Println(f, err)
	// Output: lanczos <nil>
}

func ExampleRegion() {
	digits := &picture.Picture{Height: 2, Width: 4, Channels: 1, Pix: []uint8{0, 1, 2, 3, 4, 5, 6, 7}}
	corner := picture.New(1, 2, 1)
	var r resize.Resizer
	if err := r.Into(corner, digits, resize.Region{Top: 1, Left: 2, Height: 1, Width: 2}, resize.Nearest); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(corner.Pix)
	// Output: [6 7]
}
