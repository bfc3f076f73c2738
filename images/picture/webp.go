package picture

import (
	"bytes"
	"image"

	"golang.org/x/image/webp"
)

func isWebP(content []byte) bool {
	return len(content) >= 12 && string(content[:4]) == "RIFF" && string(content[8:12]) == "WEBP"
}

func webpSize(content []byte) (height, width int, err error) {
	config, err := webp.DecodeConfig(bytes.NewReader(content))
	return config.Height, config.Width, err
}

func decodeWebP(_ *Decoder, content []byte, clip16 bool) (*Picture, error) {
	m, err := webp.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *image.YCbCr:
		return fromVideo(m, nil, 0), nil
	case *image.NYCbCrA:
		return fromVideo(&m.YCbCr, m.A, m.AStride), nil
	}
	return fromImage(m, clip16)
}

// fromVideo converts from the range of video (Y 16 … 235), which WebP uses
// where JPEG uses all bytes, smoothing the chroma of half size: libwebp's
// fixed-point arithmetic, exactly. alpha may be nil.
func fromVideo(m *image.YCbCr, alpha []uint8, alphaStride int) *Picture {
	h, w := m.Rect.Dy(), m.Rect.Dx()
	channels := 3
	if alpha != nil {
		channels = 4
	}
	p := New(h, w, channels)
	blue, red := make([]uint8, w), make([]uint8, w)
	half := (w + 1) / 2
	last := (h+1)/2 - 1
	for y := range h {
		near, far := y/2, min(last, y/2+1)
		if y%2 == 0 {
			far = max(0, y/2-1)
		}
		smooth(blue, m.Cb[near*m.CStride:][:half], m.Cb[far*m.CStride:][:half])
		smooth(red, m.Cr[near*m.CStride:][:half], m.Cr[far*m.CStride:][:half])
		out := p.Pix[y*w*channels:][:w*channels]
		for x, luma := range m.Y[y*m.YStride:][:w] {
			yy, cb, cr := int32(luma)*19077>>8, int32(blue[x]), int32(red[x])
			o := out[x*channels:][:channels]
			o[0] = clamp((yy + cr*26149>>8 - 14234) >> 6)
			o[1] = clamp((yy - cb*6419>>8 - cr*13320>>8 + 8708) >> 6)
			o[2] = clamp((yy + cb*33050>>8 - 17685) >> 6)
			if channels == 4 {
				o[3] = alpha[y*alphaStride+x]
			}
		}
	}
	return p
}

// smooth doubles a row of chroma: 9/16 of the nearest sample, 3/16 of its
// neighbours beside and in the other row, 1/16 of the one across.
func smooth(out, near, far []uint8) {
	left, below := uint32(near[0]), uint32(far[0])
	out[0] = uint8((3*left + below + 2) >> 2)
	for i := 1; 2*i-1 < len(out); i++ {
		if i == len(near) { // the row's even end
			out[2*i-1] = uint8((3*left + below + 2) >> 2)
			return
		}
		right, across := uint32(near[i]), uint32(far[i])
		sum := left + right + below + across + 8
		out[2*i-1] = uint8(((sum+2*(right+below))>>3 + left) >> 1)
		if 2*i < len(out) {
			out[2*i] = uint8(((sum+2*(left+across))>>3 + right) >> 1)
		}
		left, below = right, across
	}
}

// clamp limits v to what a byte holds.
func clamp(v int32) uint8 { return uint8(max(0, min(255, v))) }
