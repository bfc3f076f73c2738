package serve

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/lince-ml/lince/serve/internal/jsontensor"
	"github.com/lince-ml/lince/tensor"
)

// gather makes samples of the inputs.
func (p *parserV2) gather() error {
	if len(p.inputs) != len(p.edition.inputs) {
		return fmt.Errorf("%d inputs given, the model takes %d", len(p.inputs), len(p.edition.inputs))
	}
	for _, in := range p.inputs {
		i := slices.IndexFunc(p.edition.inputs, func(o port) bool { return o.name == in.name })
		if i < 0 {
			return fmt.Errorf("the model has no input %.100q, it is called %q; GET /v2/models/%s lists them", in.name, p.edition.inputs[0].name, p.edition.name)
		}
		column, err := p.column(in, i)
		if err != nil {
			return fmt.Errorf("input %q: %w", in.name, err)
		}
		if p.request.samples == nil {
			p.request.samples = column
			continue
		}
		if len(column) != len(p.request.samples) {
			return fmt.Errorf("an input of %d samples beside one of %d", len(column), len(p.request.samples))
		}
		for s := range column {
			if p.request.samples[s].values[i] != nil {
				return fmt.Errorf("input %q is given twice", in.name)
			}
			p.request.samples[s].values[i] = column[s].values[i]
		}
	}
	return nil
}

// column returns the values of an input for all samples.
func (p *parserV2) column(in inputV2, input int) ([]sample, error) {
	content, err := p.content(in)
	if err != nil {
		return nil, err
	}
	if in.datatype == "BYTES" {
		return p.pictures(in, content)
	}
	form, known := datatypes[in.datatype]
	if !known {
		return nil, fmt.Errorf("the datatype %.20q is not taken, expected FP32, FP64, FP16, UINT8 or BYTES", in.datatype)
	}
	expected := p.edition.inputs[input].shape
	if form.pixels {
		if expected = p.edition.pixelShape(); expected == nil {
			return nil, p.edition.noPictures()
		}
	}
	samples, err := p.samples(in, expected)
	if err != nil {
		return nil, err
	}
	length, err := expected.Elements()
	if err != nil {
		return nil, err
	}
	inputs := len(p.edition.inputs)
	if in.binary >= 0 {
		return samples, form.split(samples, content, length, input, inputs)
	}
	values, err := in.numbers(len(samples) * length)
	if err != nil {
		return nil, err
	}
	if form.pixels {
		pixels, err := pixelsOf(values)
		if err != nil {
			return nil, err
		}
		return samples, form.split(samples, pixels, length, input, 1)
	}
	for i := range samples {
		samples[i].values = make([][]float32, inputs)
		samples[i].values[input] = values[i*length : (i+1)*length]
	}
	return samples, nil
}

// content takes an input's bytes off those behind the JSON; nil where its
// values are in the JSON.
func (p *parserV2) content(in inputV2) (content []byte, err error) {
	switch {
	case in.binary < 0 && in.data == nil:
		return nil, fmt.Errorf("neither data nor binary_data_size given")
	case in.binary < 0:
		return nil, nil
	case in.data != nil:
		return nil, fmt.Errorf("both data and binary_data_size given, expected one")
	case in.binary > len(p.binary):
		return nil, fmt.Errorf("binary_data_size is %d, but %d bytes are left in the body", in.binary, len(p.binary))
	}
	content, p.binary = p.binary[:in.binary], p.binary[in.binary:]
	return content, nil
}

// numbers reads so many numbers from the JSON.
func (in *inputV2) numbers(count int) ([]float32, error) {
	expect := min(count, len(in.data)/2+1) // numbers take two bytes of text each
	values, _, err := jsontensor.New(in.data).Tensor(make([]float32, 0, expect), count)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if len(values) != count {
		return nil, fmt.Errorf("%d numbers given for the shape %v", len(values), tensor.Shape(in.shape))
	}
	return values, nil
}

// pixelsOf returns numbers as bytes, which they must be.
func pixelsOf(values []float32) ([]byte, error) {
	pixels := make([]byte, len(values))
	for i, v := range values {
		if pixels[i] = byte(max(0, min(255, v))); float32(pixels[i]) != v {
			return nil, fmt.Errorf("a pixel of %v given, expected whole numbers from 0 to 255", v)
		}
	}
	return pixels, nil
}

// samples checks the shape of an input and returns as many samples as it has.
func (p *parserV2) samples(in inputV2, expected tensor.Shape) ([]sample, error) {
	if len(in.shape) == 0 || !expected.Equal(in.shape[1:]) {
		return nil, fmt.Errorf("the shape %v given, the model takes %v", tensor.Shape(in.shape), tensor.Shape(append([]int{-1}, expected...)))
	}
	if in.shape[0] > p.most {
		return nil, fmt.Errorf("%d samples in one request, at most %d are taken", in.shape[0], p.most)
	}
	return make([]sample, in.shape[0]), nil
}

// pictures returns the files of pictures that an input holds: each behind its
// length in four bytes, or as base64 in JSON.
func (p *parserV2) pictures(in inputV2, content []byte) ([]sample, error) {
	if p.edition.preprocessing == nil {
		return nil, p.edition.noPictures()
	}
	count, err := tensor.Shape(in.shape).Elements()
	if err != nil || count > p.most || len(in.shape) == 0 || len(in.shape) > 2 {
		return nil, fmt.Errorf("the shape %v given, expected (pictures) or (pictures, 1), at most %d of them", tensor.Shape(in.shape), p.most)
	}
	var samples []sample
	if in.binary < 0 {
		data := jsontensor.New(in.data)
		err := data.Array(func() error {
			if len(samples) == count {
				return data.Errorf("more pictures than the shape says")
			}
			file, err := data.Base64()
			samples = append(samples, sample{picture: file})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
	}
	for len(content) > 0 {
		if len(content) < 4 || int64(binary.LittleEndian.Uint32(content)) > int64(len(content)-4) {
			return nil, fmt.Errorf("picture %d is cut off", len(samples))
		}
		end := 4 + binary.LittleEndian.Uint32(content)
		samples = append(samples, sample{picture: content[4:end]})
		content = content[end:]
	}
	if len(samples) != count {
		return nil, fmt.Errorf("%d pictures given for the shape %v", len(samples), tensor.Shape(in.shape))
	}
	return samples, nil
}
