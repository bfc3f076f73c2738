package callbacks

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/lince-ml/lince"
)

// Progress writes the progress of a training as Keras users know it: per
// epoch a line with the batches done, a bar, the time and what is measured.
type Progress struct {
	// Writer receives the text; required.
	Writer io.Writer
	// Live rewrites the line while an epoch goes on, for a terminal.
	// Otherwise each epoch writes one line when it is done.
	Live bool
	// Interval is the least time between two rewritings; 100 ms when zero.
	Interval time.Duration
}

// Observe begins to report a training.
func (c Progress) Observe(run *lince.Run) (lince.Observer, error) {
	if c.Writer == nil {
		return nil, errors.New("callbacks: Progress without a Writer")
	}
	if c.Interval == 0 {
		c.Interval = 100 * time.Millisecond
	}
	return &progress{settings: c, run: run}, nil
}

type progress struct {
	settings Progress
	run      *lince.Run
	begun    time.Time
	shown    time.Time
	first    int // the first batch of the epoch that this process trained
	width    int // of the line that is there now
	ended    bool
}

func (o *progress) EpochBegin(epoch int) error {
	o.begun, o.shown, o.first, o.width, o.ended = time.Now(), time.Time{}, o.run.Batch(), 0, false
	ending := "\n"
	if !o.settings.Live {
		ending = " - "
	}
	_, err := fmt.Fprintf(o.settings.Writer, "Epoch %d/%d%s", epoch+1, o.run.Epochs(), ending)
	return err
}

func (o *progress) BatchEnd(int) error {
	if !o.settings.Live || time.Since(o.shown) < o.settings.Interval {
		return nil
	}
	logs, err := o.run.Logs()
	if err != nil {
		return err
	}
	o.shown = time.Now()
	return o.show(logs, false)
}

func (o *progress) EpochEnd(_ int, logs lince.Logs) error { return o.show(logs, true) }

func (o *progress) End(cause error) error {
	if cause != nil && o.unfinished() {
		_, err := fmt.Fprintln(o.settings.Writer)
		return err
	}
	return nil
}

// unfinished reports whether the last line still waits for its end.
func (o *progress) unfinished() bool {
	if o.settings.Live {
		return o.width > 0
	}
	return !o.begun.IsZero() && !o.ended
}

// show writes the line over the one before, and ends it when the epoch is done.
func (o *progress) show(logs lince.Logs, done bool) error {
	line := o.line(logs, done)
	padding := strings.Repeat(" ", max(0, o.width-len([]rune(line))))
	o.width = len([]rune(line))
	switch {
	case o.settings.Live && done:
		line, o.width = "\r"+line+padding+"\n", 0
	case o.settings.Live:
		line = "\r" + line + padding
	default:
		line += "\n"
		o.ended = true
	}
	_, err := io.WriteString(o.settings.Writer, line)
	return err
}

func (o *progress) line(logs lince.Logs, done bool) string {
	batch, steps := o.run.Batch(), o.run.Steps()
	elapsed := time.Since(o.begun)
	perStep := elapsed / time.Duration(max(batch-o.first, 1))
	var b strings.Builder
	if steps > 0 {
		total := strconv.Itoa(steps)
		fmt.Fprintf(&b, "%*d/%s ", len(total), batch, total)
		if o.settings.Live {
			b.WriteString(bar(batch, steps) + " ")
		}
	} else {
		fmt.Fprintf(&b, "%d ", batch)
	}
	remaining := elapsed
	if !done && steps > 0 {
		remaining = perStep * time.Duration(steps-batch)
	}
	fmt.Fprintf(&b, "%s %s/step", clock(remaining), short(perStep))
	for _, log := range logs {
		fmt.Fprintf(&b, " - %s: %s", log.Name, figure(log.Value))
	}
	return b.String()
}

const barWidth = 20

func bar(done, total int) string {
	filled := min(done*barWidth/max(total, 1), barWidth)
	return strings.Repeat("━", filled) + strings.Repeat("─", barWidth-filled)
}

// clock writes a duration as Keras does: 12s, 1:05, 1:02:07.
func clock(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	switch {
	case seconds >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	case seconds >= 60:
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%ds", seconds)
}

func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return fmt.Sprintf("%dus", d.Microseconds())
}

// figure writes four decimals, or an exponent for what would vanish in them.
func figure(value float64) string {
	if value != 0 && math.Abs(value) < 1e-3 {
		return fmt.Sprintf("%.4e", value)
	}
	return fmt.Sprintf("%.4f", value)
}
