package serve

import (
	"strconv"
	"strings"

	"github.com/lince-ml/lince/serve/internal/jsontensor"
	"github.com/lince-ml/lince/tensor"
)

// parserV1 reads samples in TensorFlow Serving's JSON.
type parserV1 struct {
	*jsontensor.Scanner
	edition *edition
	most    int // samples
	// pixels says that numbers are pixels, picturesAlone that there are none.
	pixels, picturesAlone bool
}

// instances reads the row format: a list of samples.
func (p *parserV1) instances() (samples []sample, err error) {
	err = p.Array(func() error {
		if len(samples) == p.most {
			return p.Errorf("more than %d samples in one request", p.most)
		}
		var one sample
		var err error
		if p.Kind() == jsontensor.Object {
			one, err = p.named()
		} else {
			one, err = p.bare(0)
		}
		samples = append(samples, one)
		return err
	})
	return samples, err
}

// named reads one sample as an object: {"b64": …}, or a value per input.
func (p *parserV1) named() (one sample, err error) {
	seen := map[string]bool{}
	err = p.Object(func(key string) (err error) {
		if seen[key] {
			return p.Errorf("%.100q is given twice", key)
		}
		seen[key] = true
		if key == "b64" {
			one.picture, err = p.picture()
			return err
		}
		i, err := p.place(key)
		if err != nil {
			return err
		}
		if p.Kind() == jsontensor.Object {
			one.picture, err = p.wrapped()
			return err
		}
		part, err := p.bare(i)
		if part.values == nil {
			one.pixels = part.pixels
			return err
		}
		if one.values == nil {
			one.values = make([][]float32, len(p.edition.inputs))
		}
		one.values[i] = part.values[i]
		return err
	})
	return one, err
}

// complete reports inputs that are missing.
func (p *parserV1) complete(one sample) error {
	if one.picture != nil || one.pixels != nil {
		if len(one.values) > 0 || one.picture != nil && one.pixels != nil {
			return p.Errorf("a sample that is given in two ways")
		}
		return nil
	}
	for i, input := range p.edition.inputs {
		if i >= len(one.values) || one.values[i] == nil {
			return p.Errorf("a sample without the input %q", input.name)
		}
	}
	return nil
}

// place returns the number of the input that a key names.
func (p *parserV1) place(key string) (int, error) {
	var names []string
	for i, input := range p.edition.inputs {
		if input.name == key {
			return i, nil
		}
		names = append(names, strconv.Quote(input.name))
	}
	if p.edition.preprocessing != nil && (key == pixelsOnly && p.pixels || strings.HasSuffix(key, "_bytes")) {
		return 0, nil
	}
	return 0, p.Errorf("the model has no input %.100q, expected %s", key, strings.Join(names, ", "))
}

// picture reads the base64 of a picture's file.
func (p *parserV1) picture() ([]byte, error) {
	if p.edition.preprocessing == nil {
		return nil, p.edition.noPictures()
	}
	return p.Base64()
}

// wrapped reads {"b64": …}.
func (p *parserV1) wrapped() (content []byte, err error) {
	given := false
	err = p.Object(func(key string) (err error) {
		if key != "b64" || given {
			return p.Errorf(`an object with %.100q, expected {"b64": …}`, key)
		}
		given = true
		content, err = p.picture()
		return err
	})
	if err == nil && !given {
		err = p.Errorf(`an empty object, expected {"b64": …}`)
	}
	return content, err
}

// bare reads the numbers of one sample for an input.
func (p *parserV1) bare(input int) (sample, error) {
	samples, err := p.rows(input, false)
	if err != nil {
		return sample{}, err
	}
	return samples[0], nil
}

// rows reads the numbers of one sample, or of several in a list.
func (p *parserV1) rows(input int, several bool) ([]sample, error) {
	if p.picturesAlone {
		return nil, p.Errorf(`numbers given, but the signature %s takes pictures: {"b64": …}`, picturesOnly)
	}
	expected := p.edition.inputs[input].shape
	if p.pixels {
		expected = p.edition.pixelShape()
	}
	length, err := expected.Elements()
	if err != nil {
		return nil, err
	}
	most := 1
	if several {
		most = p.most
	}
	values, shape, err := p.Tensor(make([]float32, 0, min(length, p.Left()/2+1)), most*length)
	if err != nil {
		return nil, err
	}
	count, inner := 1, tensor.Shape(shape)
	if several {
		if len(shape) == 0 {
			return nil, p.Errorf("a number given, expected the shape %v", tensor.Shape(append([]int{-1}, expected...)))
		}
		count, inner = shape[0], inner[1:]
	}
	if !inner.Equal(expected) {
		return nil, p.Errorf("a sample of shape %v given, the model takes %v", inner, expected)
	}
	samples := make([]sample, count)
	for i := range samples {
		row := values[i*length : (i+1)*length]
		if p.pixels {
			if samples[i].pixels, err = p.bytes(row); err != nil {
				return nil, err
			}
			continue
		}
		samples[i].values = make([][]float32, len(p.edition.inputs))
		samples[i].values[input] = row
	}
	return samples, nil
}

// bytes returns numbers that are pixels as such.
func (p *parserV1) bytes(values []float32) ([]byte, error) {
	pixels := make([]byte, len(values))
	for i, v := range values {
		if pixels[i] = byte(max(0, min(255, v))); float32(pixels[i]) != v {
			return nil, p.Errorf("a pixel of %v given, expected whole numbers from 0 to 255", v)
		}
	}
	return pixels, nil
}

// inputs reads the column format: a value with all samples, or one per input.
func (p *parserV1) inputs() ([]sample, error) {
	if p.Kind() != jsontensor.Object {
		return p.column(0)
	}
	var samples []sample
	seen := map[string]bool{}
	err := p.Object(func(key string) error {
		if seen[key] {
			return p.Errorf("%.100q is given twice", key)
		}
		seen[key] = true
		if key == "b64" {
			content, err := p.picture()
			samples = []sample{{picture: content}}
			return err
		}
		i, err := p.place(key)
		if err != nil {
			return err
		}
		column, err := p.column(i)
		if err != nil {
			return err
		}
		samples, err = p.joined(samples, column, i)
		return err
	})
	return samples, err
}

// joined adds the values of another input to samples.
func (p *parserV1) joined(samples, column []sample, input int) ([]sample, error) {
	if samples == nil {
		return column, nil
	}
	if len(samples) != len(column) {
		return nil, p.Errorf("an input of %d samples beside one of %d", len(column), len(samples))
	}
	for i := range samples {
		if samples[i].values == nil || column[i].values == nil {
			return nil, p.Errorf("a sample that is given in two ways")
		}
		samples[i].values[input] = column[i].values[input]
	}
	return samples, nil
}

// column reads the values of one input for all samples.
func (p *parserV1) column(input int) ([]sample, error) {
	mark := *p.Scanner
	pictures := false
	if p.Kind() == jsontensor.Object {
		content, err := p.wrapped()
		return []sample{{picture: content}}, err
	}
	if p.Kind() == jsontensor.Array { // look at its first element
		_ = p.Array(func() error {
			pictures = p.Kind() == jsontensor.Object
			return p.Errorf("seen")
		})
		*p.Scanner = mark
	}
	if !pictures {
		return p.rows(input, true)
	}
	var samples []sample
	err := p.Array(func() error {
		if len(samples) == p.most {
			return p.Errorf("more than %d samples in one request", p.most)
		}
		content, err := p.wrapped()
		samples = append(samples, sample{picture: content})
		return err
	})
	return samples, err
}
