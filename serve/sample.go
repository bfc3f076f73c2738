package serve

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lince-ml/lince/images/picture"
	"github.com/lince-ml/lince/serve/internal/batching"
	"github.com/lince-ml/lince/tensor"
)

// sample is one row of a request in the form in which it came: the content of a
// picture file, the pixels of a picture of the model's size, or the values that
// the network takes, a slice per input. One of the three is set.
type sample struct {
	picture []byte
	pixels  []byte // (height, width, channels), 0 to 255
	values  [][]float32
}

// pixelShape returns the shape of a sample's pixels; nil if the model takes no
// pictures.
func (e *edition) pixelShape() tensor.Shape {
	if e.preprocessing == nil {
		return nil
	}
	shape := e.preprocessing.Shape()
	if e.preprocessing.ChannelsFirst {
		shape = tensor.Shape{shape[1], shape[2], shape[0]}
	}
	return shape
}

// predict returns the outputs of samples, a slice per output and sample. An
// error of one is that of all.
func (s *Server) predict(ctx context.Context, e *edition, samples []sample) ([][][]float32, error) {
	outputs, errs, err := s.predictEach(ctx, e, samples)
	if err != nil {
		return nil, err
	}
	for i, err := range errs {
		if err != nil && len(samples) > 1 {
			return nil, fmt.Errorf("sample %d: %w", i, err)
		} else if err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

// predictEach returns the outputs of samples, or why one has none. Their places
// in the queue are taken before any of them is decoded.
func (s *Server) predictEach(ctx context.Context, e *edition, samples []sample) (outputs [][][]float32, errs []error, err error) {
	if most := s.limits.Queue; len(samples) > most {
		return nil, nil, fail(http.StatusBadRequest, "%d samples in one request, at most %d are taken", len(samples), most)
	}
	if len(samples) == 0 {
		return nil, nil, fail(http.StatusBadRequest, "there are no samples in the request")
	}
	ticket, err := e.batcher.Reserve(len(samples))
	if err != nil {
		return nil, nil, err
	}
	defer ticket.Release()
	prepared := make([]*batching.Sample, len(samples))
	errs = make([]error, len(samples))
	var group sync.WaitGroup
	for i, from := range samples {
		if prepared[i] = e.asItIs(from); prepared[i] != nil {
			continue
		}
		prepare := func() { prepared[i], errs[i] = s.prepare(ctx, e, from) }
		if i < len(samples)-1 {
			group.Go(prepare)
		} else {
			prepare()
		}
	}
	group.Wait()
	good := slices.DeleteFunc(slices.Clone(prepared), func(p *batching.Sample) bool { return p == nil })
	if err := ticket.Do(ctx, good); err != nil {
		return nil, nil, err
	}
	outputs = make([][][]float32, len(samples))
	for i, p := range prepared {
		if p != nil {
			outputs[i] = p.Outputs
		}
	}
	return outputs, errs, nil
}

// asItIs returns a sample that the run takes as it came; nil if it must be
// prepared. Pixels are as quickly scaled on their way into the run as copied.
func (e *edition) asItIs(from sample) *batching.Sample {
	switch {
	case from.values != nil:
		return &batching.Sample{Inputs: from.values}
	case from.pixels != nil && e.preprocessing.OnlyScales():
		return &batching.Sample{Pixels: from.pixels}
	}
	return nil
}

// prepare makes of a picture or its pixels the values that the network takes.
func (s *Server) prepare(ctx context.Context, e *edition, from sample) (prepared *batching.Sample, err error) {
	select {
	case s.decoders <- struct{}{}:
		defer func() { <-s.decoders }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { // a mistake in the preprocessing must cost one picture, not the server
		if cause := recover(); cause != nil {
			prepared, err = nil, fmt.Errorf("serve: preparing a picture: panic: %v", cause)
		}
	}()
	begun := time.Now()
	defer func() { s.meters.decodes.Observe(time.Since(begun).Seconds()) }()
	values, err := s.values(e, from)
	if err != nil {
		return nil, err
	}
	return &batching.Sample{Inputs: [][]float32{values}}, nil
}

// values returns what the network takes for a picture or its pixels.
func (s *Server) values(e *edition, from sample) ([]float32, error) {
	if from.pixels != nil {
		values := make([]float32, len(from.pixels))
		return values, e.preprocessing.FromPixels(values, from.pixels)
	}
	if err := s.checkPicture(e, from.picture); err != nil {
		return nil, err
	}
	return e.preprocessing.Decode(from.picture)
}

// checkPicture reads the header of a picture, before memory is taken for it.
func (s *Server) checkPicture(e *edition, content []byte) error {
	if e.preprocessing == nil {
		return e.noPictures()
	}
	info, err := picture.DecodeConfig(content)
	if err != nil {
		return err
	}
	if info.Height > s.limits.Pixels/info.Width {
		return fmt.Errorf("%w: %d×%d pixels, at most %d in all are taken", picture.ErrTooLarge, info.Height, info.Width, s.limits.Pixels)
	}
	return nil
}

func (e *edition) noPictures() error {
	return fail(http.StatusBadRequest, "the model %s takes tensors alone: its file does not say how pictures are prepared for it", e.name)
}

// checkBusy refuses early, before a body is read, what the queue has no place
// for.
func (e *edition) checkBusy() error {
	if e.batcher.Full() {
		return batching.ErrFull
	}
	return nil
}
