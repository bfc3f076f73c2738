package picture

import (
	"bytes"

	"golang.org/x/image/tiff"
)

func isTIFF(content []byte) bool {
	return bytes.HasPrefix(content, []byte("II*\x00")) || bytes.HasPrefix(content, []byte("MM\x00*"))
}

func tiffSize(content []byte) (height, width int, err error) {
	config, err := tiff.DecodeConfig(bytes.NewReader(content))
	return config.Height, config.Width, err
}

func decodeTIFF(_ *Decoder, content []byte, clip16 bool) (*Picture, error) {
	m, err := tiff.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return fromImage(m, clip16)
}
