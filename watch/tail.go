package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// place is how far a reader of a run's events has come.
type place struct {
	// begun tells the training that the file is of from others before it.
	begun  uint32
	offset int64
}

// tail follows the events of a run, wherever they come from.
type tail struct {
	run Run
	place
}

// maxChunk is how many bytes of events are read at a time.
const maxChunk = 1 << 20

// next returns the whole lines that are new, at most about maxChunk bytes of
// them. anew says that another training began, and the lines are its first.
func (t *tail) next() (lines []json.RawMessage, anew bool, err error) {
	source, size, err := t.open()
	if err != nil || source == nil {
		return nil, false, err
	}
	if closer, ok := source.(io.Closer); ok {
		defer closer.Close()
	}
	begun, err := beginning(source)
	if err != nil {
		return nil, false, err
	}
	if begun != t.begun || size < t.offset {
		anew = t.place != place{}
		t.place = place{begun: begun}
	}
	chunk := make([]byte, min(size-t.offset, maxChunk))
	n, err := source.ReadAt(chunk, t.offset)
	if err != nil && err != io.EOF {
		return nil, anew, err
	}
	chunk = chunk[:bytes.LastIndexByte(chunk[:n], '\n')+1]
	if len(chunk) == 0 && n == maxChunk {
		return nil, anew, fmt.Errorf("watch: %s holds a line of more than %d bytes", t.run.files.events, maxChunk)
	}
	t.offset += int64(len(chunk))
	for line := range bytes.Lines(chunk) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("{")) && json.Valid(line) {
			lines = append(lines, line)
		}
	}
	return lines, anew, nil
}

// open returns the file of events; where there is none, what the history tells;
// nil where that is missing, too.
func (t *tail) open() (io.ReaderAt, int64, error) {
	file, err := os.Open(t.run.files.events)
	if err == nil {
		info, err := file.Stat()
		if err != nil {
			file.Close()
			return nil, 0, err
		}
		return file, info.Size(), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, err
	}
	if t.offset > 0 { // told already
		return nil, 0, nil
	}
	past, err := t.run.past()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	return bytes.NewReader(past), int64(len(past)), err
}

// beginning tells trainings apart by when they began.
func beginning(source io.ReaderAt) (uint32, error) {
	head := make([]byte, 64)
	n, err := source.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return 0, err
	}
	head, _, _ = bytes.Cut(head[:n], []byte("\n"))
	hash := fnv.New32a()
	hash.Write(head)
	return hash.Sum32(), nil
}

// position writes how far all runs have come, as the id of an event.
func position(tails []*tail) string {
	parts := make([]string, len(tails))
	for i, t := range tails {
		parts[i] = fmt.Sprintf("%x.%x", t.begun, t.offset)
	}
	return strings.Join(parts, "-")
}

// tails returns readers of the runs that begin at a position; at the start
// where the position makes no sense.
func tails(runs []Run, position string) []*tail {
	list := make([]*tail, len(runs))
	parts := strings.Split(position, "-")
	for i, run := range runs {
		list[i] = &tail{run: run}
		if len(parts) != len(runs) {
			continue
		}
		begun, offset, _ := strings.Cut(parts[i], ".")
		b, errBegun := strconv.ParseUint(begun, 16, 32)
		o, errOffset := strconv.ParseInt(offset, 16, 64)
		if errBegun == nil && errOffset == nil && o >= 0 {
			list[i].place = place{uint32(b), o}
		}
	}
	return list
}
