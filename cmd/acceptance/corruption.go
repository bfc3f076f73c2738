package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"time"
)

// harm is what damaged copies of one file came to.
type harm struct {
	// Truncations and Flips count the copies that were loaded.
	Truncations, Flips int
	// Errors were reported; of them Mute do not name the file.
	Errors, Mute int
	// Same copies loaded as the whole file does, SameWeight with one number
	// changed, Otherwise with anything else changed.
	Same, SameWeight, Otherwise int
	// Panics, Hangs and Greedy copies are failures: those took longer than
	// hangTime, or more memory than they may.
	Panics, Hangs, Greedy int
	// Memory is the most that one load took in all, in bytes, and Slowest the
	// longest one in seconds.
	Memory  uint64
	Slowest float64
	// Worst describes the first failure.
	Worst string
}

const (
	truncations = 200
	bitFlips    = 10_000
	freeMemory  = 64 << 20
	hangTime    = 20 * time.Second
)

// measureCorruption loads damaged copies of every model file among the data.
func measureCorruption(ctx context.Context, s *session) (*result, error) {
	folder, err := s.dataPath("models")
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var sources []string
	for _, entry := range entries {
		source := filepath.Join(folder, entry.Name())
		load, err := loaderOf(source)
		if err != nil {
			return nil, err
		}
		if load != nil {
			sources = append(sources, source)
		}
	}
	found := make([]harm, len(sources))
	err = s.inPairs(ctx, len(sources), func(ctx context.Context, own *session, i int) (err error) {
		name := filepath.Base(sources[i])
		found[i], err = part(ctx, own, name, own.state, func() (harm, error) { return own.corruptApart(ctx, sources[i]) })
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all harm
	for _, one := range found {
		all.add(one)
	}
	r, files := &result{}, len(sources)
	r.equals("panics", float64(all.Panics), 0, "")
	r.equals(fmt.Sprintf("loads that took longer than %v", hangTime), float64(all.Hangs), 0, "")
	r.equals("loads that took more than twice the file and 64 MiB", float64(all.Greedy), 0, "")
	r.equals("errors that do not name the file", float64(all.Mute), 0, "")
	r.tell("files", float64(files), "")
	r.tell("truncated copies", float64(all.Truncations), "")
	r.tell("copies with a flipped bit", float64(all.Flips), "")
	r.tell("errors", float64(all.Errors), "")
	r.tell("loads that equal the whole file's", float64(all.Same), "")
	r.tell("loads with one number changed", float64(all.SameWeight), "")
	r.tell("loads that differ otherwise", float64(all.Otherwise), "")
	r.tell("most memory that a load took in all", float64(all.Memory)/(1<<20), "MiB")
	r.tell("slowest load", all.Slowest, "s")
	r.note(`Whole models are loaded as models, .weights.h5 into the model that lies beside them, .safetensors and .npz tensor by tensor.
		Only .keras and .npz carry checksums: in the other formats a bit of a weight can change unnoticed (one number changed), as can
		a letter of a name or setting, or the place of a tensor (differ otherwise). Memory is the sum of all that a load allocates, more than it ever holds at once.`)
	if all.Worst != "" {
		r.note("The first failure: %s", all.Worst)
	}
	return r, nil
}

func (h *harm) add(other harm) {
	h.Truncations += other.Truncations
	h.Flips += other.Flips
	h.Errors += other.Errors
	h.Mute += other.Mute
	h.Same += other.Same
	h.SameWeight += other.SameWeight
	h.Otherwise += other.Otherwise
	h.Panics += other.Panics
	h.Hangs += other.Hangs
	h.Greedy += other.Greedy
	h.Memory = max(h.Memory, other.Memory)
	h.Slowest = max(h.Slowest, other.Slowest)
	if h.Worst == "" {
		h.Worst = other.Worst
	}
}

// damaging is how this command calls itself to damage one file, in a process
// of its own since memory is counted by process: damage FILE FOLDER FLIPS CUTS.
const damaging = "damage"

// corruptApart lets another process damage a file.
func (s *session) corruptApart(ctx context.Context, source string) (h harm, err error) {
	self, err := os.Executable()
	if err != nil {
		return h, err
	}
	flips, cuts := s.fewer(bitFlips, 300), s.fewer(truncations, 20)
	command := exec.CommandContext(ctx, self, damaging, source, s.folder, strconv.Itoa(flips), strconv.Itoa(cuts))
	output, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return h, fmt.Errorf("%w: %s", err, lastLines(string(exit.Stderr), 5))
	}
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(output, &h)
}

// damage is that other process: it writes what came of it as JSON.
func damage(ctx context.Context, out io.Writer, arguments []string) error {
	if len(arguments) != 4 {
		return fmt.Errorf("%s takes FILE FOLDER FLIPS CUTS", damaging)
	}
	flips, err := strconv.Atoi(arguments[2])
	if err != nil {
		return err
	}
	cuts, err := strconv.Atoi(arguments[3])
	if err != nil {
		return err
	}
	load, err := loaderOf(arguments[0])
	if err != nil {
		return err
	}
	h, err := corrupt(ctx, arguments[0], arguments[1], load, flips, cuts)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(h)
}

// corrupt damages a copy of a file in turn and loads it each time.
func corrupt(ctx context.Context, source, folder string, load loader, flips, lengths int) (harm, error) {
	content, err := os.ReadFile(source)
	if err != nil {
		return harm{}, err
	}
	path := filepath.Join(folder, filepath.Base(source))
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return harm{}, err
	}
	loaded, err := load(path)
	if err != nil {
		return harm{}, fmt.Errorf("the whole file: %w", err)
	}
	whole, err := loaded()
	if err != nil {
		return harm{}, err
	}
	t := trial{path: path, load: load, whole: whole, limit: uint64(2*len(content) + freeMemory)}
	copied, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return harm{}, err
	}
	defer copied.Close()
	random := rand.New(rand.NewPCG(7, uint64(len(content))))
	if err := t.flip(ctx, copied, content, flips, random); err != nil {
		return harm{}, err
	}
	for _, length := range cuts(len(content), lengths, random) {
		if err := copied.Truncate(int64(length)); err != nil {
			return harm{}, err
		}
		t.Truncations++
		if err := t.try(fmt.Sprintf("cut to %d bytes", length)); err != nil {
			return harm{}, err
		}
	}
	return t.harm, nil
}

// flip turns one bit of the file at a time, and back again.
func (t *trial) flip(ctx context.Context, file io.WriterAt, content []byte, count int, random *rand.Rand) error {
	for range count {
		if err := ctx.Err(); err != nil {
			return err
		}
		at, bit := random.IntN(len(content)), random.IntN(8)
		if _, err := file.WriteAt([]byte{content[at] ^ 1<<bit}, int64(at)); err != nil {
			return err
		}
		t.Flips++
		if err := t.try(fmt.Sprintf("bit %d of byte %d flipped", bit, at)); err != nil {
			return err
		}
		if _, err := file.WriteAt(content[at:at+1], int64(at)); err != nil {
			return err
		}
	}
	return nil
}

// cuts draws lengths shorter than a file's, the longest first.
func cuts(size, count int, random *rand.Rand) []int {
	lengths := make([]int, count)
	for i := range lengths {
		lengths[i] = random.IntN(size)
	}
	slices.Sort(lengths)
	slices.Reverse(lengths)
	return lengths
}

// trial loads the damaged copies of one file.
type trial struct {
	harm
	path  string
	load  loader
	whole content
	limit uint64
}

// outcome is what one load came to.
type outcome struct {
	loaded func() (content, error)
	err    error
	panic  any
	memory uint64
	took   time.Duration
}

func (t *trial) try(what string) error {
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		before, begun := allocated(), time.Now()
		defer func() {
			o.panic = recover()
			o.memory, o.took = allocated()-before, time.Since(begun)
			done <- o
		}()
		o.loaded, o.err = t.load(t.path)
	}()
	select {
	case o := <-done:
		return t.count(what, o)
	case <-time.After(hangTime):
		t.Hangs++
		t.fail(what, errors.New("it takes too long"))
		return nil
	}
}

func (t *trial) count(what string, o outcome) error {
	t.Memory, t.Slowest = max(t.Memory, o.memory), max(t.Slowest, o.took.Seconds())
	if o.memory > t.limit {
		t.Greedy++
		t.fail(what, fmt.Errorf("%d bytes of memory", o.memory))
	}
	switch {
	case o.panic != nil:
		t.Panics++
		t.fail(what, fmt.Errorf("panic: %v", o.panic))
	case o.err != nil:
		t.Errors++
		if !strings.Contains(o.err.Error(), t.path) {
			t.Mute++
			t.fail(what, o.err)
		}
	default:
		found, err := o.loaded()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		switch t.whole.differences(found) {
		case 0:
			t.Same++
		case 1:
			t.SameWeight++
		default:
			t.Otherwise++
		}
	}
	return nil
}

func (t *trial) fail(what string, err error) {
	if t.Worst == "" {
		t.Worst = fmt.Sprintf("%s, %s: %v", filepath.Base(t.path), what, err)
	}
}

// allocated returns the bytes that this process has ever taken from the heap.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
