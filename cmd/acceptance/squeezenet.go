package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
)

// measureSqueezeNet runs SqueezeNet 1.0 with its real weights, from each
// format they are in, on ten prepared pictures and on 250 photos.
func measureSqueezeNet(ctx context.Context, s *session) (*result, error) {
	models, err := s.dataPath("models")
	if err != nil {
		return nil, err
	}
	photos, err := s.dataPath("imagenet-250")
	if err != nil {
		return nil, err
	}
	arrays, err := readArrays(filepath.Join(models, "squeezenet_v1.0_reference_10.npz"), "x", "prob")
	if err != nil {
		return nil, err
	}
	r := &result{}
	for _, c := range []struct {
		extension string
		names     lince.NameMap
	}{{".h5", lince.NameMap{}}, {".weights.h5", lince.NameMap{}}, {".safetensors", lince.TorchNames()}} {
		m, err := applications.SqueezeNet.Model(ctx, applications.Options{
			Weights: filepath.Join(models, "squeezenet_v1.0_imagenet"+c.extension), Names: c.names,
		})
		if err != nil {
			return r, err
		}
		defer m.Close()
		outputs, err := m.PredictOnBatch(ctx, arrays["x"])
		if err != nil {
			return r, err
		}
		difference, err := largestDifference(outputs[0].Float32s(), arrays["prob"].Float32s())
		if err != nil {
			return r, err
		}
		r.atMost(c.extension+": largest difference of a probability of ten pictures", difference, 1e-4, "")
		if c.extension == ".h5" {
			if err := r.compareTop(ctx, m, photos, filepath.Join(models, "squeezenet_v1.0_expected.csv")); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// compareTop classifies photos from their files and counts those for which
// Keras, with Pillow's pixels, names the same class.
func (r *result) compareTop(ctx context.Context, m *lince.Model, photos, expected string) error {
	file, err := os.Open(expected)
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(expected), err)
	}
	top, labels := map[string]string{}, map[string]string{}
	for _, row := range rows[1:] { // file, label, top1, top1_prob, top5
		labels[row[0]], top[row[0]] = row[1], row[2]
	}
	equal, right := 0, 0
	for p, err := range m.Classify(ctx, photos) {
		if err != nil {
			return err
		}
		name, class := filepath.Base(p.File), strconv.Itoa(p.Index)
		if top[name] == class {
			equal++
		}
		if labels[name] == class {
			right++
		}
	}
	r.atLeast("photos of the same likeliest class as in Keras", 100*float64(equal)/float64(len(top)), 99, "%")
	r.tell("photos classified rightly", 100*float64(right)/float64(len(top)), "%")
	return nil
}
