package serve

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/lince-ml/lince/serve/internal/jsontensor"
	"github.com/lince-ml/lince/tensor"
)

// headerLength is the header of the binary tensor extension: how many bytes of
// the body are JSON.
const headerLength = "Inference-Header-Content-Length"

func decimal(n int) string { return strconv.Itoa(n) }

// requestV2 is what a body of infer asks.
type requestV2 struct {
	id      string
	samples []sample
	outputs []wanted // empty for all
	binary  bool     // outputs that say nothing else are binary
}

// wanted is an output that is asked for.
type wanted struct {
	name   string
	binary *bool
}

// inputV2 is one of the tensors of a request.
type inputV2 struct {
	name, datatype string
	shape          []int
	binary         int    // bytes behind the JSON; -1 for none
	data           []byte // the JSON of its data; nil for none
}

// parserV2 reads the body of infer.
type parserV2 struct {
	*jsontensor.Scanner
	text    []byte // the JSON
	binary  []byte // what follows it and was not taken yet
	edition *edition
	most    int // samples
	request requestV2
	inputs  []inputV2
}

// parseV2 reads the body of infer. length is the header's value.
func parseV2(body []byte, length string, e *edition, most int) (*requestV2, error) {
	header := len(body)
	if length != "" {
		var err error
		if header, err = strconv.Atoi(length); err != nil || header < 0 || header > len(body) {
			return nil, fmt.Errorf("%s is %.40q, expected a number of bytes up to the body's %d", headerLength, length, len(body))
		}
	}
	p := &parserV2{Scanner: jsontensor.New(body[:header]), text: body[:header], binary: body[header:], edition: e, most: most}
	if err := p.Object(p.field); err != nil {
		return nil, err
	}
	if err := p.End(); err != nil {
		return nil, err
	}
	if err := p.gather(); err != nil {
		return nil, err
	}
	if len(p.binary) > 0 {
		return nil, fmt.Errorf("%d bytes more behind the JSON than its tensors take", len(p.binary))
	}
	return &p.request, p.checkOutputs()
}

// field reads a field of the request.
func (p *parserV2) field(key string) (err error) {
	switch key {
	case "id":
		p.request.id, err = p.String()
	case "parameters":
		err = p.parameters(func(key string) (err error) {
			if key != "binary_data_output" {
				return p.Skip()
			}
			p.request.binary, err = p.Bool()
			return err
		})
	case "inputs":
		err = p.Array(p.input)
	case "outputs":
		err = p.Array(p.output)
	default:
		err = p.Skip()
	}
	return err
}

// parameters reads an object of parameters, or null.
func (p *parserV2) parameters(field func(key string) error) error {
	if p.Kind() == jsontensor.Null {
		return p.Skip()
	}
	return p.Object(field)
}

// input reads one of the inputs, but for its data: what they are may be said
// behind them.
func (p *parserV2) input() error {
	in := inputV2{binary: -1}
	if len(p.inputs) == len(p.edition.inputs) {
		return p.Errorf("more than the model's %d inputs", len(p.edition.inputs))
	}
	err := p.Object(func(key string) (err error) {
		switch key {
		case "name":
			in.name, err = p.String()
		case "datatype":
			in.datatype, err = p.String()
		case "shape":
			in.shape, err = p.shape()
		case "data":
			begin := p.Offset()
			if err = p.Skip(); err == nil {
				in.data = p.text[begin:p.Offset()]
			}
		case "parameters":
			err = p.parameters(func(key string) error {
				if key != "binary_data_size" {
					return p.Skip()
				}
				in.binary, err = p.count()
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	p.inputs = append(p.inputs, in)
	return err
}

// count reads a whole number that an int32 holds.
func (p *parserV2) count() (int, error) {
	value, err := p.Number()
	if err == nil && (value < 0 || value > math.MaxInt32 || value != math.Trunc(value)) {
		err = p.Errorf("%v given, expected a whole number of 0 or more", value)
	}
	if err != nil {
		return 0, err
	}
	return int(value), nil
}

func (p *parserV2) shape() (shape []int, err error) {
	err = p.Array(func() error {
		if len(shape) == 8 {
			return p.Errorf("a shape of more than 8 dimensions")
		}
		extent, err := p.count()
		shape = append(shape, extent)
		return err
	})
	return shape, err
}

// output reads one of the outputs that are asked for.
func (p *parserV2) output() error {
	if len(p.request.outputs) == len(p.edition.outputs) {
		return p.Errorf("more outputs asked for than the model's %d", len(p.edition.outputs))
	}
	var out wanted
	err := p.Object(func(key string) (err error) {
		switch key {
		case "name":
			out.name, err = p.String()
		case "parameters":
			err = p.parameters(func(key string) error {
				if key != "binary_data" {
					return p.Skip()
				}
				set, err := p.Bool()
				out.binary = &set
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	p.request.outputs = append(p.request.outputs, out)
	return err
}

// checkOutputs reports names that the model does not have.
func (p *parserV2) checkOutputs() error {
	for _, out := range p.request.outputs {
		if !slices.ContainsFunc(p.edition.outputs, func(o port) bool { return o.name == out.name }) {
			return fmt.Errorf("the model has no output %.100q; GET /v2/models/%s lists them", out.name, p.edition.name)
		}
	}
	return nil
}

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
	var content []byte
	if in.binary >= 0 {
		if in.data != nil {
			return nil, fmt.Errorf("both data and binary_data_size given, expected one")
		}
		if in.binary > len(p.binary) {
			return nil, fmt.Errorf("binary_data_size is %d, but %d bytes are left in the body", in.binary, len(p.binary))
		}
		content, p.binary = p.binary[:in.binary], p.binary[in.binary:]
	} else if in.data == nil {
		return nil, fmt.Errorf("neither data nor binary_data_size given")
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
	if in.binary >= 0 {
		return samples, form.split(samples, content, length, input, len(p.edition.inputs))
	}
	expect := min(len(samples)*length, len(in.data)/2+1) // numbers take two bytes of text each
	values, _, err := jsontensor.New(in.data).Tensor(make([]float32, 0, expect), len(samples)*length)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if len(values) != len(samples)*length {
		return nil, fmt.Errorf("%d numbers given for the shape %v", len(values), tensor.Shape(in.shape))
	}
	if form.pixels {
		pixels := make([]byte, len(values))
		for i, v := range values {
			if pixels[i] = byte(max(0, min(255, v))); float32(pixels[i]) != v {
				return nil, fmt.Errorf("a pixel of %v given, expected whole numbers from 0 to 255", v)
			}
		}
		return samples, form.split(samples, pixels, length, input, 1)
	}
	for i := range samples {
		samples[i].values = make([][]float32, len(p.edition.inputs))
		samples[i].values[input] = values[i*length : (i+1)*length]
	}
	return samples, nil
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
