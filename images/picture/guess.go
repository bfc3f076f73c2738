package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"

	"github.com/lince-ml/lince/images/jpeg"
	"golang.org/x/image/tiff"
)

// signatures are of files that turn up among pictures and are none, or none of
// the formats read here.
var signatures = [...]struct {
	offset        int
	magic, advice string
}{
	{4, "ftyphei", "it is HEIC; convert it to JPEG"},
	{4, "ftypmif1", "it is HEIF; convert it to JPEG"},
	{4, "ftypavi", "it is AVIF; convert it to JPEG or PNG"},
	{4, "ftyp", "it is a film"},
	{0, "\x00\x00\x00\x0cJXL ", "it is JPEG XL; convert it to JPEG or PNG"},
	{0, "\xff\x0a", "it is JPEG XL; convert it to JPEG or PNG"},
	{0, "\x00\x00\x00\x0cjP  ", "it is JPEG 2000; convert it to JPEG or PNG"},
	{0, "8BPS", "it is a Photoshop file; export it as PNG"},
	{0, "II+\x00", "it is BigTIFF; convert it to TIFF or PNG"},
	{0, "MM\x00+", "it is BigTIFF; convert it to TIFF or PNG"},
	{0, "\x00\x00\x01\x00", "it is an icon"},
	{0, "\x00\x05\x16\x07", "it is what macOS stores beside a file (._name); delete it"},
	{0, "version https://git-lfs", "it is a Git LFS pointer; fetch the files with git lfs pull"},
	{0, "PK\x03\x04", "it is a ZIP archive"},
	{0, "\x1f\x8b", "it is compressed with gzip"},
	{0, "%PDF", "it is a PDF"},
	{0, "<svg", "it is SVG; render it to PNG"},
	{0, "<?xml", "it is XML"},
	{0, "<!DOCTYPE", "it is a web page, perhaps of a download that failed"},
	{0, "<!doctype", "it is a web page, perhaps of a download that failed"},
	{0, "<html", "it is a web page, perhaps of a download that failed"},
}

// guess says what content may be that no format recognised.
func guess(content []byte) string {
	for _, s := range signatures {
		if len(content) > s.offset && bytes.HasPrefix(content[s.offset:], []byte(s.magic)) {
			return s.advice
		}
	}
	return fmt.Sprintf("it begins with %q, expected JPEG, PNG, GIF, BMP, TIFF, WebP or PNM", content[:min(8, len(content))])
}

// isUnsupported reports whether a decoder met a variant it does not read.
func isUnsupported(err error) bool {
	var (
		jpegError jpeg.UnsupportedError
		pngError  png.UnsupportedError
		tiffError tiff.UnsupportedError
	)
	return errors.As(err, &jpegError) || errors.As(err, &pngError) || errors.As(err, &tiffError)
}
