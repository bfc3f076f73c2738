package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/optimizers"
)

// measureStart times lince predict of one photo from its start to its end.
func measureStart(ctx context.Context, s *session) (*result, error) {
	if err := s.buildLince(ctx, s.path("lince")); err != nil {
		return nil, err
	}
	if err := s.saveTrained(ctx, s.path("example.keras")); err != nil {
		return nil, err
	}
	if err := writePNG(s.path("photo.png"), gradient(375, 500)); err != nil {
		return nil, err
	}
	photo := s.path("photo.png")
	if real, err := s.photos(1); err == nil {
		photo = real[0]
	}
	times := make([]float64, 10)
	for i := range times {
		begun := time.Now()
		command := exec.CommandContext(ctx, s.path("lince"), "predict", s.path("example.keras"), photo)
		if output, err := command.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("lince predict: %w: %s", err, lastLines(string(output), 3))
		}
		times[i] = time.Since(begun).Seconds()
	}
	slices.Sort(times)
	r := &result{}
	r.below("lince predict, median of 10 runs", (times[4]+times[5])/2, 0.3, "s")
	r.tell("slowest of them", times[9], "s")
	return r, s.timeKerasStart(ctx, r, photo)
}

// timeKerasStart adds what Keras takes for the same, if there is a Keras.
func (s *session) timeKerasStart(ctx context.Context, r *result, photo string) error {
	begun := time.Now()
	request := map[string]string{"model": s.path("example.keras"), "photo": photo}
	var answer struct{ Probability float64 }
	err := s.keras(ctx, "classify", request, &answer)
	if lack := (missing{}); errors.As(err, &lack) {
		return nil
	}
	if err == nil {
		r.tell("Python with Keras for the same, once", time.Since(begun).Seconds(), "s")
	}
	return err
}

// saveTrained saves the example CNN after a step of training, as lince train
// would.
func (s *session) saveTrained(ctx context.Context, path string) error {
	model, err := exampleCNN(2, optimizers.RMSprop{LearningRate: 1e-4}, 1, nil)
	if err != nil {
		return err
	}
	defer model.Close()
	x, y, err := noise(4, exampleSize, 2, 1)
	if err != nil {
		return err
	}
	if err := fitArrays(ctx, model, x, y, 4, 1); err != nil {
		return err
	}
	model.Classes = []string{"cats", "dogs"}
	model.Preprocessing = &images.Preprocessing{
		TargetSize: images.Size{Height: exampleSize, Width: exampleSize}, Rescale: 1.0 / 255,
	}
	return model.Save(path)
}

// gradient draws a picture where no photo is at hand.
func gradient(height, width int) *picture.Picture {
	p := picture.New(height, width, 3)
	for i := range p.Pix {
		p.Pix[i] = uint8(i / 3 % width)
	}
	return p
}
