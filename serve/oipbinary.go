package serve

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"slices"

	"github.com/lince-ml/lince/serve/internal/jsontensor"
	"github.com/lince-ml/lince/tensor"
)

// datatype is how the elements of a V2 tensor lie in binary, little-endian.
type datatype struct {
	size   int
	pixels bool
	read   func(from []byte) float32 // one element; nil for pixels
}

var datatypes = map[string]datatype{
	"UINT8": {size: 1, pixels: true},
	"FP16":  {size: 2, read: func(b []byte) float32 { return tensor.Half(binary.LittleEndian.Uint16(b)).Float32() }},
	"FP32":  {size: 4, read: func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }},
	"FP64":  {size: 8, read: func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
}

// split gives each sample its part of a binary tensor, as a value of one of the
// inputs. length is the number of a sample's elements.
func (d datatype) split(samples []sample, content []byte, length, input, inputs int) error {
	if len(content) != len(samples)*length*d.size {
		return fmt.Errorf("%d bytes given for %d samples of %d elements of %d bytes each", len(content), len(samples), length, d.size)
	}
	for s := range samples {
		part := content[s*length*d.size : (s+1)*length*d.size]
		if d.pixels {
			samples[s].pixels = part
			continue
		}
		values := make([]float32, length)
		for i := range values {
			values[i] = d.read(part[i*d.size:])
			if d.size == 8 && math.IsInf(float64(values[i]), 0) && !infinite(part[i*8:]) {
				return fmt.Errorf("a number beyond what a float32 can hold in sample %d", s)
			}
		}
		samples[s].values = make([][]float32, inputs)
		samples[s].values[input] = values
	}
	return nil
}

// infinite reports whether a float64 in binary is.
func infinite(b []byte) bool {
	return math.IsInf(math.Float64frombits(binary.LittleEndian.Uint64(b)), 0)
}

// answerV2 writes the outputs that a request asks for: JSON, and the values of
// those that are to be binary behind it. JSON has no word for NaN and infinities.
func (e *edition) answerV2(request *requestV2, outputs [][][]float32) (text, behind []byte, err error) {
	asked := request.outputs
	if len(asked) == 0 {
		for _, output := range e.outputs {
			asked = append(asked, wanted{name: output.name})
		}
	}
	text = appendString(append(text, `{"model_name":`...), e.name)
	text = appendString(append(text, `,"model_version":`...), e.version())
	if request.id != "" {
		text = appendString(append(text, `,"id":`...), request.id)
	}
	text = append(text, `,"outputs":[`...)
	for i, out := range asked {
		text = separated(text, i)
		for o, output := range e.outputs {
			if output.name != out.name {
				continue
			}
			asBinary := request.binary
			if out.binary != nil {
				asBinary = *out.binary
			}
			rows := column(outputs, o)
			if !asBinary && slices.ContainsFunc(rows, unspeakable) {
				return nil, nil, fail(http.StatusInternalServerError, "the output %q is not a number, which JSON cannot say: ask for it as binary_data, or mend the model, whose weights may have been spoilt in training", output.name)
			}
			text, behind = output.append(text, behind, rows, asBinary)
		}
	}
	return append(text, "]}"...), behind, nil
}

// unspeakable reports whether there are NaN or infinities among values.
func unspeakable(values []float32) bool {
	return slices.ContainsFunc(values, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) })
}

// column returns the values of an output for all samples.
func column(outputs [][][]float32, output int) [][]float32 {
	rows := make([][]float32, len(outputs))
	for i, values := range outputs {
		rows[i] = values[output]
	}
	return rows
}

// append writes an output.
func (p port) append(text, behind []byte, rows [][]float32, asBinary bool) ([]byte, []byte) {
	text = appendString(append(text, `{"name":`...), p.name)
	text = append(text, `,"datatype":"FP32","shape":[`...)
	text = append(text, decimal(len(rows))...)
	for _, extent := range p.shape {
		text = append(append(text, ','), decimal(extent)...)
	}
	text = append(text, ']')
	if asBinary {
		text = append(text, `,"parameters":{"binary_data_size":`...)
		text = append(text, decimal(4*p.length*len(rows))...)
		text = append(text, "}}"...)
		for _, row := range rows {
			for _, v := range row {
				behind = binary.LittleEndian.AppendUint32(behind, math.Float32bits(v))
			}
		}
		return text, behind
	}
	flat := make([]float32, 0, len(rows)*p.length)
	for _, row := range rows {
		flat = append(flat, row...)
	}
	text, _ = jsontensor.Append(append(text, `,"data":`...), flat, []int{len(flat)})
	return append(text, '}'), behind
}
