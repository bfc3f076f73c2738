package tfevents

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Writer appends summaries to an event file of its own. Every call reaches the
// file before it returns, so that TensorBoard sees it and a crash loses
// nothing. Not safe for concurrent use.
type Writer struct {
	file  *os.File
	clock func() time.Time
}

// Options of Create; the zero value is what programs want.
type Options struct {
	// Clock gives the wall time of events; nil means time.Now.
	Clock func() time.Time
	// Host is the part of the file name that says where it was written;
	// empty means the machine's name.
	Host string
}

// Create makes the folder if it is missing and a new event file in it, named
// as TensorBoard expects: events.out.tfevents.SECONDS.HOST.PID.NUMBER.v2.
// Keras keeps one writer in the folder "train" and one in "validation".
func Create(dir string, options Options) (*Writer, error) {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.Host == "" {
		options.Host = "localhost"
		if name, err := os.Hostname(); err == nil && name != "" {
			options.Host = name
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("tfevents: %w", err)
	}
	now := options.Clock()
	host := strings.Map(plain, options.Host)
	for number := 0; ; number++ { // two writers may begin within one second
		name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%d.v2", now.Unix(), host, os.Getpid(), number)
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("tfevents: %w", err)
		}
		w := &Writer{file: file, clock: options.Clock}
		if err := w.append(firstEvent(now)); err != nil {
			return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
		return w, nil
	}
}

func plain(r rune) rune {
	if r == '/' || r == '\\' || r == ':' || r < ' ' {
		return '_'
	}
	return r
}

// Name returns the path of the event file.
func (w *Writer) Name() string { return w.file.Name() }

// Scalar adds a point to the curve tag. Keras' tags are epoch_loss,
// epoch_accuracy … with the 0-based epoch as step, and batch_loss … with the
// number of batches so far.
func (w *Writer) Scalar(tag string, step int64, value float32) error {
	return w.append(summary(w.clock(), step, tag, Scalars, nil, scalarTensor(value)))
}

// Histogram adds the distribution of the values, in the buckets of [Histogram].
// Keras' tag for a weight is its path followed by /histogram.
func (w *Writer) Histogram(tag string, step int64, values []float32) error {
	return w.append(summary(w.clock(), step, tag, Histograms, nil, histogramTensor(Histogram(values))))
}

// Images adds pictures, all of the first one's size, encoded as PNG.
func (w *Writer) Images(tag string, step int64, pictures ...image.Image) error {
	if len(pictures) == 0 {
		return fmt.Errorf("tfevents: %s: no picture given", tag)
	}
	size := pictures[0].Bounds().Size()
	values := [][]byte{strconv.AppendInt(nil, int64(size.X), 10), strconv.AppendInt(nil, int64(size.Y), 10)}
	for i, picture := range pictures {
		if got := picture.Bounds().Size(); got != size {
			return fmt.Errorf("tfevents: %s: picture %d is %v, the first is %v; give pictures of one size", tag, i, got, size)
		}
		var encoded bytes.Buffer
		if err := png.Encode(&encoded, picture); err != nil {
			return fmt.Errorf("tfevents: %s: picture %d: %w", tag, i, err)
		}
		values = append(values, encoded.Bytes())
	}
	return w.append(summary(w.clock(), step, tag, Images, nil, stringTensor([]int{len(values)}, values...)))
}

// Model adds a model in Keras' JSON (model.to_json), which TensorBoard draws as
// the conceptual graph. Keras' tag is keras, its step 0.
func (w *Writer) Model(tag string, step int64, config []byte) error {
	return w.append(summary(w.clock(), step, tag, KerasModel, []byte("1"), stringTensor(nil, config)))
}

func (w *Writer) append(event []byte) error {
	if _, err := w.file.Write(appendRecord(nil, event)); err != nil {
		return fmt.Errorf("tfevents: %w", err)
	}
	return nil
}

// Close closes the file. Calls after it fail.
func (w *Writer) Close() error {
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("tfevents: %w", err)
	}
	return nil
}
