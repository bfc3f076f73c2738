package serve

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/lince-ml/lince/serve/internal/jsontensor"
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
