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

// measureResizes resizes photos with all of Pillow's filters and compares
// digests of the pixels.
func measureResizes(ctx context.Context, s *session) (*result, error) {
	photos, err := s.photos(s.fewer(150, 9))
	if err != nil {
		return nil, err
	}
	filters := []resize.Filter{resize.Nearest, resize.Box, resize.Bilinear, resize.Hamming, resize.Bicubic, resize.Lanczos}
	var request struct {
		Cases   []resizeCase `json:"cases"`
		Filters []string     `json:"filters"`
	}
	for _, f := range filters {
		request.Filters = append(request.Filters, f.String())
	}
	var ours []string
	for i, photo := range photos {
		p, err := decode(photo)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("photo%d.png", i)
		if err := writePNG(s.path(name), p); err != nil {
			return nil, err
		}
		for _, c := range resizesOf(name, p, i) {
			request.Cases = append(request.Cases, c)
			digests, err := resizeDigests(p, c, filters)
			if err != nil {
				return nil, err
			}
			ours = append(ours, digests...)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
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
			different[request.Filters[i%len(filters)]]++
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

// resizesOf returns sizes to bring a picture to: down, up and one of each.
func resizesOf(name string, p *picture.Picture, number int) []resizeCase {
	return []resizeCase{
		{name, 150 - number%7, 150},
		{name, p.Height + 61, p.Width*3/2 + number%5},
		{name, p.Height/3 + 1, p.Width + 40},
	}
}

func resizeDigests(p *picture.Picture, c resizeCase, filters []resize.Filter) ([]string, error) {
	var digests []string
	for _, filter := range filters {
		resized, err := resize.Resize(p, c.Height, c.Width, filter)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(resized.Pix)
		digests = append(digests, hex.EncodeToString(sum[:]))
	}
	return digests, nil
}
