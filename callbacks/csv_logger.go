package callbacks

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/lince-ml/lince"
)

// CSVLogger writes what each epoch measures as a line of a table
// (keras.callbacks.CSVLogger): the epoch, counted from 0, and the values in
// the order of their names; NA for what an epoch did not measure. A line is
// on the disk when its epoch is over. A resumed training goes on behind the
// last line that its backup knows of.
type CSVLogger struct {
	// Path is the file; it is overwritten unless Append.
	Path string
	// Separator is a comma when zero.
	Separator rune
	// Append writes behind what is there, in the columns that its first line
	// names.
	Append bool
}

// Observe begins to log a training.
func (c CSVLogger) Observe(run *lince.Run) (lince.Observer, error) {
	if c.Path == "" {
		return nil, errors.New("callbacks: CSVLogger without a Path")
	}
	if c.Separator == 0 {
		c.Separator = ','
	}
	return &csvLogger{settings: c, run: run}, nil
}

type csvLogger struct {
	lince.Idle
	settings CSVLogger
	run      *lince.Run
	file     *os.File
	memory   table
}

// table is what the observer remembers: the file's size and its columns.
type table struct {
	Size    int64    `json:"size"`
	Columns []string `json:"columns"`
	Resumed bool     `json:"resumed"`
}

// EpochBegin opens the file when the training begins: only then is it known
// whether it is a resumed one.
func (o *csvLogger) EpochBegin(int) error {
	if o.file != nil {
		return nil
	}
	file, err := os.OpenFile(o.settings.Path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	o.file = file
	switch {
	case o.memory.Resumed:
		err = o.reopen()
	case o.settings.Append:
		err = o.append()
	}
	if err == nil {
		err = file.Truncate(o.memory.Size)
	}
	if err == nil {
		_, err = file.Seek(o.memory.Size, io.SeekStart)
	}
	return err
}

func (o *csvLogger) reopen() error {
	info, err := o.file.Stat()
	if err == nil && info.Size() < o.memory.Size {
		err = fmt.Errorf("callbacks: %s has %d bytes, the backup knows of %d: put the file back, or remove the backup to begin anew", o.settings.Path, info.Size(), o.memory.Size)
	}
	return err
}

// append finds the columns and the end of the table that is there.
func (o *csvLogger) append() error {
	reader := csv.NewReader(o.file)
	reader.Comma = o.settings.Separator
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("callbacks: %s: %w", o.settings.Path, err)
	}
	if header[0] != "epoch" {
		return fmt.Errorf("callbacks: %s begins with %q, expected a table whose first column is epoch", o.settings.Path, header[0])
	}
	o.memory.Columns = header[1:]
	o.memory.Size, err = o.file.Seek(0, io.SeekEnd)
	return err
}

func (o *csvLogger) EpochEnd(epoch int, logs lince.Logs) error {
	var text strings.Builder
	writer := csv.NewWriter(&text)
	writer.Comma = o.settings.Separator
	if o.memory.Columns == nil {
		o.memory.Columns = o.columns(logs)
		if err := writer.Write(append([]string{"epoch"}, o.memory.Columns...)); err != nil {
			return err
		}
	}
	row := []string{strconv.Itoa(epoch)}
	for _, name := range o.memory.Columns {
		cell := "NA"
		if value, ok := logs.Get(name); ok {
			cell = strconv.FormatFloat(value, 'g', -1, 64)
		}
		row = append(row, cell)
	}
	if err := writer.Write(row); err != nil {
		return err
	}
	writer.Flush()
	if err := writer.Error(); err != nil {
		return err
	}
	if _, err := o.file.WriteString(text.String()); err != nil {
		return err
	}
	o.memory.Size += int64(text.Len())
	return o.file.Sync()
}

// columns are the names in order; where the first epoch has no validation and
// later ones may, with places for its values.
func (o *csvLogger) columns(logs lince.Logs) []string {
	var names, validation []string
	validated := false
	for _, log := range logs {
		names = append(names, log.Name)
		validated = validated || strings.HasPrefix(log.Name, "val_")
	}
	slices.Sort(names)
	if !validated && o.run.HasValidation() {
		for _, name := range names {
			if name != "learning_rate" {
				validation = append(validation, "val_"+name)
			}
		}
	}
	return append(names, validation...)
}

func (o *csvLogger) End(error) error {
	if o.file == nil {
		return nil
	}
	return o.file.Close()
}

func (o *csvLogger) Key() string { return "csv_logger/" + o.settings.Path }

func (o *csvLogger) MarshalJSON() ([]byte, error) {
	memory := o.memory
	memory.Resumed = true
	return json.Marshal(memory)
}

func (o *csvLogger) UnmarshalJSON(content []byte) error { return json.Unmarshal(content, &o.memory) }
