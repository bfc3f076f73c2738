package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/images/resize"
)

// resizeCase is a photo, written as PNG, and a size to bring it to.
type resizeCase struct {
	File   string `json:"file"`
	Height int    `json:"height"`
	Width  int    `json:"width"`
}

// resizeRequest is what Pillow is asked: every case with every filter.
type resizeRequest struct {
	Cases   []resizeCase `json:"cases"`
	Filters []string     `json:"filters"`
}

// pillowFilters are all of Pillow's.
var pillowFilters = [...]resize.Filter{resize.Nearest, resize.Box, resize.Bilinear, resize.Hamming, resize.Bicubic, resize.Lanczos}

// measureResizes resizes photos with all of Pillow's filters and compares
// digests of the pixels.
func measureResizes(ctx context.Context, s *session) (*result, error) {
	photos, err := s.photos(s.fewer(150, 9))
	if err != nil {
		return nil, err
	}
	request, ours, err := s.resizePhotos(ctx, photos)
	if err != nil {
		return nil, err
	}
	var answer struct{ Digests []string }
	if err := s.keras(ctx, "resizes", request, &answer); err != nil {
		return nil, err
	}
	if len(answer.Digests) != len(ours) {
		return nil, fmt.Errorf("%d pictures resized by Pillow, %d by Lince", len(answer.Digests), len(ours))
	}
	different := map[string]int{}
	for i := range ours {
		if ours[i] != answer.Digests[i] {
			different[request.Filters[i%len(pillowFilters)]]++
		}
	}
	r := &result{}
	for _, name := range request.Filters {
		r.equals(name+": pictures with a differing bit", float64(different[name]), 0, "")
	}
	r.tell("photos", float64(len(photos)), "")
	r.tell("resizes compared", float64(len(ours)), "")
	return r, nil
}

// resizePhotos resizes photos and writes them for Pillow. It returns what to
// ask Pillow and the digests of the results.
func (s *session) resizePhotos(ctx context.Context, photos []string) (request resizeRequest, digests []string, err error) {
	for _, f := range pillowFilters {
		request.Filters = append(request.Filters, f.String())
	}
	for i, photo := range photos {
		p, err := decode(photo)
		if err != nil {
			return request, nil, err
		}
		name := fmt.Sprintf("photo%d.png", i)
		if err := writePNG(s.path(name), p); err != nil {
			return request, nil, err
		}
		for _, c := range resizesOf(name, p, i) {
			request.Cases = append(request.Cases, c)
			fresh, err := resizeDigests(p, c)
			if err != nil {
				return request, nil, err
			}
			digests = append(digests, fresh...)
		}
		if err := ctx.Err(); err != nil {
			return request, nil, err
		}
	}
	return request, digests, nil
}

// resizesOf returns sizes to bring a picture to: down, up and one of each.
func resizesOf(name string, p *picture.Picture, number int) []resizeCase {
	return []resizeCase{
		{name, 150 - number%7, 150},
		{name, p.Height + 61, p.Width*3/2 + number%5},
		{name, p.Height/3 + 1, p.Width + 40},
	}
}

func resizeDigests(p *picture.Picture, c resizeCase) ([]string, error) {
	var digests []string
	for _, filter := range pillowFilters {
		resized, err := resize.Resize(p, c.Height, c.Width, filter)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(resized.Pix)
		digests = append(digests, hex.EncodeToString(sum[:]))
	}
	return digests, nil
}
