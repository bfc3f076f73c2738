package tfevents

import (
	"encoding/binary"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Names of TensorBoard's plugins: which page shows a value.
const (
	Scalars    = "scalars"
	Histograms = "histograms"
	Images     = "images"
	KerasModel = "graph_keras_model"
)

const fileVersion = "brain.Event:2"

// Field numbers of TensorFlow's event.proto, summary.proto, tensor.proto and
// tensor_shape.proto.
const (
	eventWallTime, eventStep, eventVersion, eventSummary, eventSource = 1, 2, 3, 5, 10
	sourceWriter                                                      = 1

	summaryValue                                             = 1
	valueTag, valueSimple, valueTensor, valueMetadata        = 1, 2, 8, 9
	metadataPlugin, pluginName, pluginContent                = 1, 1, 2
	tensorType, tensorShape, tensorContent                   = 1, 2, 4
	tensorFloats, tensorDoubles, tensorStrings               = 5, 6, 8
	shapeDimension, dimensionSize                            = 2, 1
	typeFloat, typeDouble, typeString                 uint64 = 1, 2, 7
)

func appendBytes(to []byte, field protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), value)
}

func appendVarint(to []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, field, protowire.VarintType), value)
}

func appendTime(to []byte, at time.Time) []byte {
	seconds := float64(at.UnixMicro()) / 1e6
	return protowire.AppendFixed64(protowire.AppendTag(to, eventWallTime, protowire.Fixed64Type), math.Float64bits(seconds))
}

// firstEvent is what every event file begins with.
func firstEvent(at time.Time) []byte {
	event := appendTime(nil, at)
	event = appendBytes(event, eventVersion, []byte(fileVersion))
	return appendBytes(event, eventSource, appendBytes(nil, sourceWriter, []byte("lince")))
}

// summary is an event with one value: a tensor message for a plugin.
func summary(at time.Time, step int64, tag, plugin string, content, tensor []byte) []byte {
	metadata := appendBytes(nil, pluginName, []byte(plugin))
	if len(content) > 0 {
		metadata = appendBytes(metadata, pluginContent, content)
	}
	value := appendBytes(nil, valueTag, []byte(tag))
	value = appendBytes(value, valueTensor, tensor)
	value = appendBytes(value, valueMetadata, appendBytes(nil, metadataPlugin, metadata))

	event := appendTime(nil, at)
	event = appendVarint(event, eventStep, uint64(step))
	return appendBytes(event, eventSummary, appendBytes(nil, summaryValue, value))
}

// tensorHeader is the type and shape of a tensor message.
func tensorHeader(dtype uint64, shape ...int) []byte {
	var dimensions []byte
	for _, extent := range shape {
		dimensions = appendBytes(dimensions, shapeDimension, appendVarint(nil, dimensionSize, uint64(extent)))
	}
	return appendBytes(appendVarint(nil, tensorType, dtype), tensorShape, dimensions)
}

func scalarTensor(value float32) []byte {
	content := binary.LittleEndian.AppendUint32(nil, math.Float32bits(value))
	return appendBytes(tensorHeader(typeFloat), tensorContent, content)
}

func stringTensor(shape []int, values ...[]byte) []byte {
	tensor := tensorHeader(typeString, shape...)
	for _, value := range values {
		tensor = appendBytes(tensor, tensorStrings, value)
	}
	return tensor
}

func histogramTensor(buckets []Bucket) []byte {
	content := make([]byte, 0, len(buckets)*24)
	for _, b := range buckets {
		for _, v := range []float64{b.Left, b.Right, b.Count} {
			content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
		}
	}
	return appendBytes(tensorHeader(typeDouble, len(buckets), 3), tensorContent, content)
}
