package watch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/lince-ml/lince"
)

// Kind says what an event tells.
type Kind string

// What happens in a training.
const (
	// Begin: a training begins, or goes on. It has Epochs, Steps, Samples and
	// Classes; what earlier lines tell of its Epoch from its Batch on, and of
	// later epochs, is taken back.
	Begin Kind = "begin"
	// Batch: some batches are done. Logs are the averages over the epoch so far.
	Batch Kind = "batch"
	// Epoch: an epoch is done. Logs are what it measured, validation included.
	Epoch Kind = "epoch"
	// Samples: the file NAME.samples.png holds other pictures, whose classes
	// Labels names from the top down.
	Samples Kind = "samples"
	// End: the training is over. Status says how, Reason why.
	End Kind = "end"
)

// How a training ends.
const (
	Finished = "finished" // the last epoch is done, or a callback ended it
	Stopped  = "stopped"  // by the page or by Ctrl-C; it can be resumed
	Failed   = "failed"
)

// Event is a line of a run's events: one JSON object. Members that a kind does
// not have are left out.
type Event struct {
	Kind Kind      `json:"kind"`
	Time time.Time `json:"time"`
	// Epoch is counted from 0; Batch is how many batches of it are done.
	Epoch int `json:"epoch"`
	Batch int `json:"batch,omitempty"`
	// Epochs is the number of the last epoch, Steps the batches of one (-1 if
	// unknown), Samples the pictures of one.
	Epochs  int      `json:"epochs,omitempty"`
	Steps   int      `json:"steps,omitempty"`
	Samples int      `json:"samples,omitempty"`
	Classes []string `json:"classes,omitempty"`
	// Logs are loss and metrics by Keras' names; those that are no finite
	// numbers are null.
	Logs Values `json:"logs,omitempty"`
	// Rate is the learning rate of the next step.
	Rate float64 `json:"rate,omitempty"`
	// PerSecond is how many pictures a second the training took since the
	// event before; Seconds how long the epoch took; Left the seconds that the
	// rest of the training will take.
	PerSecond float64  `json:"per_second,omitempty"`
	Seconds   float64  `json:"seconds,omitempty"`
	Left      float64  `json:"left,omitempty"`
	Labels    []string `json:"labels,omitempty"`
	Status    string   `json:"status,omitempty"`
	Reason    string   `json:"reason,omitempty"`
}

// Values are measured values by name.
type Values map[string]*float64

func newValues(logs lince.Logs) Values {
	values := make(Values, len(logs))
	for _, log := range logs {
		values[log.Name] = nil
		if !math.IsNaN(log.Value) && !math.IsInf(log.Value, 0) {
			values[log.Name] = new(log.Value)
		}
	}
	return values
}

// maxLine bounds a line of events. The longest ones name classes.
const maxLine = 1 << 20

// ReadEvents returns the events of a file that a Recorder wrote. A last line
// that is not whole yet is left out.
func ReadEvents(r io.Reader) ([]Event, error) {
	var events []Event
	reader := bufio.NewReader(r)
	for {
		line, err := readLine(reader)
		if err == io.EOF {
			return events, nil
		}
		var event Event
		if err == nil {
			err = json.Unmarshal(line, &event)
		}
		if err != nil {
			return events, fmt.Errorf("watch: line %d: %w; expected the lines of a file NAME.events.jsonl", len(events)+1, err)
		}
		events = append(events, event)
	}
}

// readLine returns a line without its end; io.EOF if there is no whole one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("more than %d bytes", maxLine)
		case err == nil:
			return bytes.TrimSuffix(line, []byte("\n")), nil
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}
