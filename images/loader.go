package images

import (
	"encoding/binary"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/lince-ml/lince/images/internal/kernel"
	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/images/resize"
)

// maxFileSize is the largest picture file that is read, in bytes.
const maxFileSize = 512 << 20

// loader turns files into pictures of the target size. It keeps its buffers
// from one file to the next, so each goroutine has its own.
//
// A picture is stored as bytes, one per value, or as the four bytes of a
// float32 where TensorFlow's resize gives fractions.
type loader struct {
	p       Preprocessing
	options picture.Options
	size    Size
	values  int // per picture
	decoder picture.Decoder
	resizer resize.Resizer
	content []byte
	floats  []float32 // one picture, before ChannelsFirst or as TensorFlow resized it
}

func newLoader(p Preprocessing) (*loader, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	size := p.size()
	l := &loader{
		p: p, size: size, values: size.Height * size.Width * p.ColorMode.Channels(),
		options: picture.Options{Color: p.ColorMode, KerasCompat: p.KerasCompat, IgnoreOrientation: p.KerasCompat},
	}
	if p.ReducedDecoding {
		l.options.AtLeast = [2]int{size.Height, size.Width}
	}
	if p.Interpolation == NearestNeighbor && !p.TensorFlowResize {
		l.options.Rows = l.rows
	}
	return l, nil
}

// rows returns the rows that resizing by the nearest pixel takes.
func (l *loader) rows(height, width int) []int {
	region := l.region(height, width)
	target := l.size.Height
	if l.p.Aspect == Pad {
		target = l.inside(height, width).Height
	}
	return l.resizer.NearestRows(target, height, region)
}

// region returns the part of a picture that is resized.
func (l *loader) region(height, width int) resize.Region {
	if l.p.Aspect != Crop {
		return resize.Region{Height: height, Width: width}
	}
	var r resize.Region
	r.Top, r.Left, r.Height, r.Width = resize.CropBox(height, width, l.size.Height, l.size.Width)
	return r
}

// stored returns the bytes of one stored picture.
func (l *loader) stored() int {
	if l.p.TensorFlowResize {
		return 4 * l.values
	}
	return l.values
}

// read returns the content of a file, valid until the next call. What is no
// regular file is never opened: a pipe would block for ever.
func (l *loader) read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch size := info.Size(); {
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: path, Err: errIrregular}
	case size == 0:
		return nil, &fs.PathError{Op: "read", Path: path, Err: picture.ErrEmpty}
	case size > maxFileSize:
		return nil, &fs.PathError{Op: "read", Path: path, Err: picture.ErrTooLarge}
	case int64(cap(l.content)) < size:
		l.content = make([]byte, size)
	default:
		l.content = l.content[:size]
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := io.ReadFull(file, l.content); err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return l.content, nil
}

// store decodes a file's content to the stored form of its picture, in dst.
func (l *loader) store(dst, content []byte) error {
	p, err := l.decoder.Decode(content, l.options)
	if err != nil {
		return err
	}
	region := l.region(p.Height, p.Width)
	if l.p.TensorFlowResize {
		return l.storeFloats(dst, p, region)
	}
	target := &picture.Picture{Height: l.size.Height, Width: l.size.Width, Channels: p.Channels, Pix: dst[:l.values]}
	if l.p.Aspect == Pad {
		return l.letterbox(target, p)
	}
	if l.p.ShortSide > 0 {
		return l.cut(target, p)
	}
	return l.fit(target, p, region)
}

// fit resizes unless the size is the target's already.
func (l *loader) fit(target, p *picture.Picture, region resize.Region) error {
	if p.Height == target.Height && p.Width == target.Width {
		copy(target.Pix, p.Pix)
		return nil
	}
	return l.resizer.Into(target, p, region, l.p.Interpolation.filter())
}

// letterbox resizes the whole of p to fit inside target and blackens the rest.
func (l *loader) letterbox(target, p *picture.Picture) error {
	inside := l.inside(p.Height, p.Width)
	inner := picture.New(inside.Height, inside.Width, p.Channels)
	if err := l.fit(inner, p, resize.Region{}); err != nil {
		return err
	}
	place(target.Pix, inner.Pix, inside, l.size.Width, p.Channels)
	return nil
}

// inside returns where in the target the whole of a picture fits, centred: what
// tf.image.resize_with_pad computes, in its float32.
func (l *loader) inside(rows, columns int) resize.Region {
	height, width := float32(rows), float32(columns)
	ratio := max(width/float32(l.size.Width), height/float32(l.size.Height))
	height, width = height/ratio, width/ratio
	return resize.Region{
		Top: max(0, int((float32(l.size.Height)-height)/2)), Left: max(0, int((float32(l.size.Width)-width)/2)),
		Height: min(max(1, int(height)), l.size.Height), Width: min(max(1, int(width)), l.size.Width),
	}
}

// place copies the pixels of inner to their region in dst, black elsewhere.
func place[T uint8 | float32](dst, inner []T, region resize.Region, width, channels int) {
	clear(dst)
	for r := range region.Height {
		from := r * region.Width * channels
		copy(dst[((region.Top+r)*width+region.Left)*channels:], inner[from:from+region.Width*channels])
	}
}

// storeFloats is store with TensorFlow's resize.
func (l *loader) storeFloats(dst []byte, p *picture.Picture, region resize.Region) error {
	values, filter := l.scratch(), l.p.Interpolation.filter()
	if l.p.Aspect == Pad {
		inside := l.inside(p.Height, p.Width)
		inner := make([]float32, inside.Height*inside.Width*p.Channels)
		if err := l.resizer.ResizeTensorFlow(inner, inside.Height, inside.Width, p, region, filter); err != nil {
			return err
		}
		place(values, inner, inside, l.size.Width, p.Channels)
	} else if err := l.resizer.ResizeTensorFlow(values, l.size.Height, l.size.Width, p, region, filter); err != nil {
		return err
	}
	for i, v := range values {
		binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(v))
	}
	return nil
}

// expand writes the values of a stored picture to dst.
func (l *loader) expand(dst []float32, stored []byte) {
	if !l.p.TensorFlowResize {
		kernel.Widen(dst, stored, 1)
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(stored[4*i:]))
	}
}

func (l *loader) scratch() []float32 {
	if l.floats == nil {
		l.floats = make([]float32, l.values)
	}
	return l.floats
}

// decode returns what the model is to see of a file's content.
func (l *loader) decode(content []byte) ([]float32, error) {
	stored := make([]byte, l.stored())
	if err := l.store(stored, content); err != nil {
		return nil, err
	}
	values := make([]float32, l.values)
	l.expand(values, stored)
	if err := l.finish(values, l.p.Rescale); err != nil {
		return nil, err
	}
	return values, nil
}

// finish standardises one picture in place, of whose Rescale factor is left,
// and puts its channels where the model expects them.
func (l *loader) finish(values []float32, factor float64) error {
	if err := l.p.standardize(values, factor); err != nil {
		return err
	}
	if l.p.ChannelsFirst {
		copy(l.scratch(), values)
		channelsFirst(values, l.floats, l.p.ColorMode.Channels())
	}
	return nil
}

// channelsFirst writes the planes of the interleaved picture src to dst.
func channelsFirst(dst, src []float32, channels int) {
	plane := len(src) / channels
	for c := range channels {
		for i := range plane {
			dst[c*plane+i] = src[i*channels+c]
		}
	}
}
