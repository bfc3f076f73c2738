package serve

import (
	"context"
	"fmt"
	"net/http"
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
	prepare := func(i int) {
		var values [][]float32
		if values, errs[i] = s.prepare(ctx, e, samples[i]); errs[i] == nil {
			prepared[i] = &batching.Sample{Inputs: values}
		}
	}
	var group sync.WaitGroup
	for i := 1; i < len(samples); i++ {
		if samples[i].values != nil {
			prepare(i)
			continue
		}
		group.Go(func() { prepare(i) })
	}
	prepare(0)
	group.Wait()
	var good []*batching.Sample
	for _, p := range prepared {
		if p != nil {
			good = append(good, p)
		}
	}
	if err := ticket.Do(ctx, good); err != nil {
		return nil, nil, err
	}
	outputs = make([][][]float32, len(samples))
	for i, p := range prepared {
		if p == nil {
			continue
		}
		outputs[i] = p.Outputs
		if samples[i].pixels != nil { // after a run, and not before it, nobody reads them any more
			e.spare.Put(&p.Inputs[0])
		}
	}
	return outputs, errs, nil
}

// prepare returns the values that the network takes for a sample.
func (s *Server) prepare(ctx context.Context, e *edition, from sample) (values [][]float32, err error) {
	if from.values != nil {
		return from.values, nil
	}
	select {
	case s.decoders <- struct{}{}:
		defer func() { <-s.decoders }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { // a mistake in the preprocessing must cost one picture, not the server
		if cause := recover(); cause != nil {
			err = fmt.Errorf("serve: preparing a picture: panic: %v", cause)
		}
	}()
	begun := time.Now()
	defer func() { s.meters.decodes.Observe(time.Since(begun).Seconds()) }()
	if from.pixels != nil {
		one, err := e.standardize(from.pixels)
		return [][]float32{one}, err
	}
	if err := s.checkPicture(e, from.picture); err != nil {
		return nil, err
	}
	one, err := e.preprocessing.Decode(from.picture)
	return [][]float32{one}, err
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

// scratch returns memory for the values of a sample.
func (e *edition) scratch(length int) []float32 {
	if kept, ok := e.spare.Get().(*[]float32); ok && len(*kept) == length {
		return *kept
	}
	return make([]float32, length)
}

// standardize is what happens to pixels of the right size before the network
// sees them.
func (e *edition) standardize(pixels []byte) ([]float32, error) {
	values := e.scratch(len(pixels))
	for i, v := range pixels {
		values[i] = float32(v)
	}
	if err := e.preprocessing.Standardize(values); err != nil {
		return nil, err
	}
	if !e.preprocessing.ChannelsFirst {
		return values, nil
	}
	channels := e.preprocessing.ColorMode.Channels()
	planes := make([]float32, len(values))
	for i, v := range values {
		planes[i%channels*(len(values)/channels)+i/channels] = v
	}
	return planes, nil
}

// checkBusy refuses early, before a body is read, what the queue has no place
// for.
func (e *edition) checkBusy() error {
	if e.batcher.Full() {
		return batching.ErrFull
	}
	return nil
}
